//! `indicator`: what an objective counts. One kind a file.

use sla_model::{
    id::{LabelName, ObjectiveId},
    indicator::Indicator,
};

use crate::{
    check::Noun,
    decode::{
        context::Context,
        field::{Table, optional},
        scalar,
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic, Span},
    yaml::node::{Kind, Node},
};

pub mod composite;
pub mod counter;
pub mod histogram;
pub mod latency;
pub mod mean;
pub mod page;
pub mod ratio;
pub mod slices;

/// The keys of an indicator.
pub const TABLE: Table = Table {
    what: "an indicator",
    fields: &[
        optional("journey", "checkout", "The runs of a journey; a failed run is bad.")
            .of(Type::Name)
            .exactly_one(),
        optional("probe", "home", "The runs of a probe; a failed run is bad.").of(Type::Name).exactly_one(),
        optional("page", "{probe: home, within: 1s}", "Loads of a page; a failed or slow one is bad.")
            .of(Type::Block(&page::TABLE))
            .exactly_one(),
        optional(
            "ratio",
            "{bad: 'x_total{status=\"failed\"}', total: x_total}",
            "Events, with the bad or the good ones given.",
        )
        .of(Type::Block(&ratio::TABLE))
        .exactly_one(),
        optional(
            "latency",
            "{histogram: x_seconds, within: 200ms}",
            "Observations of a histogram; one above the limit is bad.",
        )
        .of(Type::Block(&latency::TABLE))
        .exactly_one(),
        optional(
            "mean",
            "{histogram: x_seconds, at_most: 200ms}",
            "Five-minute slices whose mean meets a limit.",
        )
        .of(Type::Block(&mean::TABLE))
        .exactly_one(),
        optional(
            "slices",
            "{gauge: queue_length, at_most: 100}",
            "Five-minute slices in which a gauge keeps to a bound.",
        )
        .of(Type::Block(&slices::TABLE))
        .exactly_one(),
        optional("composite", "{worst: [login, payment]}", "Other objectives, seen as one.")
            .of(Type::Block(&composite::TABLE))
            .exactly_one(),
    ],
    mistakes: &[
        ("availability", "write `journey: NAME` or `probe: NAME`"),
        ("events", "write `ratio: {bad: …, total: …}`"),
        ("good", "write `ratio: {good: …, total: …}`"),
        ("bad", "write `ratio: {bad: …, total: …}`"),
        (
            "histogram",
            "write `latency: {histogram: …, within: 200ms}` or `mean: {histogram: …, at_most: 200ms}`",
        ),
        ("gauge", "write `slices: {gauge: …, at_most: 100}`"),
    ],
};

/// What an indicator needs to know of its objective.
pub struct Owner<'o> {
    /// The objective's name.
    pub id: &'o ObjectiveId,
    /// The labels that split it, with their places.
    pub by: &'o [(LabelName, Span)],
}

/// Decodes an indicator.
pub fn decode(node: &Node, owner: &Owner<'_>, cx: &mut Context<'_>) -> Option<Indicator> {
    let fields = cx.fields(node, &TABLE)?;
    let given: Vec<_> = TABLE.fields.iter().filter_map(|it| fields.entry(it.key)).collect();
    match given.as_slice() {
        [_] => {}
        [] => {
            // A key that does not exist was reported already.
            if matches!(&node.kind, Kind::Map(entries) if entries.is_empty()) {
                let problem = Diagnostic::error(Code::Indicator, node.span, "the indicator counts nothing");
                cx.report(problem.hint("write for example `journey: NAME` or `ratio: {bad: …, total: …}`"));
            }
            return None;
        }
        [first, second, ..] => {
            let message = format!("an objective has one indicator, not `{}` and `{}`", first.key, second.key);
            let problem = Diagnostic::error(Code::Indicator, second.span, message);
            cx.report(problem.hint("make an objective of each").related(first.span, "the first one"));
        }
    }
    if let Some(single) = given.first().filter(|it| SINGLE.contains(&&*it.key)) {
        undivided(&single.key, owner, cx);
    }
    let journey = fields
        .maybe(cx, "journey", |it, cx| scalar::reference(Noun::Journey, it, cx).map(Indicator::Journey));
    let probe =
        fields.maybe(cx, "probe", |it, cx| scalar::reference(Noun::Probe, it, cx).map(Indicator::Probe));
    let page = fields.maybe(cx, "page", page::decode);
    let ratio = fields.maybe(cx, "ratio", |it, cx| ratio::decode(it, owner, cx));
    let latency = fields.maybe(cx, "latency", |it, cx| latency::decode(it, owner, cx));
    let mean = fields.maybe(cx, "mean", |it, cx| mean::decode(it, owner, cx));
    let slices = fields.maybe(cx, "slices", |it, cx| slices::decode(it, owner, cx));
    let composite = fields.maybe(cx, "composite", |it, cx| composite::decode(it, owner, cx));
    journey?.or(probe?).or(page?).or(ratio?).or(latency?).or(mean?).or(slices?).or(composite?)
}

/// Indicators that have one label set by their nature.
const SINGLE: [&str; 4] = ["journey", "probe", "page", "composite"];

fn undivided(kind: &str, owner: &Owner<'_>, cx: &mut Context<'_>) {
    if let Some((_, span)) = owner.by.first() {
        let message = format!("an objective over a {kind} cannot be split by labels");
        cx.report(Diagnostic::error(Code::By, *span, message).hint("remove `by`"));
    }
}
