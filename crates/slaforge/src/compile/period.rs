//! The whole period: the ratio against the promise, the budget that is left, and how much was observed.
//!
//! These rules read ranges only, so they stand in a slower group: every two minutes, not five, because an
//! instant read of a five-minute series would sit exactly on Prometheus' lookback and gap.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{Model, duration, indicator::BASE_WINDOW, names::slo, objective::Objective};

use super::{
    labels::{identity, recorded},
    tile, window,
};
use crate::{
    plan::{Group, Rule},
    promql::{
        Expr,
        build::{number, over_time, select, sum, vector},
    },
};

const EVERY: Duration = Duration::from_mins(2);

/// Returns the period group of an objective.
pub fn group(model: &Model, objective: &Objective) -> Group {
    let record = |name: &str, expr: Expr| Rule::Record {
        name: name.to_owned(),
        labels: identity(model, objective),
        expr,
    };
    let recorded = |name: &str| recorded(model, objective, name);
    let length = objective.window.length();
    let over_period = |name| sum(over_time("sum_over_time", &recorded(name), tile::range(length)));
    let text = objective.window.to_string();
    let (events, errors) = (slo::events(&text), slo::errors(&text));
    let budget = objective.target.rest().decimal();
    let spent = select(&recorded(slo::PERIOD_RATIO)).over(number(budget));
    let tiles = Decimal::from(length.as_secs() / BASE_WINDOW.as_secs());
    let observed = over_period(slo::TILES_HOUR).over(number(tiles));
    let mut info = identity(model, objective);
    info.insert("module", objective.module.to_string());
    info.insert("title", model.language.pick(&objective.title, " / "));
    info.insert("window", text);
    info.insert("target", objective.target.to_string());
    let rules = vec![
        record(&events, over_period(slo::EVENTS_TILE)),
        record(&errors, over_period(slo::ERRORS_TILE)),
        record(slo::PERIOD_RATIO, window::ratio(select(&recorded(&errors)), select(&recorded(&events)))),
        record(slo::BUDGET_REMAINING, number(1).minus(spent)),
        record(slo::COVERAGE, Expr::Call("clamp_max", vec![observed, number(1)])),
        record(slo::OBJECTIVE, vector(number(objective.target.decimal()))),
        Rule::Record { name: slo::INFO.to_owned(), labels: info, expr: vector(number(1)) },
    ];
    debug_assert!(length > duration::DAY);
    Group { name: format!("slo-{}-period", objective.id), every: EVERY, rules }
}
