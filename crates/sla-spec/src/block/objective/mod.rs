//! `objectives`: what is promised.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{
    burn::{self, Burn, Spend, Urgency},
    duration,
    id::ObjectiveId,
    indicator::Indicator,
    objective::Objective,
    share::Share,
    window::{Period, Window},
};

use super::{indicator, title};
use crate::{
    check::Noun,
    decode::{
        context::Context,
        field::{Fields, Table, optional, required},
        scalar, unit,
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic},
    suggest,
    yaml::node::{Entry, Node},
};

pub mod alert;
pub mod by;
pub mod spend;

/// The keys of an objective.
pub const TABLE: Table = Table {
    what: "an objective",
    fields: &[
        optional(
            "title",
            "{zh: 支付成功率, en: Payment success}",
            "What people call it; the name, if it is left out.",
        ).of(title::TYPE),
        required("module", "payment", "The part of the system whose owner answers for it.").of(Type::Name),
        required("target", "99.9%", "The share of good events that is promised.").of(Type::Share),
        optional(
            "window",
            "30d",
            "The period of judgement: 7 to 365 whole days, moving with time, or the calendar's `month`, `quarter` or `year` in the zone of `timezone:`; `30d`, if it is left out.",
        ).of(Type::OneOf(&[Type::Duration, Type::Choice(&["month", "quarter", "year"])])),
        optional(
            "by",
            "[region]",
            "Labels that split it: each combination of their values is judged on its own.",
        ).of(Type::Distinct(&Type::Label)),
        required("indicator", "{journey: checkout}", "What is counted.").of(Type::Block(&indicator::TABLE)),
        optional("alert", "{page: P1, ticket: P2}", "Who is told when the budget burns too fast.").of(Type::Block(&alert::TABLE)),
    ],
    mistakes: &[
        ("objective", "write `target: 99.9%`"),
        ("ratio", "write `indicator: {ratio: …}`"),
        ("mean", "write `indicator: {mean: …}`"),
        ("journey", "write `indicator: {journey: …}`"),
        ("probe", "write `indicator: {probe: …}`"),
        ("latency", "write `indicator: {latency: …}`"),
        ("sli", "write `indicator: {…}`"),
        ("slo", "write `target: 99.9%`"),
        ("grouping", "write `by: [label]`"),
        ("group_by", "write `by: [label]`"),
        ("period", "write `window: 30d`"),
        ("page", "write `alert: {page: …}`"),
        ("ticket", "write `alert: {ticket: …}`"),
    ],
};

/// The generator writes the alerts about the monitoring itself under this name.
const PLATFORM: &str = "sla-platform";

const WINDOW_DEFAULT: Window = Window::Rolling(Duration::from_hours(30 * 24));

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
    if let Some(window) = window {
        kept_long_enough(&fields, window, cx);
    }
    let by = fields.or(cx, "by", Vec::new(), by::decode);
    let owner = indicator::Owner { id, by: by.as_deref().unwrap_or_default() };
    let indicator = fields.get(cx, "indicator", |it, cx| indicator::decode(it, &owner, cx));
    let alert = fields.maybe(cx, "alert", |it, cx| alert::decode(it, window, cx));
    let (target, window, alert) = (target?, window?, alert?.unwrap_or_default());
    let judged = Judged { target, window, spends: &alert.spends };
    for (told, urgency) in [(&alert.page, Urgency::Page), (&alert.ticket, Urgency::Ticket)] {
        if let Some((_, span)) = told {
            alert::reachable(&fields, &judged, urgency, *span, cx);
        }
    }
    let indicator = indicator?;
    if alert.page.is_some() {
        one_run(&fields, &judged, &indicator, cx);
    }
    let tier = |it: Option<alert::Told>| it.map(|it| it.0);
    Some(Objective {
        id: id.clone(),
        title: title?,
        module: module?,
        target,
        window,
        by: by?.into_iter().map(|it| it.0).collect(),
        indicator,
        every: Duration::ZERO,
        page: tier(alert.page),
        ticket: tier(alert.ticket),
        idle: alert.idle,
        spends: alert.spends,
    })
}

