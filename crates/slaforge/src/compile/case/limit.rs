//! Tests of limits.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{
    Model, duration,
    indicator::BASE_WINDOW,
    limit::{Bound, Limit},
    selector::Selector,
};

use super::{early, firing, late, sample, silent};
use crate::{
    compile::{
        limit::{ALERT, Measured, measured},
        trace::{STEP, Trace, at, samples},
    },
    plan::Case,
    promql::build::{ending, equal, series},
};

/// Measured things per sample: enough that their time is a whole number of seconds for limits in milliseconds.
const EVENTS: u32 = 100_000;

/// How long each stretch lasts.
const STRETCH: Duration = Duration::from_mins(30);

/// The mean before and after, and during the crossing, in hundredths of the limit.
const BELOW: i64 = 95;
const ABOVE: i64 = 150;

/// Returns a scenario for every colour of every limit, on everything that it is measured on.
pub fn cases(model: &Model) -> Vec<Case> {
    let mut cases = Vec::new();
    for limit in model.limits.values() {
        for bound in &limit.bounds {
            let found = measured(model, limit.signal);
            cases.extend(found.iter().map(|it| case(model, limit, bound, it)));
        }
    }
    cases
}

fn case(model: &Model, limit: &Limit, bound: &Bound, measured: &Measured) -> Case {
    let count = Decimal::from(EVENTS);
    let limit_seconds = duration::seconds(bound.above);
    let slow = |hundredths| count * limit_seconds * Decimal::new(hundredths, 2);
    let stretch = samples(STRETCH);
    let release = model.tiers[&bound.tier].release_after;
    let after = samples(release + STRETCH);
    let sum = Trace::from(0).rise(slow(BELOW), stretch).rise(slow(ABOVE), stretch).rise(slow(BELOW), after);
    let all = Trace::from(0).rise(count, stretch * 2 + after);
    // The five-minute mean crosses on its way up and again on its way down.
    let way = |hundredths: i64| {
        BASE_WINDOW * u32::try_from(hundredths).unwrap_or(0) / u32::try_from(ABOVE - BELOW).unwrap_or(1)
    };
    let crossed = at(stretch) + way(100 - BELOW);
    let back = at(stretch * 2) + way(ABOVE - 100);
    let series = histogram(measured);
    let alerts = alerts(model, limit, bound, measured);
    Case {
        name: format!("{} {}: {} of {}", limit.id, bound.colour.name(), measured.object, measured.module),
        why: "a mean of the wrong histogram or in the wrong unit never crosses, or always".to_owned(),
        interval: STEP,
        series: vec![(ending(&series, "_sum"), sum.notation()), (ending(&series, "_count"), all.notation())],
        checks: vec![
            silent(crossed.saturating_sub(early(model)), &alerts, Duration::ZERO),
            firing(crossed + late(model), &alerts, Some(1)),
            firing((back + release).saturating_sub(early(model)), &alerts, Some(1)),
            firing(back + release + late(model), &alerts, None),
        ],
    }
}

/// One series of the histogram, with a value for every label that tells one measured thing from another.
fn histogram(measured: &Measured) -> Selector {
    let mut series = sample::selected(&measured.histogram);
    for label in &measured.by {
        if !series.matchers.iter().any(|it| it.label.as_str() == *label) {
            series.matchers.push(equal(label, "any"));
        }
    }
    series
}

fn alerts(model: &Model, limit: &Limit, bound: &Bound, measured: &Measured) -> Selector {
    series(
        "ALERTS",
        &[
            ("alertname", ALERT),
            ("alertstate", "firing"),
            ("sla", model.name.as_str()),
            ("limit", limit.id.as_str()),
            ("colour", bound.colour.name()),
            ("object", measured.object),
            ("module", measured.module.as_str()),
        ],
    )
}
