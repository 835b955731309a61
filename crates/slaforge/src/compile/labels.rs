//! The label sets of recorded series and of alerts.

use sla_model::{Model, id::ModuleId, objective::Objective, selector::Selector, tier::Tier};

use crate::{
    plan::Labels,
    promql::{
        Expr,
        build::{aggregate, series},
    },
    words::literal,
};

/// Returns the identity of a recorded series of an objective: `sla` and `slo`, nothing else. What may change,
/// like the module, stands on alerts and on `slo_info`; on recorded series a rename would cut their history.
pub fn identity(model: &Model, objective: &Objective) -> Labels {
    Labels::from([("sla", model.name.to_string()), ("slo", objective.id.to_string())])
}

/// Returns the labels that split an objective.
pub fn split(objective: &Objective) -> Vec<&str> {
    objective.by.iter().map(sla_model::id::LabelName::as_str).collect()
}

/// Returns the labels that tell what is recorded of an objective from anything else: by these, alerts and
/// recorded series of it are matched.
pub fn same(objective: &Objective) -> Vec<&str> {
    ["sla", "slo"].into_iter().chain(split(objective)).collect()
}

/// Sums what was recorded for an objective, each combination of its labels on its own: history is selected by
/// identity and added up, so that a label that came or went cuts nothing.
pub fn total(objective: &Objective, of: Expr) -> Expr {
    aggregate("sum", &split(objective), of)
}

/// Selects a recorded series of an objective by its identity.
pub fn recorded(model: &Model, objective: &Objective, metric: &str) -> Selector {
    series(metric, &[("sla", model.name.as_str()), ("slo", objective.id.as_str())])
}

/// Returns what every alert carries: by these labels it is routed and grouped.
pub fn alert(model: &Model, tier: &Tier, module: &ModuleId) -> Labels {
    Labels::from([
        ("sla", model.name.to_string()),
        ("module", module.to_string()),
        ("tier", tier.id.to_string()),
        ("severity", literal(&tier.severity)),
    ])
}
