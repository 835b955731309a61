//! Burn alerts: one per tier of urgency. The condition is recorded and the alert holds it in the database,
//! because `keep_firing_for` is lost with every restart of Prometheus.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{
    Model,
    burn::{BAD_EVENTS_MIN, Burn, Urgency},
    duration,
    indicator::BASE_WINDOW,
    names::slo::{self, error_ratio},
    objective::Objective,
    selector::Selector,
    tier::Tier,
};

use super::{
    absence::counted,
    cause::outside_planned,
    labels::{alert, identity, recorded, same, split},
    notes::notes,
    tile,
};
use crate::{
    plan::Rule,
    promql::{
        Expr,
        build::{before, equal, number, one_of, over_time, select, series, sum},
    },
    words,
};

/// The name of every burn alert.
pub const ALERT: &str = "SloBurn";

/// What tells objectives apart, however they are split.
const WHOLE: [&str; 2] = ["sla", "slo"];

/// Returns the recorded conditions and the alerts of an objective.
pub fn rules(model: &Model, objective: &Objective) -> Vec<Rule> {
    let burns = objective.burns();
    let conditions = burns.iter().map(|(burn, tier)| condition(model, objective, burn, &model.tiers[*tier]));
    let alerts = burns.iter().map(|(burn, tier)| alert_rule(model, objective, burn, &model.tiers[*tier]));
    conditions.chain(alerts).collect()
}

fn condition(model: &Model, objective: &Objective, burn: &Burn, tier: &Tier) -> Rule {
    let select_recorded = |name: &str| select(&recorded(model, objective, name));
    let threshold = burn.threshold(objective.target);
    let (long, short) = (duration::text(burn.long), duration::text(burn.short));
    let above = |window: &str, bound: Decimal| select_recorded(&error_ratio(window)).above(number(bound));
    let mut expr = above(&long, threshold).and(above(&short, threshold));
    if burn.urgency == Urgency::Page && burn.short > BASE_WINDOW {
        // Still burning: without this the 30-minute window alone keeps the page up for half an hour after
        // recovery, and the hold adds another half.
        let budget = objective.target.rest().decimal();
        expr = expr.and(above(&duration::text(BASE_WINDOW), budget));
    }
    let slices = duration::seconds(burn.long) / duration::seconds(BASE_WINDOW);
    if !objective.indicator.counts_events() {
        // Time that was not observed was not bad: else the first slow slice of a new deployment would be all of
        // them.
        let least = (threshold * slices).normalize();
        expr = expr.and(select_recorded(&slo::errors(&long)).above(number(least)));
    }
    if burn.urgency == Urgency::Ticket {
        // With little history the long window is as short as the history, and would be crossed before any page.
        let observed =
            over_time("sum_over_time", &recorded(model, objective, slo::TILES_HOUR), tile::range(burn.long));
        let half = (slices / Decimal::TWO).floor();
        expr = expr.and_on(&[], sum(observed).at_least(number(half)));
    }
    if objective.indicator.counts_events() {
        // Half an event below the minimum: three real errors may extrapolate to 2.9.
        let minimum = Decimal::from(BAD_EVENTS_MIN) - Decimal::new(5, 1);
        expr = expr.and(select_recorded(&slo::errors(&long)).above(number(minimum)));
    }
    if burn.urgency == Urgency::Ticket
        && let Some(paged) = paged(model, objective)
    {
        // What was paged needs no ticket: without this the ticket is delivered the moment the page is
        // released, for a service that is well again.
        expr = expr.unless_on(&same(objective), lately(&paged, burn.short));
    }
    if burn.urgency == Urgency::Page {
        expr = expr.or_on(&same(objective), blind(model, objective, burn, tier));
    }
    let mut labels = identity(model, objective);
    labels.insert("burn", burn.name.clone());
    Rule::Record { name: slo::BURNING.to_owned(), labels, expr }
}

/// The condition of a page whose data vanished: nobody saw it recover, so it stays as it was until data are back,
/// for a day at most. It never begins here, and planned maintenance ends it as it ends any page.
fn blind(model: &Model, objective: &Objective, burn: &Burn, tier: &Tier) -> Expr {
    let known = over_time("last_over_time", &burning(model, objective, burn), objective.release_after(tier));
    let mut fired = firing(model, objective);
    fired.matchers.push(equal("burn", &burn.name));
    let stays = known
        .and_on(&same(objective), over_time("last_over_time", &fired, BASE_WINDOW))
        .and_on(&WHOLE, counted(model, objective))
        .unless_on(&WHOLE, select(&recorded(model, objective, slo::EVENTS_RATE)));
    outside_planned(model, objective, stays)
}

