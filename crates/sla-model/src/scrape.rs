//! Foreign targets that Prometheus scrapes, and what they expose.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    bounds::Bounds,
    id::{JobId, LabelName, MetricName, ModuleId, TierId},
};

/// One scrape job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scrape {
    /// The name, the `job` label.
    pub id: JobId,
    /// `host:port` of each instance.
    pub targets: Vec<String>,
    /// How often (nominal).
    pub every: Duration,
    /// The part of the system that answers for it.
    pub module: ModuleId,
    /// The tier of the alert when no instance can be scraped.
    pub down: Option<TierId>,
    /// What it exposes, as far as rules and dashboards use it.
    pub metrics: BTreeMap<MetricName, ScrapeMetric>,
}

/// A foreign metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScrapeMetric {
    /// What kind it is.
    pub kind: ScrapeKind,
    /// The labels that it carries beside `job` and `instance`.
    pub labels: Vec<LabelName>,
}

/// The kinds of foreign metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScrapeKind {
    /// Only rises.
    Counter,
    /// Rises and falls.
    Gauge,
    /// A classic histogram with these upper bounds.
    Histogram(Bounds),
    /// A native histogram.
    NativeHistogram,
}
