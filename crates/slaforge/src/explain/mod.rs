//! `slaforge explain OBJECTIVE`: every number of an objective, as a person can follow it. Nothing here is computed
//! twice: formulas come from the compiler, minutes from the model.

use sla_model::{Model, objective::Objective};

mod about;
mod cost;
mod counts;
mod facts;
mod source;
#[cfg(test)]
mod tests;
mod text;
mod timing;

/// Returns the explanation for people.
pub fn text(model: &Model, objective: &Objective) -> String {
    text::render(&facts::facts(model, objective))
}

/// Returns the explanation for programs.
pub fn json(model: &Model, objective: &Objective) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&facts::facts(model, objective)).map(|it| it + "\n")
}
