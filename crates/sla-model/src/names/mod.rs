//! The catalogue of metrics: every family that the product exposes or records, declared once. The exporter
//! registers from it, the generator selects from it, and a test holds every generated query against it.

pub mod business;
pub mod host;
pub mod journey;
mod manual;
pub mod own;
pub mod page;
pub mod probe;
pub mod slo;

pub use manual::manual;

/// One metric family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// The exposed name.
    pub name: &'static str,
    /// What kind it is.
    pub kind: Kind,
    /// What it says, for `# HELP`.
    pub help: &'static str,
    /// Its labels.
    pub labels: &'static [&'static str],
}

/// The kinds of metric families.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only rises, until the process starts anew.
    Counter,
    /// Rises and falls.
    Gauge,
    /// A classic histogram: `_bucket`, `_sum` and `_count`.
    Histogram,
}

/// Everything that the exporter exposes by itself; business numbers of the specification come on top.
pub fn exported() -> impl Iterator<Item = &'static Metric> {
    [probe::ALL, page::ALL, journey::ALL, business::ALL, host::ALL, own::ALL].into_iter().flatten().copied()
}
