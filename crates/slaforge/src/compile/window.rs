//! Sums over windows, ratios and burn rates. Division comes last: never a mean of ratios.

use std::{collections::BTreeSet, time::Duration};

use sla_model::{
    Model, duration,
    indicator::BASE_WINDOW,
    names::slo::{self, error_ratio},
    objective::Objective,
};

use super::{
    labels::{self, identity, recorded},
    tile,
};
use crate::{
    plan::Rule,
    promql::{
        Expr,
        build::{before, number, over_time, seconds, select, union},
    },
};

/// Windows up to this are exact to the second; longer ones are sums of tiles and up to five minutes late.
const EXACT_MAX: Duration = Duration::from_hours(1);

/// The windows of the burn tiers, the base window apart.
const WINDOWS: [Duration; 6] = [
    Duration::from_mins(30),
    Duration::from_hours(1),
    Duration::from_hours(2),
    Duration::from_hours(6),
    Duration::from_hours(24),
    Duration::from_hours(72),
];

/// The windows of an objective, the base window apart: those that others may rely on, and its own burn tiers'.
fn windows(objective: &Objective) -> BTreeSet<Duration> {
    let own = objective.burns().into_iter().flat_map(|(burn, _)| [burn.long, burn.short]);
    WINDOWS.into_iter().chain(own).filter(|it| *it != BASE_WINDOW).collect()
}

/// Returns the rules of all windows of an objective.
pub fn rules(model: &Model, objective: &Objective) -> Vec<Rule> {
    let record = |name: String, expr: Expr| Rule::Record { name, labels: identity(model, objective), expr };
    let select_recorded = |name: &str| select(&recorded(model, objective, name));
    let mut rules = Vec::new();
    let windows = windows(objective);
    for window in &windows {
        let (window, text) = (*window, duration::text(*window));
        rules.push(record(
            slo::events(&text),
            total(model, objective, slo::EVENTS_RATE, slo::EVENTS_TILE, window),
        ));
        rules.push(record(
            slo::errors(&text),
            total(model, objective, slo::ERRORS_RATE, slo::ERRORS_TILE, window),
        ));
    }
    let base = duration::text(BASE_WINDOW);
    rules.push(record(
        error_ratio(&base),
        ratio(select_recorded(slo::ERRORS_RATE), select_recorded(slo::EVENTS_RATE)),
    ));
    for window in &windows {
        let text = duration::text(*window);
        let (errors, events) = (slo::errors(&text), slo::events(&text));
        rules.push(record(error_ratio(&text), ratio(select_recorded(&errors), select_recorded(&events))));
    }
    let budget = objective.target.rest().decimal();
    for window in std::iter::once(BASE_WINDOW).chain(windows) {
        let text = duration::text(window);
        rules.push(record(slo::burn_rate(&text), select_recorded(&error_ratio(&text)).over(number(budget))));
    }
    rules
}

/// `> 0` keeps 0 ÷ 0 out: an idle objective has no ratio, neither 0 nor NaN.
pub fn ratio(errors: Expr, events: Expr) -> Expr {
    errors.over(events.above(number(0)))
}

fn total(model: &Model, objective: &Objective, base: &str, tile: &str, window: Duration) -> Expr {
    if window <= EXACT_MAX {
        exact(model, objective, base, window)
    } else {
        let tiles = recorded(model, objective, tile);
        labels::total(objective, over_time("sum_over_time", &tiles, tile::range(window)))
    }
}

/// Five-minute rates laid end to end, anchored at now: weight 1 for every second of the window, and the same
/// crossing second as the raw formula.
fn exact(model: &Model, objective: &Objective, base: &str, window: Duration) -> Expr {
    let base = recorded(model, objective, base);
    let terms = u32::try_from(window.as_secs() / BASE_WINDOW.as_secs()).unwrap_or(1).max(1);
    let rest = (1..terms).map(|k| before(&base, BASE_WINDOW * k));
    let union = union(std::iter::once(select(&base)).chain(rest)).unwrap_or_else(|| select(&base));
    seconds(BASE_WINDOW).times(labels::total(objective, union))
}
