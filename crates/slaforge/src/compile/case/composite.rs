//! Tests of composites, which are fed with what their components record.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{
    Model,
    indicator::{Composite, Indicator},
    names::slo,
    objective::Objective,
};

use super::{firing, late, silent, value};
use crate::{
    compile::{
        absence::{IDLE, NEVER_SEEN, VANISHED},
        labels::recorded,
        trace::{STEP, at, samples},
    },
    plan::Case,
    promql::build::{select, series, sum},
};

/// How long the components are busy, and then quiet.
const STRETCH: Duration = Duration::from_mins(40);

/// Returns the scenario of a composite.
pub fn cases(model: &Model, objective: &Objective) -> Option<Case> {
    let Indicator::Composite(composite) = &objective.indicator else { return None };
    let (busy, end) = (samples(STRETCH), at(samples(STRETCH) * 2));
    let alerts = |name: &str| {
        let mut alerts = recorded(model, objective, "ALERTS");
        let told = series("ALERTS", &[("alertname", name), ("alertstate", "firing")]);
        alerts.matchers.extend(told.matchers);
        alerts
    };
    let idle_seen = objective.idle_for() + late(model) < STRETCH;
    let idle = objective.idle_tier().filter(|_| idle_seen).map(|_| 1);
    Some(Case {
        name: format!("{}: while all that it is made of is idle, it is idle and not gone", objective.id),
        why: "a quiet night would be told as vanished data, and cut a hole into what was observed".to_owned(),
        interval: STEP,
        series: fed(model, composite, busy),
        checks: vec![
            value(end, sum(select(&recorded(model, objective, slo::EVENTS_RATE))), Some(Decimal::ZERO)),
            value(end, sum(select(&recorded(model, objective, slo::ERRORS_RATE))), Some(Decimal::ZERO)),
            value(end, sum(select(&recorded(model, objective, slo::COMPOSITE))), None),
            silent(end, &alerts(VANISHED), Duration::ZERO),
            silent(end, &alerts(NEVER_SEEN), Duration::ZERO),
            firing(end, &alerts(IDLE), idle),
        ],
    })
}

/// What the components record: events for so many samples, then none; never a bad one.
fn fed(model: &Model, composite: &Composite, busy: u32) -> Vec<(sla_model::selector::Selector, String)> {
    let of = |metric: &str, slo: &str| series(metric, &[("sla", model.name.as_str()), ("slo", slo)]);
    let both = |slo: &str| {
        [
            (of(slo::EVENTS_RATE, slo), format!("1+0x{busy} 0+0x{busy}")),
            (of(slo::ERRORS_RATE, slo), format!("0+0x{}", busy * 2)),
        ]
    };
    composite.components().into_iter().flat_map(|it| both(it.as_str())).collect()
}
