//! Sums over windows, ratios and burn rates. Division comes last: never a mean of ratios.

use std::time::Duration;

use sla_model::{
    Model, duration,
    indicator::BASE_WINDOW,
    names::slo::{self, error_ratio},
    objective::Objective,
};

use super::{
    labels::{identity, recorded},
    tile,
};
use crate::{
    plan::Rule,
    promql::{
        Expr,
        build::{before, number, over_time, seconds, select, sum},
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

/// Returns the rules of all windows of an objective.
pub fn rules(model: &Model, objective: &Objective) -> Vec<Rule> {
    let record = |name: String, expr: Expr| Rule::Record { name, labels: identity(model, objective), expr };
    let select_recorded = |name: &str| select(&recorded(model, objective, name));
    let mut rules = Vec::new();
    for window in WINDOWS {
        let text = duration::text(window);
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
    for window in WINDOWS {
        let text = duration::text(window);
        let (errors, events) = (slo::errors(&text), slo::events(&text));
        rules.push(record(error_ratio(&text), ratio(select_recorded(&errors), select_recorded(&events))));
    }
    let budget = objective.target.rest().decimal();
    for window in std::iter::once(BASE_WINDOW).chain(WINDOWS) {
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
        sum(over_time("sum_over_time", &recorded(model, objective, tile), tile::range(window)))
    }
}

/// Five-minute rates laid end to end, anchored at now: weight 1 for every second of the window, and the same
/// crossing second as the raw formula. The helper label keeps the terms apart, so that a missing one is simply
/// not there; a plain sum of terms would be empty when one is missing.
fn exact(model: &Model, objective: &Objective, base: &str, window: Duration) -> Expr {
    let base = recorded(model, objective, base);
    let terms = u32::try_from(window.as_secs() / BASE_WINDOW.as_secs()).unwrap_or(1);
    let term = |k: u32| {
        let then = before(&base, BASE_WINDOW * k);
        let text = |it: &str| Expr::Text(it.to_owned());
        let label = [text("k"), text(&k.to_string()), text(""), text("")];
        Expr::Call("label_replace", std::iter::once(then).chain(label).collect())
    };
    let union = (1..terms).map(term).fold(select(&base), Expr::or);
    seconds(BASE_WINDOW).times(sum(union))
}