/// What decides how fast a budget burns.
pub struct Judged<'j> {
    /// The promise.
    pub target: Share,
    /// The period.
    pub window: Window,
    /// When somebody is told.
    pub spends: &'j [Spend],
}

impl Judged<'_> {
    /// Returns the burn tiers of one urgency.
    pub fn burns(&self, urgency: Urgency) -> Vec<Burn> {
        burn::tiers(self.window, self.spends).into_iter().filter(|it| it.urgency == urgency).collect()
    }
}

/// Reports a window that is longer than Prometheus keeps its data: the budget would be that of less time.
fn kept_long_enough(fields: &Fields<'_>, window: Window, cx: &mut Context<'_>) {
    let Some((retention, place)) = cx.retention.filter(|it| it.0 < window.length()) else { return };
    let (needed, kept) = (duration::text(window.length()), duration::text(retention));
    let message = format!("the window needs {needed} of data, and Prometheus keeps {kept}");
    let span = fields.value_span("window");
    let problem = Diagnostic::error(Code::Retention, span, message).related(place, "kept so long");
    cx.report(problem.hint("choose a shorter window, or keep data longer and say so in `retention:`"));
}

/// Warns when a single lost run is more than what pages: then only the minimum of bad events keeps the pager
/// silent, and the budget says little.
fn one_run(fields: &Fields<'_>, judged: &Judged<'_>, indicator: &Indicator, cx: &mut Context<'_>) {
    let (Indicator::Journey(probe) | Indicator::Probe(probe) | Indicator::Page { probe, .. }) = indicator
    else {
        return;
    };
    let Some(every) = cx.known.intervals.get(probe.as_str()).copied() else { return };
    let burns = judged.burns(Urgency::Page);
    let Some(burn) = burns.iter().find(|it| it.threshold(judged.target) < Decimal::ONE) else { return };
    let runs = duration::seconds(burn.long) / duration::seconds(every);
    let threshold = burn.threshold(judged.target);
    if runs * threshold >= Decimal::ONE {
        return;
    }
    let most = (duration::seconds(burn.long) * threshold).floor().max(Decimal::ONE);
    let lost = Share::new((Decimal::ONE / runs).round_dp(4));
    let message = format!(
        "one lost run in {} is {lost} of all, more than the {} that page",
        burn.name,
        Share::new(threshold)
    );
    let problem = Diagnostic::warning(Code::OneRun, fields.value_span("indicator"), message);
    cx.report(problem.hint(format!("let `{probe}` run every `{most}s` or more often, or promise less")));
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
    let text = cx.text(node)?.trim().to_owned();
    if let Some((_, period)) = Period::ALL.iter().find(|it| it.0 == text) {
        return Some(Window::Calendar(*period));
    }
    if text.chars().all(char::is_alphabetic) {
        let words = Period::ALL.iter().map(|it| it.0);
        let message = format!("`{text}` is not a window");
        let hint = suggest::hint(&text, words, "write `30d`, `month`, `quarter` or `year`");
        return cx.refuse(Diagnostic::error(Code::Window, node.span, message).hint(hint));
    }
    let length = unit::duration(node, cx)?;
    let range = Window::ROLLING_MIN..=Window::ROLLING_MAX;
    let days = duration::DAY.as_millis();
    if range.contains(&length) && length.as_millis().is_multiple_of(days) {
        return Some(Window::Rolling(length));
    }
    let message = format!("a window of {} is not whole days from 7 to 365", duration::text(length));
    let hint = "write `7d`, `28d`, `30d`, `90d` or `365d`, or `month`, `quarter` or `year`";
    cx.refuse(Diagnostic::error(Code::Window, node.span, message).hint(hint))
}
