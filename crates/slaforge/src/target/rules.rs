//! Rules as Prometheus, Mimir, the operator and vmalert read them: they agree in everything but a group's own keys.

use serde::Serialize;
use sla_model::duration;

use super::Input;
use crate::{
    compile::Unit,
    plan::{Group, Labels, Rule},
};

/// A group of rules.
#[derive(Serialize)]
pub struct GroupDocument {
    name: String,
    interval: String,
    /// How far in the past Prometheus and Mimir evaluate.
    #[serde(skip_serializing_if = "Option::is_none")]
    query_offset: Option<String>,
    /// The same for vmalert.
    #[serde(skip_serializing_if = "Option::is_none")]
    eval_delay: Option<String>,
    rules: Vec<RuleDocument>,
}

#[derive(Serialize)]
struct RuleDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<&'static str>,
    expr: String,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pending: Option<String>,
    labels: Labels,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<Labels>,
}

impl GroupDocument {
    /// Lets vmalert evaluate so far in the past.
    pub fn delayed(self, by: String) -> Self {
        Self { eval_delay: Some(by), ..self }
    }

    /// Returns how many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }
}

/// Returns the groups of some units; none without rules.
pub fn groups(input: &Input<'_>, units: &[Unit<'_>]) -> Vec<GroupDocument> {
    let offset = input.query_offset().map(duration::text);
    let groups = units.iter().flat_map(|it| input.plan.rules(*it).groups);
    groups.filter(|it| !it.rules.is_empty()).map(|it| group(it, offset.as_ref())).collect()
}

/// Returns one group.
pub fn group(group: Group, offset: Option<&String>) -> GroupDocument {
    GroupDocument {
        name: group.name,
        interval: duration::text(group.every),
        query_offset: offset.cloned(),
        eval_delay: None,
        rules: group.rules.into_iter().map(rule).collect(),
    }
}

fn rule(rule: Rule) -> RuleDocument {
    match rule {
        Rule::Record { name, labels, expr } => RuleDocument {
            record: Some(name),
            alert: None,
            expr: expr.lines(),
            pending: None,
            labels,
            annotations: None,
        },
        Rule::Alert { name, labels, notes, expr, pending } => RuleDocument {
            record: None,
            alert: Some(name),
            expr: expr.lines(),
            pending: (!pending.is_zero()).then(|| duration::text(pending)),
            labels,
            annotations: Some(notes),
        },
    }
}
