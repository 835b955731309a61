//! `ratio`: events, with the bad or the good ones given.

use sla_model::{
    counter::Counter,
    indicator::{Indicator, Part},
    selector::Selector,
};

use super::{Owner, counter};
use crate::{
    decode::{
        context::Context,
        field::{Either, Table, optional, required},
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic, Span},
    yaml::node::Node,
};

/// The keys of a ratio.
pub const TABLE: Table = Table {
    what: "a ratio",
    fields: &[
        optional(
            "bad",
            "'shop_payments_total{status=\"failed\"}'",
            "Counts the bad events: a selector of counters, or PromQL with `$window` that gives events per second.",
        ).of(Type::Text).exactly_one(),
        optional(
            "good",
            "'shop_payments_total{status=\"paid\"}'",
            "Counts the good events, instead of `bad`.",
        ).of(Type::Text).exactly_one(),
        required("total", "shop_payments_total", "Counts every event.").of(Type::Text),
    ],
    mistakes: &[("errors", "write `bad`"), ("success", "write `good`"), ("all", "write `total`")],
};

const PART: Either = Either {
    keys: ["bad", "good"],
    code: Code::Indicator,
    both: ("a ratio has `bad` or `good`, not both", "remove one of them"),
    none: ("a ratio needs `bad` or `good`", "add `bad: 'shop_payments_total{status=\"failed\"}'`"),
};

/// Decodes a ratio.
pub fn decode(node: &Node, owner: &Owner<'_>, cx: &mut Context<'_>) -> Option<Indicator> {
    let fields = cx.fields(node, &TABLE)?;
    let bad = fields.maybe(cx, "bad", |it, cx| counter::decode(it, owner, cx));
    let good = fields.maybe(cx, "good", |it, cx| counter::decode(it, owner, cx));
    let total = fields.get(cx, "total", |it, cx| counter::decode(it, owner, cx));
    let key = fields.either(&PART, cx)?;
    let part = bad?.map(Part::Bad).or(good?.map(Part::Good))?;
    let total = total?;
    if let (Counter::Selector(some), Counter::Selector(all)) = (part.counter(), &total) {
        cx.report_all(not_a_part(key, fields.value_span(key), all, some));
    }
    Some(Indicator::Ratio { total, part })
}

/// Reports events that are not among all events. Of two different metrics nothing can be known here.
fn not_a_part(key: &str, at: Span, total: &Selector, part: &Selector) -> Option<Diagnostic> {
    if total.metric != part.metric {
        return None;
    }
    let missing = total.matchers.iter().find(|it| !part.matchers.contains(it));
    let problem = |message: String| Diagnostic::error(Code::NotAPart, at, message);
    match missing {
        Some(missing) => {
            let message =
                format!("`{key}` also counts events outside of `total`, which asks for `{missing}`");
            Some(problem(message).hint(format!("add `{missing}` to `{key}`")))
        }
        None if part.matchers.len() == total.matchers.len() => {
            let message = format!("`{key}` selects the same events as `total`: all of them would be {key}");
            let example = if key == "bad" { "failed" } else { "paid" };
            Some(
                problem(message)
                    .hint(format!("say which events are {key}, for example `{{status=\"{example}\"}}`")),
            )
        }
        None => None,
    }
}
