//! "Wholly unavailable" as a state: a journey without a good run. It depends on no budget and no window.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{
    Model,
    id::TierId,
    journey::Journey,
    names::{probe, slo},
    selector::Selector,
    state::{FAILED_RUNS_MIN, down_window},
};

use super::{base::outside_maintenance, burn::hold, labels::alert, notes::notes};
use crate::{
    plan::{Labels, Rule},
    promql::{
        Expr,
        build::{exported, number, over_time, series, sum},
    },
    words,
};

/// The name of the alert.
pub const ALERT: &str = "ServiceDown";

/// Returns the condition and the alert of every journey whose outage wakes somebody.
pub fn rules(model: &Model) -> Vec<Rule> {
    let journeys = model.journeys.values().filter_map(|it| it.down.as_ref().map(|tier| (it, tier)));
    journeys
        .flat_map(|(journey, tier)| [condition(model, journey), alert_rule(model, journey, tier)])
        .collect()
}

/// Selects the recorded condition of a journey.
pub fn down(model: &Model, journey: &Journey) -> Selector {
    series(slo::JOURNEY_DOWN, &[("sla", model.name.as_str()), ("probe", journey.id.as_str())])
}

/// At least three failed runs and no good one. Counters, not the last verdict, so that no single run pages.
fn condition(model: &Model, journey: &Journey) -> Rule {
    let half = Decimal::new(5, 1);
    let window = down_window(journey.every);
    let count = |metric| {
        let runs = exported(metric, &[("probe", journey.id.as_str())]);
        sum(over_time("increase", &runs, window))
    };
    let failed = count(&probe::FAILURES).above_bool(number(Decimal::from(FAILED_RUNS_MIN) - half));
    // Fewer than half a good run: increase() extrapolates upwards only, so one good run never reads as less.
    let good = count(&probe::RUNS).minus(count(&probe::FAILURES));
    let expr: Expr = failed.equals(number(1)).and(good.below(number(half)));
    Rule::Record {
        name: slo::JOURNEY_DOWN.to_owned(),
        labels: Labels::from([("sla", model.name.to_string()), ("probe", journey.id.to_string())]),
        expr: outside_maintenance(model, &[&journey.module], expr),
    }
}

fn alert_rule(model: &Model, journey: &Journey, tier: &TierId) -> Rule {
    let tier = &model.tiers[tier];
    let mut labels = alert(model, tier, &journey.module);
    labels.insert("probe", journey.id.to_string());
    let summary = words::journey_down_summary(tier, &journey.title, down_window(journey.every));
    let description = words::journey_down_description(journey.id.as_str());
    Rule::Alert {
        name: ALERT,
        labels,
        notes: notes(model, tier, &journey.module, &summary, &description),
        expr: hold(&down(model, journey), tier.release_after),
        pending: Duration::ZERO,
    }
}
