//! The label sets of recorded series and of alerts.

use sla_model::{Model, id::ModuleId, objective::Objective, selector::Selector, tier::Tier};

use crate::{plan::Labels, promql::build::series, words::literal};

/// Returns the identity of a recorded series of an objective: `sla` and `slo`, nothing else. What may change,
/// like the module, stands on alerts and on `slo_info`; on recorded series a rename would cut their history.
pub fn identity(model: &Model, objective: &Objective) -> Labels {
    Labels::from([("sla", model.name.to_string()), ("slo", objective.id.to_string())])
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
