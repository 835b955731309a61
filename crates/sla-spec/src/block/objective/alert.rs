//! `alert`: who is told when the budget of an objective burns too fast.

use rust_decimal::Decimal;
use sla_model::{
    burn::{Burn, Spend, Urgency, WORKBOOK},
    id::TierId,
    share::Share,
    window::Window,
};

use super::{Judged, spend};
use crate::{
    check::Noun,
    decode::{
        context::Context,
        field::{Fields, Table, optional},
        scalar,
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic, Span},
    yaml::node::Node,
};

/// The keys of an objective's `alert`.
pub const TABLE: Table = Table {
    what: "an objective's alert",
    fields: &[
        optional("page", "P1", "The tier of the burn alerts that wake a person.").of(Type::Name),
        optional("ticket", "P2", "The tier of the burn alerts that wait for a person.").of(Type::Name),
        optional(
            "idle",
            "P3",
            "The tier of the alert that nothing was counted for a quarter of an hour, or three runs of a slow probe; without it quiet is normal, except for probes.",
        )
        .of(Type::Name),
        optional(
            "burns",
            "{page: [2% in 1h, 5% in 6h], ticket: [10% in 1d, 10% in 3d]}",
            "How much of the budget must be spent in which time; the example is what holds, if it is left out.",
        ).of(Type::Block(&spend::TABLE)),
    ],
    mistakes: &[("down", "`down` is for journeys and scrapes; an objective has `page` and `ticket`")],
};

/// A tier and where it is named.
pub type Told = (TierId, Span);

/// Who is told, and when.
pub struct Alert {
    /// Whom it wakes.
    pub page: Option<Told>,
    /// For whom it waits.
    pub ticket: Option<Told>,
    /// Who is told that nothing happens.
    pub idle: Option<TierId>,
    /// How fast the budget must be spent.
    pub spends: Vec<Spend>,
}

impl Default for Alert {
    fn default() -> Self {
        Self { page: None, ticket: None, idle: None, spends: WORKBOOK.to_vec() }
    }
}

/// Decodes `alert`; without a window nothing can be said of how fast a budget burns.
pub fn decode(node: &Node, window: Option<Window>, cx: &mut Context<'_>) -> Option<Alert> {
    let fields = cx.fields(node, &TABLE)?;
    let tier = |it: &Node, cx: &mut Context<'_>| {
        scalar::reference::<TierId>(Noun::Tier, it, cx).map(|tier| (tier, it.span))
    };
    let page = fields.maybe(cx, "page", tier);
    let ticket = fields.maybe(cx, "ticket", tier);
    let idle = fields.maybe(cx, "idle", |it, cx| scalar::reference::<TierId>(Noun::Tier, it, cx));
    let spends = fields.or(cx, "burns", WORKBOOK.to_vec(), |it, cx| spend::decode(it, window, cx));
    Some(Alert { page: page?, ticket: ticket?, idle: idle?, spends: spends? })
}

fn word(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Page => "page",
        Urgency::Ticket => "ticket",
    }
}

/// Reports alerts whose threshold no failure can cross: factor × error budget ≥ 1.
pub fn reachable(
    fields: &Fields<'_>,
    judged: &Judged<'_>,
    urgency: Urgency,
    span: Span,
    cx: &mut Context<'_>,
) {
    let Judged { target, window, .. } = *judged;
    let word = word(urgency);
    let burns = judged.burns(urgency);
    let dead: Vec<_> = burns.iter().filter(|it| it.threshold(target) >= Decimal::ONE).collect();
    let smallest = |it: &Burn| smallest_target(it).normalize();
    let problem = if judged.spends.iter().all(|it| it.urgency != urgency) {
        let message = format!("`burns` says nothing of when to open a {word}");
        Diagnostic::warning(Code::NeverFires, span, message)
            .hint(format!("remove `{word}`, or add `{word}: [2% in 1h]` to `burns`"))
    } else if burns.is_empty() {
        let message = format!("a window of {window} is too short for any {word}");
        Diagnostic::warning(Code::NeverFires, span, message)
            .hint(format!("remove `{word}`, or write `window: 30d`"))
            .related(fields.value_span("window"), "the window")
    } else if dead.len() == burns.len() {
        let needed = dead.iter().map(|it| smallest(it)).min().unwrap_or_default();
        let message = format!("with a target of {target} a {word} can never fire");
        Diagnostic::error(Code::NeverFires, span, message)
            .hint(format!("from a target of {needed}% on it can; or remove `{word}`"))
            .related(fields.value_span("target"), "the target")
    } else if let Some(burn) = dead.first() {
        let message = format!("with a target of {target} the {word} over {} can never fire", burn.name);
        Diagnostic::warning(Code::NeverFires, span, message)
            .hint(format!("from a target of {}% on it can; the slower ones do fire", smallest(burn)))
            .related(fields.value_span("target"), "the target")
    } else {
        return;
    };
    cx.report(problem);
}

/// Returns the smallest target in hundredths of a percent at which a burn tier can fire.
fn smallest_target(burn: &Burn) -> Decimal {
    let step = Decimal::new(1, 2);
    let exact = Decimal::ONE_HUNDRED - Decimal::ONE_HUNDRED / burn.factor;
    let rounded = exact.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::ToPositiveInfinity);
    let fires = burn.threshold(Share::new(rounded / Decimal::ONE_HUNDRED)) < Decimal::ONE;
    if fires { rounded } else { rounded + step }
}
