//! Prometheus rule files.

use serde::Serialize;
use sla_model::duration;

use super::{File, Input, RULES, Target, yaml};
use crate::plan::{Group, Labels, Rule, RuleFile};

/// Rule files, one per objective and one for the platform.
pub struct Prometheus;

impl Target for Prometheus {
    fn render(&self, input: &Input<'_>) -> Vec<File> {
        input
            .plan
            .rules
            .iter()
            .filter(|it| it.groups.iter().any(|group| !group.rules.is_empty()))
            .map(|it| file(input, it))
            .collect()
    }
}

/// Returns where the rule file of this name stands.
pub fn path(name: &str) -> String {
    format!("{RULES}/{name}.rules.yaml")
}

#[derive(Serialize)]
struct Document<'p> {
    groups: Vec<GroupDocument<'p>>,
}

#[derive(Serialize)]
struct GroupDocument<'p> {
    name: &'p str,
    interval: String,
    rules: Vec<RuleDocument<'p>>,
}

#[derive(Serialize)]
struct RuleDocument<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<&'p str>,
    expr: String,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pending: Option<String>,
    labels: &'p Labels,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<&'p Labels>,
}

fn file(input: &Input<'_>, rules: &RuleFile) -> File {
    let document = Document { groups: rules.groups.iter().map(group).collect() };
    yaml::file(input, path(&rules.name), "Prometheus recording and alerting rules.", &document)
}

fn group(group: &Group) -> GroupDocument<'_> {
    GroupDocument {
        name: &group.name,
        interval: duration::text(group.every),
        rules: group.rules.iter().map(rule).collect(),
    }
}

fn rule(rule: &Rule) -> RuleDocument<'_> {
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
            pending: (!pending.is_zero()).then(|| duration::text(*pending)),
            labels,
            annotations: Some(notes),
        },
    }
}
