//! What the generated rules must do, computed from the model and not from the rules: when an alert fires, when
//! it stays silent, when it is released.

mod calendar;
mod composite;
mod count;
mod edge;
mod history;
mod input;
mod limit;
mod objective;
mod outage;
mod part;
mod sample;
mod target;

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{Model, selector::Selector};

use super::{Unit, trace::STEP};
use crate::{
    plan::{Case, Check},
    promql::{
        Expr,
        build::{aggregate, number, over_time, select},
    },
};

/// How much later than computed an alert may fire: one scrape and one evaluation, and one more evaluation for
/// the seconds that the computed time is off their grid.
fn late(model: &Model) -> Duration {
    STEP + model.interval() * 2
}

/// How much earlier than computed nothing may fire yet.
fn early(model: &Model) -> Duration {
    STEP + model.interval()
}

/// Returns the tests of one unit's rules.
pub fn cases(model: &Model, unit: Unit<'_>) -> Vec<Case> {
    match unit {
        Unit::Objective(it) => {
            objective::cases(model, it).into_iter().chain(edge::cases(model, it)).collect()
        }
        Unit::Platform => {
            let mut platform = outage::cases(model);
            platform.extend(limit::cases(model));
            platform.extend(target::cases(model));
            platform
        }
    }
}

/// So many alerts fire at this moment; `None` for none.
fn firing(at: Duration, alerts: &Selector, count: Option<u32>) -> Check {
    let expr = aggregate("count", &[], select(alerts));
    value(at, expr, count.map(Decimal::from))
}

/// None of these alerts fired since `since`.
fn silent(at: Duration, alerts: &Selector, since: Duration) -> Check {
    let seen = over_time("count_over_time", alerts, at.saturating_sub(since).max(Duration::from_secs(1)));
    value(at, aggregate("count", &[], seen), None)
}

/// So many of these alerts fired at some time since `since`.
fn fired(at: Duration, alerts: &Selector, since: Duration, count: u32) -> Check {
    Check { expected: Some(Decimal::from(count)), ..silent(at, alerts, since) }
}

/// The expression gives one sample that differs from this value by no more than floating point does.
fn near(at: Duration, expr: Expr, expected: Decimal) -> Check {
    let distance = Expr::Call("abs", vec![expr.minus(number(expected))]);
    let most = expected.abs().max(Decimal::ONE) * Decimal::new(1, 9);
    value(at, aggregate("count", &[], distance.below(number(rounded(most)))), Some(Decimal::ONE))
}

/// The expression gives one sample that lies between these values.
fn between(at: Duration, expr: Expr, least: Decimal, most: Decimal) -> Check {
    let inside = expr.at_least(number(rounded(least))).below(number(rounded(most)));
    value(at, aggregate("count", &[], inside), Some(Decimal::ONE))
}

/// As many digits as a person reads.
fn rounded(number: Decimal) -> Decimal {
    number.round_sf(7).unwrap_or(number).normalize()
}

/// The expression gives this value.
fn value(at: Duration, expr: Expr, expected: Option<Decimal>) -> Check {
    Check { at, expr, labels: None, expected }
}