/// What fires, or fired within a while. A page is held for a base window at least, so looking once in each of
/// them is enough, and a tenth of reading all of its samples; what fires now may have been missed so far.
fn lately(fired: &Selector, range: Duration) -> Expr {
    let looks = Expr::Subquery {
        of: Box::new(select(fired)),
        range: range.saturating_add(BASE_WINDOW),
        step: BASE_WINDOW,
    };
    Expr::Call("last_over_time", vec![looks]).or(select(fired))
}

/// Selects the firing pages of an objective.
fn paged(model: &Model, objective: &Objective) -> Option<Selector> {
    let burns = objective.burns();
    let pages = burns.iter().map(|it| &it.0).filter(|it| it.urgency == Urgency::Page);
    let pages: Vec<&str> = pages.map(|it| it.name.as_str()).collect();
    if pages.is_empty() {
        return None;
    }
    let mut firing = firing(model, objective);
    firing.matchers.push(one_of("burn", pages));
    Some(firing)
}

/// Selects the firing burn alerts of an objective.
pub fn firing(model: &Model, objective: &Objective) -> Selector {
    series(
        "ALERTS",
        &[
            ("alertname", ALERT),
            ("alertstate", "firing"),
            ("sla", model.name.as_str()),
            ("slo", objective.id.as_str()),
        ],
    )
}

fn alert_rule(model: &Model, objective: &Objective, burn: &Burn, tier: &Tier) -> Rule {
    let mut labels = alert(model, tier, &objective.module);
    labels.insert("slo", objective.id.to_string());
    labels.insert("burn", burn.name.clone());
    let threshold = sla_model::share::Share::new(burn.threshold(objective.target));
    let value = |it: &str| format!("{it} {{{{ $labels.{it} }}}}");
    let part: Vec<String> = split(objective).into_iter().map(value).collect();
    let part = if part.is_empty() { String::new() } else { format!(" ({})", part.join(", ")) };
    let summary = words::burn_summary(tier, &objective.title, &part, burn.long);
    let description = words::burn_description(
        &objective.target.to_string(),
        objective.window,
        &threshold.brief(),
        burn.lasts(objective.window),
    );
    Rule::Alert {
        name: ALERT,
        labels,
        notes: notes(model, tier, &objective.module, &summary, &description),
        expr: held(model, objective, burn, tier),
        pending: Duration::ZERO,
    }
}

/// Selects the recorded condition of a burn tier.
fn burning(model: &Model, objective: &Objective, burn: &Burn) -> Selector {
    let mut burning = recorded(model, objective, slo::BURNING);
    burning.matchers.push(equal("burn", &burn.name));
    burning
}

/// Holds the condition for the whole time of release, but not longer than events were above the budget in the
/// part of it that the five-minute ratio does not remember by itself. The condition alone ends early: when a
/// third of all events failed, the short window falls below its threshold minutes before the last bad event has
/// left it. What was not watched all that time was not within the budget. A ticket is about hours: its condition
/// outlives the last bad event anyway.
fn held(model: &Model, objective: &Objective, burn: &Burn, tier: &Tier) -> Expr {
    let burning = burning(model, objective, burn);
    if burn.urgency == Urgency::Ticket {
        return hold(&burning, objective.hold(tier));
    }
    let condition = hold(&burning, objective.release_after(tier));
    let memory = objective.indicator.memory();
    let rest = objective.hold(tier);
    if memory.is_zero() || rest.is_zero() {
        return condition;
    }
    let ratio = recorded(model, objective, &error_ratio(&duration::text(BASE_WINDOW)));
    let budget = objective.target.rest().decimal();
    let above = over_time("max_over_time", &ratio, rest).above(number(budget));
    let events = recorded(model, objective, slo::EVENTS_RATE);
    let watched = select(&events).and_on(&same(objective), before(&events, rest));
    condition.unless_on(&same(objective), watched.unless_on(&same(objective), above))
}

/// Holds a recorded condition; the value is the worst of the hold.
pub fn hold(condition: &Selector, hold: Duration) -> Expr {
    if hold.is_zero() { select(condition) } else { over_time("max_over_time", condition, hold) }
}
