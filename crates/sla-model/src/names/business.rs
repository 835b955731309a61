//! What is known of the reading of business numbers. The numbers themselves carry the user's names.

use super::{Kind, Metric};

/// Passes that ended.
pub const PASSES: Metric = Metric {
    name: "sla_query_passes_total",
    kind: Kind::Counter,
    help: "Passes of the query that ended, good and bad.",
    labels: &["source", "query"],
};

/// Passes that failed.
pub const PASS_FAILURES: Metric = Metric {
    name: "sla_query_failures_total",
    kind: Kind::Counter,
    help: "Passes of the query that failed; the numbers of the last good pass stay.",
    labels: &["source", "query"],
};

/// When the numbers were read.
pub const LAST_PASS: Metric = Metric {
    name: "sla_query_last_success_timestamp_seconds",
    kind: Kind::Gauge,
    help: "When the query was last answered, in seconds since the epoch: the age of its numbers.",
    labels: &["source", "query"],
};

/// Values without room.
pub const DROPPED: Metric = Metric {
    name: "sla_query_series_dropped_total",
    kind: Kind::Counter,
    help: "Values of the query that were left out, because it has more series than one query may have.",
    labels: &["source", "query"],
};

/// Every family of this file.
pub const ALL: &[&Metric] = &[&PASSES, &PASS_FAILURES, &LAST_PASS, &DROPPED];
