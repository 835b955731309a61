//! What is known of the steps of a journey.

use super::{Kind, Metric};

/// Failed steps by reason.
pub const STEP_FAILURES: Metric = Metric {
    name: "sla_journey_step_failures_total",
    kind: Kind::Counter,
    help: "Failed steps of the journey by reason; a reason appears with its first failure.",
    labels: &["probe", "step", "reason"],
};

/// How long steps take.
pub const STEP_DURATION: Metric = Metric {
    name: "sla_journey_step_duration_seconds",
    kind: Kind::Histogram,
    help: "How long each step of the journey took, failed ones included.",
    labels: &["probe", "step"],
};

/// Every family of this file.
pub const ALL: &[&Metric] = &[&STEP_FAILURES, &STEP_DURATION];
