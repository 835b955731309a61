//! A journey: the steps a customer takes, walked by the exporter again and again.

use std::time::Duration;

use crate::{
    id::{ModuleId, ProbeId, StepId, TierId, VariableId},
    json_path::JsonPath,
    probe::HttpCall,
    text::Text,
};

/// An ordered list of calls that pass values on.
#[derive(Clone, Debug, PartialEq)]
pub struct Journey {
    /// The name, the `probe` label.
    pub id: ProbeId,
    /// What people call it.
    pub title: Text,
    /// The part of the system that it stands for.
    pub module: ModuleId,
    /// How often it is walked (nominal).
    pub every: Duration,
    /// How long one walk may take (never divided by the pace; a walk also ends when the next is due).
    pub timeout: Duration,
    /// How the walked system recognises the walk.
    pub synthetic: Option<Synthetic>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// The tier of the page when the journey is down.
    pub down: Option<TierId>,
}

/// What keeps a journey out of real money and business numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synthetic {
    /// A header that every request of the journey carries.
    pub header: (String, String),
    /// The filter that business queries use to leave such records out, for people to check.
    pub excluded_by: Option<String>,
}

/// One call of a journey.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The name, the `step` label.
    pub id: StepId,
    /// What is called.
    pub call: HttpCall,
    /// Values of the answer that later steps use as `{{name}}`.
    pub save: Vec<(VariableId, JsonPath)>,
    /// Runs although an earlier step failed: clean-up. It is left out only when a value that it needs was
    /// never saved, because then there is nothing to clean.
    pub always: bool,
}
