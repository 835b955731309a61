//! Sums over windows, ratios and burn rates. Division comes last: never a mean of ratios.

use std::{collections::BTreeSet, time::Duration};

use sla_model::{
    Model, duration,
    indicator::BASE_WINDOW,
    names::slo::{self, error_ratio},
    objective::Objective,
    selector::Selector,
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

/// Windows up to this are laid out of five-minute rates.
const FROM_RATES_MAX: Duration = Duration::from_hours(1);

/// Windows up to this are laid out of recorded hours, and like those exact to the second; longer ones are sums of
/// tiles and up to ten minutes late. The slow page would be late by as much: it looks back six hours.
const FROM_HOURS_MAX: Duration = Duration::from_hours(6);

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
        for counted in [EVENTS, ERRORS] {
            let name = (counted.of_window)(&duration::text(*window));
            rules.push(record(name, total(model, objective, counted, *window)));
        }
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

fn total(model: &Model, objective: &Objective, counted: Counted, window: Duration) -> Expr {
    let recorded = |name: &str| recorded(model, objective, name);
    if window <= FROM_RATES_MAX {
        // Weight 1 for every second of the window, and the same crossing second as the raw formula.
        let laid = laid_out(&recorded(counted.rate), BASE_WINDOW, window);
        seconds(BASE_WINDOW).times(labels::total(objective, laid))
    } else if window <= FROM_HOURS_MAX && window.as_secs().is_multiple_of(tile::HOUR.as_secs()) {
        labels::total(objective, laid_out(&recorded(&(counted.of_window)("1h")), tile::HOUR, window))
    } else {
        let tiles = over_time("sum_over_time", &recorded(counted.tile), tile::range(window));
        labels::total(objective, tiles)
    }
}

/// What was recorded for a short time, laid end to end over a window, anchored at now.
fn laid_out(of: &Selector, each: Duration, window: Duration) -> Expr {
    let terms = u32::try_from(window.as_secs() / each.as_secs()).unwrap_or(1).max(1);
    let rest = (1..terms).map(|k| before(of, each * k));
    union(std::iter::once(select(of)).chain(rest)).unwrap_or_else(|| select(of))
}

/// The series that count events, or bad ones.
#[derive(Clone, Copy)]
struct Counted {
    rate: &'static str,
    tile: &'static str,
    of_window: fn(&str) -> String,
}

const EVENTS: Counted = Counted { rate: slo::EVENTS_RATE, tile: slo::EVENTS_TILE, of_window: slo::events };
const ERRORS: Counted = Counted { rate: slo::ERRORS_RATE, tile: slo::ERRORS_TILE, of_window: slo::errors };
