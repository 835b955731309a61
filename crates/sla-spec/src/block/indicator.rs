//! `indicator`: what an objective counts.

use sla_model::{indicator::Indicator, selector::Selector};

use crate::{
    check::{
        Noun,
        metric::{Role, Use},
    },
    decode::{
        context::Context,
        field::{Table, optional, required},
        scalar, unit,
    },
    diagnostic::{Code, Diagnostic, Span},
    promql::{self, Located},
    yaml::node::{Kind, Node},
};

/// The keys of an indicator.
pub const TABLE: Table = Table {
    what: "an indicator",
    fields: &[
        optional("journey", "checkout", "The runs of a journey; a failed run is bad."),
        optional(
            "ratio",
            "{bad: 'x_total{status=\"failed\"}', total: x_total}",
            "Events, with the bad ones given.",
        ),
        optional(
            "mean",
            "{histogram: x_seconds, at_most: 200ms}",
            "Five-minute slices whose mean meets a limit.",
        ),
    ],
    mistakes: &[],
};

/// The keys of a ratio.
pub const RATIO: Table = Table {
    what: "a ratio",
    fields: &[
        required("bad", "'shop_payments_total{status=\"failed\"}'", "Counts the bad events."),
        required("total", "shop_payments_total", "Counts every event."),
    ],
    mistakes: &[("good", "a ratio counts what is bad: give `bad` instead")],
};

/// The keys of a mean.
pub const MEAN: Table = Table {
    what: "a mean",
    fields: &[
        required("histogram", "http_request_duration_seconds", "The histogram, without `_sum` and `_count`."),
        required("at_most", "200ms", "The largest mean that is still good."),
    ],
    mistakes: &[("within", "write `at_most`")],
};

/// Decodes an indicator.
pub fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Indicator> {
    let fields = cx.fields(node, &TABLE)?;
    let given: Vec<_> = TABLE.fields.iter().filter_map(|it| fields.entry(it.key)).collect();
    match given.as_slice() {
        [_] => {}
        [] => {
            // A key that does not exist was reported already.
            if matches!(&node.kind, Kind::Map(entries) if entries.is_empty()) {
                let problem = Diagnostic::error(Code::Indicator, node.span, "the indicator counts nothing");
                cx.report(problem.hint("write `journey: NAME`, `ratio: {…}` or `mean: {…}`"));
            }
            return None;
        }
        [first, second, ..] => {
            let message = format!("an objective has one indicator, not `{}` and `{}`", first.key, second.key);
            let problem = Diagnostic::error(Code::Indicator, second.span, message);
            cx.report(problem.hint("make an objective of each").related(first.span, "the first one"));
        }
    }
    let journey = fields
        .maybe(cx, "journey", |it, cx| scalar::reference(Noun::Journey, it, cx).map(Indicator::Journey));
    let ratio = fields.maybe(cx, "ratio", ratio);
    let mean = fields.maybe(cx, "mean", mean);
    journey?.or(ratio?).or(mean?)
}

fn ratio(node: &Node, cx: &mut Context<'_>) -> Option<Indicator> {
    let fields = cx.fields(node, &RATIO)?;
    let bad = fields.get(cx, "bad", |it, cx| selector(it, Role::Counter, cx));
    let total = fields.get(cx, "total", |it, cx| selector(it, Role::Counter, cx));
    let (total, bad) = (total?, bad?);
    if let Some(problem) = part(fields.entry("bad")?.value.span, &total, &bad) {
        cx.report(problem);
    }
    Some(Indicator::Ratio { total, bad })
}

/// Reports bad events that are not among all events. Of two different metrics nothing can be known here.
fn part(at: Span, total: &Selector, bad: &Selector) -> Option<Diagnostic> {
    if total.metric != bad.metric {
        return None;
    }
    let missing = total.matchers.iter().find(|it| !bad.matchers.contains(it));
    let problem = |message: String| Diagnostic::error(Code::NotAPart, at, message);
    match missing {
        Some(missing) => {
            let message = format!("`bad` also counts events outside of `total`, which asks for `{missing}`");
            Some(problem(message).hint(format!("add `{missing}` to `bad`")))
        }
        None if bad.matchers.len() == total.matchers.len() => {
            let message = "`bad` selects the same events as `total`: all of them would be bad".to_owned();
            Some(problem(message).hint("say which events are bad, for example `{status=\"failed\"}`"))
        }
        None => None,
    }
}

fn mean(node: &Node, cx: &mut Context<'_>) -> Option<Indicator> {
    let fields = cx.fields(node, &MEAN)?;
    let histogram = fields.get(cx, "histogram", |it, cx| selector(it, Role::Histogram, cx));
    let at_most = fields.get(cx, "at_most", unit::positive);
    Some(Indicator::Mean { histogram: histogram?, at_most: at_most? })
}

fn selector(node: &Node, role: Role, cx: &mut Context<'_>) -> Option<Selector> {
    let text = cx.text(node)?;
    match promql::located(&text) {
        Ok(located) => {
            let place = |it: std::ops::Range<usize>| cx.within(node, it.start, it.len());
            let matchers = located.matchers.into_iter().map(&place).collect();
            let (selector, name) = (located.selector, place(located.name));
            let used = Use { selector: Located { selector: selector.clone(), name, matchers }, role };
            cx.collected.uses.push(used);
            Some(selector)
        }
        Err(error) => {
            let width = text[error.at..].chars().next().map_or(0, char::len_utf8);
            // At the end of the text there is nothing to underline but what stands before it.
            let at = if width == 0 { node.span } else { cx.within(node, error.at, width) };
            let problem = Diagnostic::error(Code::Selector, at, format!("not a selector: {}", error.message));
            cx.refuse(problem.hint("write `metric_total{label=\"value\"}`, in single quotes"))
        }
    }
}
