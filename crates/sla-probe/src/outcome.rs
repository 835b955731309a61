//! What a run came to.

use std::time::Duration;

use sla_model::id::StepId;

use crate::{phase::Phase, reason::Reason};

/// What one run of a probe or journey came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Good, or the first failure.
    pub verdict: Result<(), Failure>,
    /// How long the run took.
    pub took: Duration,
    /// The phases of a single call that took place, in order; one that was cut counts up to the cut.
    pub phases: Vec<(Phase, Duration)>,
    /// The steps of a journey that were run, in order.
    pub steps: Vec<StepOutcome>,
}

/// What one step of a journey came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepOutcome {
    /// The step.
    pub step: StepId,
    /// Good, or why not.
    pub verdict: Result<(), Failure>,
    /// How long it took.
    pub took: Duration,
}

/// Why a run or step failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The reason as a label.
    pub reason: Reason,
    /// The step of the journey.
    pub step: Option<StepId>,
    /// What happened, for logs and the landing page. It never holds a body, a header, a query or a saved
    /// value: those may be secret.
    pub detail: String,
}

impl Failure {
    /// Makes a failure that is not of a step.
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, step: None, detail: detail.into() }
    }

    pub(crate) fn at(self, step: &StepId) -> Self {
        Self { step: Some(step.clone()), ..self }
    }
}
