//! `objectives`: what is promised.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{
    burn::{self, Urgency},
    duration,
    id::{ObjectiveId, TierId},
    objective::Objective,
    share::Share,
    window::Window,
};

use super::{indicator, title};
use crate::{
    check::Noun,
    decode::{
        context::Context,
        field::{Fields, Table, optional, required},
        scalar, unit,
    },
    diagnostic::{Code, Diagnostic, Span},
    yaml::node::{Entry, Node},
};

/// The keys of an objective.
pub const TABLE: Table = Table {
    what: "an objective",
    fields: &[
        optional(
            "title",
            "{zh: 支付成功率, en: Payment success}",
            "What people call it; the name, if it is left out.",
        ),
        required("module", "payment", "The part of the system whose owner answers for it."),
        required("target", "99.9%", "The share of good events that is promised."),
        optional("window", "30d", "The period of judgement, 7 to 90 whole days; `30d`, if it is left out."),
        required("indicator", "{journey: checkout}", "What is counted: `journey`, `ratio` or `mean`."),
        optional("alert", "{page: P1, ticket: P2}", "Who is told when the budget burns too fast."),
    ],
    mistakes: &[
        ("objective", "write `target: 99.9%`"),
        ("ratio", "write `indicator: {ratio: …}`"),
        ("mean", "write `indicator: {mean: …}`"),
        ("journey", "write `indicator: {journey: …}`"),
    ],
};

/// The keys of an objective's `alert`.
pub const ALERT: Table = Table {
    what: "an objective's alert",
    fields: &[
        optional("page", "P1", "The tier of the burn alerts that wake a person."),
        optional("ticket", "P2", "The tier of the burn alerts that wait for a person."),
    ],
    mistakes: &[("down", "`down` is for journeys and scrapes; an objective has `page` and `ticket`")],
};

/// The generator writes the alerts about the monitoring itself under this name.
const PLATFORM: &str = "sla-platform";

const WINDOW_DEFAULT: Window = Window::Rolling(Duration::from_hours(30 * 24));

/// A tier and where it is named.
type Told = (TierId, Span);

/// Decodes one objective.
pub fn decode(id: &ObjectiveId, entry: &Entry, cx: &mut Context<'_>) -> Option<Objective> {
    if id.as_str() == PLATFORM {
        let message = format!("`{PLATFORM}` is the name of the monitoring's own rules");
        cx.report(Diagnostic::error(Code::Reserved, entry.span, message).hint("choose another name"));
    }
    let fields = cx.fields(&entry.value, &TABLE)?;
    let title = title::decode(&fields, id.as_str(), cx);
    let module = fields.get(cx, "module", |it, cx| scalar::reference(Noun::Module, it, cx));
    let target = fields.get(cx, "target", target);
    let window = fields.or(cx, "window", WINDOW_DEFAULT, window);
    let indicator = fields.get(cx, "indicator", indicator::decode);
    let alert = fields.or(cx, "alert", (None, None), alert);
    let (target, window, (page, ticket)) = (target?, window?, alert?);
    for (told, urgency) in [(&page, Urgency::Page), (&ticket, Urgency::Ticket)] {
        if let Some((_, span)) = told {
            reachable(&fields, target, window, urgency, *span, cx);
        }
    }
    let tier = |it: Option<Told>| it.map(|it| it.0);
    Some(Objective {
        id: id.clone(),
        title: title?,
        module: module?,
        target,
        window,
        indicator: indicator?,
        page: tier(page),
        ticket: tier(ticket),
    })
}

fn alert(node: &Node, cx: &mut Context<'_>) -> Option<(Option<Told>, Option<Told>)> {
    let fields = cx.fields(node, &ALERT)?;
    let tier = |it: &Node, cx: &mut Context<'_>| {
        scalar::reference::<TierId>(Noun::Tier, it, cx).map(|tier| (tier, it.span))
    };
    let page = fields.maybe(cx, "page", tier);
    let ticket = fields.maybe(cx, "ticket", tier);
    Some((page?, ticket?))
}

fn target(node: &Node, cx: &mut Context<'_>) -> Option<Share> {
    let text = cx.text(node)?;
    let number = text.trim().trim_end_matches('%').trim_end();
    let Ok(percent) = Decimal::from_str_exact(number) else {
        return unit::share(node, cx);
    };
    if percent >= Decimal::ONE_HUNDRED || percent <= Decimal::ZERO {
        let message = format!("a target of {percent}% is not strictly between 0% and 100%");
        let hint = if percent == Decimal::ONE_HUNDRED {
            "100% leaves no error budget; for three nines write `99.9%`"
        } else {
            "for three nines write `99.9%`"
        };
        return cx.refuse(Diagnostic::error(Code::Target, node.span, message).hint(hint));
    }
    if !text.trim().ends_with('%') {
        let percent = if percent < Decimal::ONE { percent * Decimal::ONE_HUNDRED } else { percent };
        let problem =
            Diagnostic::error(Code::Share, node.span, format!("`{text}` is a share without its unit"));
        return cx.refuse(problem.hint(format!("write `{}%`", percent.normalize())));
    }
    unit::share(node, cx)
}

fn window(node: &Node, cx: &mut Context<'_>) -> Option<Window> {
    let length = unit::duration(node, cx)?;
    let range = Window::ROLLING_MIN..=Window::ROLLING_MAX;
    let days = duration::DAY.as_millis();
    if range.contains(&length) && length.as_millis().is_multiple_of(days) {
        return Some(Window::Rolling(length));
    }
    let message = format!("a window of {} is not whole days from 7 to 90", duration::text(length));
    cx.refuse(Diagnostic::error(Code::Window, node.span, message).hint("write `7d`, `28d`, `30d` or `90d`"))
}

/// Reports alerts whose threshold no failure can cross: factor × error budget ≥ 1.
fn reachable(
    fields: &Fields<'_>,
    target: Share,
    window: Window,
    urgency: Urgency,
    span: Span,
    cx: &mut Context<'_>,
) {
    let word = match urgency {
        Urgency::Page => "page",
        Urgency::Ticket => "ticket",
    };
    let burns: Vec<_> = burn::tiers(window).into_iter().filter(|it| it.urgency == urgency).collect();
    let dead: Vec<_> = burns.iter().filter(|it| it.threshold(target) >= Decimal::ONE).collect();
    let smallest = |it: &burn::Burn| smallest_target(it).normalize();
    let problem = if burns.is_empty() {
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
fn smallest_target(burn: &burn::Burn) -> Decimal {
    let step = Decimal::new(1, 2);
    let exact = Decimal::ONE_HUNDRED - Decimal::ONE_HUNDRED / burn.factor;
    let rounded = exact.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::ToPositiveInfinity);
    let fires = burn.threshold(Share::new(rounded / Decimal::ONE_HUNDRED)) < Decimal::ONE;
    if fires { rounded } else { rounded + step }
}
