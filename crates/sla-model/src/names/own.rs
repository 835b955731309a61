//! What the exporter says of itself and of the specification that it runs.

use super::{Kind, Metric};

/// Which build runs.
pub const BUILD: Metric = Metric {
    name: "sla_build_info",
    kind: Kind::Gauge,
    help: "Always 1; the labels say which build runs.",
    labels: &["version"],
};

/// Planned maintenance.
pub const MAINTENANCE: Metric = Metric {
    name: "sla_maintenance",
    kind: Kind::Gauge,
    help: "Whether planned maintenance of the module counts as planned right now (1) or not (0).",
    labels: &["module"],
};

/// Answered scrapes.
pub const SCRAPES: Metric = Metric {
    name: "sla_exporter_scrapes_total",
    kind: Kind::Counter,
    help: "Scrapes of /metrics that were answered.",
    labels: &[],
};

/// Memory of the process.
pub const MEMORY: Metric = Metric {
    name: "process_resident_memory_bytes",
    kind: Kind::Gauge,
    help: "Resident memory size of the exporter in bytes.",
    labels: &[],
};

/// Processor time of the process.
pub const CPU: Metric = Metric {
    name: "process_cpu_seconds_total",
    kind: Kind::Counter,
    help: "Processor time that the exporter has spent, in seconds.",
    labels: &[],
};

/// Start of the process.
pub const START: Metric = Metric {
    name: "process_start_time_seconds",
    kind: Kind::Gauge,
    help: "When the exporter started, in seconds since the epoch.",
    labels: &[],
};

/// Every family of this file.
pub const ALL: &[&Metric] = &[&BUILD, &MAINTENANCE, &SCRAPES, &MEMORY, &CPU, &START];
