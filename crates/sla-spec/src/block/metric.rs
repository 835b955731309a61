//! `metrics`: business numbers that a query returns.

use std::time::Duration;

use sla_model::{
    id::{LabelName, MetricName},
    names::Kind as MetricKind,
    source::SourceMetric,
};

use super::probe;
use crate::{
    check::{
        Noun,
        metric::{Exposed, Shape},
    },
    decode::{
        context::Context,
        field::{Table, optional, required},
        list, scalar, unit,
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic},
    yaml::node::{Entry, Node},
};

/// The keys of a business number.
pub const TABLE: Table = Table {
    what: "a metric",
    fields: &[
        required("from", "shop-db", "The source that is asked.").of(Type::Name),
        optional("every", "60s", "How often it is asked; `60s`, if it is left out.").of(Type::Duration),
        required("help", "Payments that ever reached the status.", "What the number says, for people.")
            .of(Type::Text),
        required(
            "totals",
            "{query: \"SELECT …\", label: status, values: [paid, failed]}",
            "The query that returns all totals so far.",
        )
        .of(Type::Block(&TOTALS)),
    ],
    mistakes: &[
        ("query", "`query` belongs into `totals: {…}`"),
        ("source", "write `from`"),
        ("interval", "write `every`"),
    ],
};

/// The keys of `totals`.
pub const TOTALS: Table = Table {
    what: "`totals`",
    fields: &[
        required(
            "query",
            "SELECT status, count(*) FROM payments GROUP BY status",
            "Returns a label value and its total in each row.",
        )
        .of(Type::Query),
        required("label", "status", "The label of the first column.").of(Type::Label),
        required("values", "[paid, failed]", "The label values that exist.").of(Type::Distinct(&Type::Text)),
    ],
    mistakes: &[("labels", "totals have one `label`")],
};

/// How often a number is read unless the specification says otherwise.
const EVERY_DEFAULT: Duration = Duration::from_mins(1);

/// Labels that the generator or Prometheus puts on series and alerts.
const RESERVED_LABELS: [&str; 11] =
    ["sla", "slo", "module", "tier", "severity", "burn", "k", "le", "colour", "job", "instance"];

/// Decodes one business number.
pub fn decode(name: &MetricName, entry: &Entry, cx: &mut Context<'_>) -> Option<SourceMetric> {
    counter_name(entry, cx);
    let metric = body(name, entry, cx);
    let shape = metric.as_ref().map(|it| Shape {
        kind: MetricKind::Counter,
        labels: vec![it.label.to_string()],
        values: Some((it.label.to_string(), it.values.clone())),
        buckets: None,
    });
    let exposed = Exposed { span: entry.span, business: true, shape };
    cx.known_mut().metrics.entry(entry.key.to_string()).or_default().push(exposed);
    metric
}

fn counter_name(entry: &Entry, cx: &mut Context<'_>) {
    let name = &*entry.key;
    let wrong = if !name.ends_with("_total") {
        format!("write `{name}_total`")
    } else if name.contains(':') {
        "`:` is for recorded series; use `_`".to_owned()
    } else {
        return;
    };
    let message = format!("`{name}` cannot be the name of a counter");
    cx.report(Diagnostic::error(Code::MetricName, entry.span, message).hint(wrong));
}

fn body(name: &MetricName, entry: &Entry, cx: &mut Context<'_>) -> Option<SourceMetric> {
    let fields = cx.fields(&entry.value, &TABLE)?;
    let from = fields.get(cx, "from", |it, cx| scalar::reference(Noun::Source, it, cx));
    let every = |it: &Node, cx: &mut Context<'_>| unit::ranged(it, cx, "an interval", &probe::EVERY);
    let every = fields.or(cx, "every", EVERY_DEFAULT, every);
    let help = fields.get(cx, "help", scalar::text);
    let (query, label, values) = fields.get(cx, "totals", totals)?;
    Some(SourceMetric { name: name.clone(), help: help?, from: from?, every: every?, query, label, values })
}

fn totals(node: &Node, cx: &mut Context<'_>) -> Option<(String, LabelName, Vec<String>)> {
    let fields = cx.fields(node, &TOTALS)?;
    let query = fields.get(cx, "query", query);
    let label = fields.get(cx, "label", label);
    let values = fields.get(cx, "values", |it, cx| list::distinct(it, cx, scalar::text));
    Some((query?, label?, values?))
}

fn label(node: &Node, cx: &mut Context<'_>) -> Option<LabelName> {
    let label: LabelName = scalar::id(node, cx)?;
    if RESERVED_LABELS.contains(&label.as_str()) || label.as_str().starts_with("__") {
        let message = format!("the label `{label}` has a meaning of its own");
        return cx.refuse(Diagnostic::error(Code::Reserved, node.span, message).hint("choose another label"));
    }
    Some(label)
}

fn query(node: &Node, cx: &mut Context<'_>) -> Option<String> {
    let text = scalar::text(node, cx)?;
    let statement = text.trim().trim_end_matches(';').trim_end();
    let word = statement.split(|it: char| !it.is_ascii_alphabetic()).next().unwrap_or("");
    let reads = ["select", "with"].iter().any(|it| word.eq_ignore_ascii_case(it));
    let problem = if !reads {
        Some("the query does not begin with SELECT or WITH")
    } else if outside_quotes(statement).contains(';') {
        Some("the query is more than one statement")
    } else {
        None
    };
    match problem {
        None => Some(statement.to_owned()),
        Some(message) => {
            let problem = Diagnostic::error(Code::Query, node.span, message);
            cx.refuse(problem.hint("write one SELECT that returns a label value and its total in each row"))
        }
    }
}

/// Returns what of a statement stands outside of `'…'`; a doubled quote ends one and begins another.
fn outside_quotes(statement: &str) -> String {
    statement.split('\'').step_by(2).collect()
}
