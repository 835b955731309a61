//! What is known of every probe and journey.

use super::{Kind, Metric};

/// Runs that ended.
pub const RUNS: Metric = Metric {
    name: "sla_probe_runs_total",
    kind: Kind::Counter,
    help: "Runs of the probe that ended, good and bad.",
    labels: &["probe"],
};

/// Runs that failed.
pub const FAILURES: Metric = Metric {
    name: "sla_probe_failures_total",
    kind: Kind::Counter,
    help: "Runs of the probe that failed, for whatever reason.",
    labels: &["probe"],
};

/// Failed runs by reason.
pub const FAILURE_REASONS: Metric = Metric {
    name: "sla_probe_failure_reasons_total",
    kind: Kind::Counter,
    help: "Failed runs of the probe by reason; a reason appears with its first failure.",
    labels: &["probe", "reason"],
};

/// The last verdict.
pub const SUCCESS: Metric = Metric {
    name: "sla_probe_success",
    kind: Kind::Gauge,
    help: "Whether the last run of the probe was good (1) or failed (0).",
    labels: &["probe"],
};

/// How long runs take.
pub const DURATION: Metric = Metric {
    name: "sla_probe_duration_seconds",
    kind: Kind::Histogram,
    help: "How long runs of the probe took, failed ones included.",
    labels: &["probe"],
};

/// How long the phases of single calls take.
pub const PHASE_DURATION: Metric = Metric {
    name: "sla_probe_phase_duration_seconds",
    kind: Kind::Histogram,
    help: "How long each phase of the probe's call took: resolve, connect, tls, first_byte, transfer.",
    labels: &["probe", "phase"],
};

/// When the last run ended.
pub const LAST_RUN: Metric = Metric {
    name: "sla_probe_last_run_timestamp_seconds",
    kind: Kind::Gauge,
    help: "When the last run of the probe ended, in seconds since the epoch.",
    labels: &["probe"],
};

/// Runs that could not start.
pub const SKIPPED: Metric = Metric {
    name: "sla_scheduler_skipped_runs_total",
    kind: Kind::Counter,
    help: "Runs of the probe that were left out because the run before had not ended or too many others ran.",
    labels: &["probe"],
};

/// Measured values without room.
pub const DROPPED: Metric = Metric {
    name: "sla_probe_series_dropped_total",
    kind: Kind::Counter,
    help: "Measured values of the probe that were left out, because it has more series than one probe may have.",
    labels: &["probe"],
};

/// How late runs start.
pub const LAG: Metric = Metric {
    name: "sla_scheduler_lag_seconds",
    kind: Kind::Histogram,
    help: "How much later than planned runs started.",
    labels: &[],
};

/// Every family of this file.
pub const ALL: &[&Metric] = &[
    &RUNS,
    &FAILURES,
    &FAILURE_REASONS,
    &SUCCESS,
    &DURATION,
    &PHASE_DURATION,
    &LAST_RUN,
    &SKIPPED,
    &DROPPED,
    &LAG,
];
