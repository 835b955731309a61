//! Tests of journeys that are wholly down.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{Model, duration, journey::Journey, names::probe, state::down_window};

use super::{early, firing, late, silent};
use crate::{
    compile::{
        state::ALERT,
        trace::{STEP, Trace, at, samples},
    },
    plan::Case,
    promql::build::{exported, series},
};

/// How long a journey is down in the test.
const OUTAGE: Duration = Duration::from_mins(30);

/// Returns a scenario for every journey whose outage wakes somebody.
pub fn cases(model: &Model) -> Vec<Case> {
    model.journeys.values().filter(|it| it.down.is_some()).map(|it| case(model, it)).collect()
}

fn case(model: &Model, journey: &Journey) -> Case {
    let labels = [("probe", journey.id.as_str())];
    let per_sample = (duration::seconds(STEP) / duration::seconds(journey.every)).ceil();
    let window = down_window(journey.every);
    let (clean, outage) = (samples(window * 10), samples(OUTAGE.max(window * 3)));
    let after = samples(Duration::from_hours(1));
    let runs = Trace::from(0).rise(per_sample, clean * 2 + 1 + outage + after);
    // One failed run after a while, then the outage.
    let failures = Trace::from(0)
        .rise(Decimal::ZERO, clean)
        .rise(Decimal::ONE, 1)
        .rise(Decimal::ZERO, clean)
        .rise(per_sample, outage)
        .rise(Decimal::ZERO, after);
    let (fault, recovery) = (at(clean * 2 + 1), at(clean * 2 + 1 + outage));
    let release = journey.down.as_ref().map_or(Duration::ZERO, |it| model.tiers[it].release_after);
    let alerts = series(
        "ALERTS",
        &[
            ("alertname", ALERT),
            ("alertstate", "firing"),
            ("sla", model.name.as_str()),
            ("probe", journey.id.as_str()),
        ],
    );
    Case {
        name: format!(
            "{}: one failed run stays silent, an outage pages, is released after {}",
            journey.id,
            duration::text(release)
        ),
        why: "a single lost run would wake somebody, or an outage would wait for a budget".to_owned(),
        interval: STEP,
        series: vec![
            (exported(&probe::RUNS, &labels), runs.notation()),
            (exported(&probe::FAILURES, &labels), failures.notation()),
        ],
        checks: vec![
            silent((fault + window).saturating_sub(early(model)), &alerts, Duration::ZERO),
            firing(fault + window + late(model), &alerts, Some(1)),
            firing((recovery + release).saturating_sub(early(model)), &alerts, Some(1)),
            firing(recovery + release + late(model), &alerts, None),
        ],
        ..Case::default()
    }
}
