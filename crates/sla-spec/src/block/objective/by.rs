//! `by`: the labels that split an objective.

use sla_model::id::LabelName;

use crate::{
    decode::{context::Context, list, scalar},
    diagnostic::{Code, Diagnostic, Span},
    suggest,
    yaml::node::Node,
};

/// More labels multiply series and alerts beyond what people can look at.
const LABELS_MAX: usize = 4;

/// Labels of recorded series and alerts that have a meaning of their own.
const RESERVED: [&str; 14] = [
    "sla",
    "slo",
    "module",
    "tier",
    "severity",
    "burn",
    "colour",
    "limit",
    "role",
    "k",
    "period",
    "le",
    "alertname",
    "alertstate",
];

/// Labels that change with every restart or roll-out.
const VOLATILE: [&str; 5] = ["instance", "pod", "pod_name", "container_id", "uid"];

/// Decodes the labels, with their places.
pub fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Vec<(LabelName, Span)>> {
    let labels = list::distinct(node, cx, |it, cx| {
        let label: LabelName = scalar::id(it, cx)?;
        if RESERVED.contains(&label.as_str()) || label.as_str().starts_with("__") {
            let message = format!("the label `{label}` has a meaning of its own on recorded series");
            let hint =
                suggest::hint(label.as_str(), [], "split by another label, or rename it with a relabelling");
            cx.report(Diagnostic::error(Code::Reserved, it.span, message).hint(hint));
        }
        if VOLATILE.contains(&label.as_str()) {
            let message =
                format!("`{label}` changes with every roll-out, and a budget ends with its label's value");
            let hint = "split by what stays, for example a region or a channel";
            cx.report(Diagnostic::warning(Code::By, it.span, message).hint(hint));
        }
        Some((label, it.span))
    })?;
    if labels.len() > LABELS_MAX {
        let message = format!("an objective is split by at most {LABELS_MAX} labels, not {}", labels.len());
        let problem = Diagnostic::error(Code::By, node.span, message);
        return cx.refuse(problem.hint("each combination of values is a budget and an alert of its own"));
    }
    Some(labels)
}
