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

/// Failed scrapes.
pub const SCRAPES_FAILED: Metric = Metric {
    name: "sla_exporter_scrapes_failed_total",
    kind: Kind::Counter,
    help: "Scrapes of /metrics that got no page in their time.",
    labels: &[],
};

/// Refused requests.
pub const REFUSED: Metric = Metric {
    name: "sla_exporter_requests_refused_total",
    kind: Kind::Counter,
    help: "Requests that were refused: password (wrong or missing) or too_many (rate limit, passwords to check).",
    labels: &["why"],
};

/// Runs that are going on.
pub const RUNNING: Metric = Metric {
    name: "sla_scheduler_running",
    kind: Kind::Gauge,
    help: "Runs that are going on right now, by what they need: network or query.",
    labels: &["class"],
};

/// The last reload.
pub const RELOADED: Metric = Metric {
    name: "sla_config_last_reload_successful",
    kind: Kind::Gauge,
    help: "Whether the specification is what was read last (1), or what was read last is wrong (0).",
    labels: &[],
};

/// The time of the specification in use.
pub const RELOAD_TIME: Metric = Metric {
    name: "sla_config_last_reload_success_timestamp_seconds",
    kind: Kind::Gauge,
    help: "When the specification in use was taken, in seconds since the epoch.",
    labels: &[],
};

/// The checksum of the specification in use.
pub const CHECKSUM: Metric = Metric {
    name: "sla_config_info",
    kind: Kind::Gauge,
    help: "Always 1; the label is the SHA-256 over the files of the specification in use.",
    labels: &["sha256"],
};

/// The last reload of the web configuration.
pub const WEB_RELOADED: Metric = Metric {
    name: "sla_web_config_last_reload_successful",
    kind: Kind::Gauge,
    help: "Whether the web configuration is what was read last (1), or what was read last is wrong (0).",
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
pub const ALL: &[&Metric] = &[
    &BUILD,
    &MAINTENANCE,
    &SCRAPES,
    &SCRAPES_FAILED,
    &REFUSED,
    &RUNNING,
    &RELOADED,
    &RELOAD_TIME,
    &CHECKSUM,
    &WEB_RELOADED,
    &MEMORY,
    &CPU,
    &START,
];
