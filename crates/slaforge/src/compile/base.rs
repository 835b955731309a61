//! Events and bad events per second, recorded once per objective: nothing else ever reads raw series, so the
//! cost of an objective depends neither on the size of the fleet nor on its windows.

use rust_decimal::Decimal;
use sla_model::{
    Model, duration,
    id::ModuleId,
    indicator::{BASE_WINDOW, Indicator},
    maintenance::Planned,
    names::{own, probe, slo},
    objective::Objective,
    selector::Selector,
};

use super::labels::{identity, recorded};
use crate::{
    plan::Rule,
    promql::{
        Expr,
        build::{aggregate, ending, exported, number, over_time, seconds, select, sum},
    },
};

/// Returns the base rules of an objective.
pub fn rules(model: &Model, objective: &Objective) -> Vec<Rule> {
    let record = |name: &str, expr: Expr| Rule::Record {
        name: name.to_owned(),
        labels: identity(model, objective),
        expr,
    };
    let module = &objective.module;
    let recorded = |name| sum(select(&recorded(model, objective, name)));
    match &objective.indicator {
        Indicator::Journey(journey) => {
            let labels = [("probe", journey.as_str())];
            let (total, bad) = (exported(&probe::RUNS, &labels), exported(&probe::FAILURES, &labels));
            vec![
                record(slo::EVENTS_RATE, events(model, module, &total)),
                record(slo::ERRORS_RATE, errors(&bad, recorded(slo::EVENTS_RATE))),
            ]
        }
        Indicator::Ratio { total, bad } => vec![
            record(slo::EVENTS_RATE, events(model, module, total)),
            record(slo::ERRORS_RATE, errors(bad, recorded(slo::EVENTS_RATE))),
        ],
        Indicator::Mean { histogram, at_most } => {
            let count = rate(&ending(histogram, "_count"));
            let mean = rate(&ending(histogram, "_sum")).over(count.clone().above(number(0)));
            let slice = || seconds(BASE_WINDOW);
            let had_traffic = outside_maintenance(model, module, count.above_bool(number(0)).over(slice()));
            // `NaN <= bool x` is 0 and would make every idle slice bad: the mean is filtered first, and an
            // idle slice falls to the zero of the right side.
            let limit = duration::seconds(*at_most);
            let slow = recorded(slo::MEAN).above_bool(number(limit)).over(slice());
            let slow =
                slow.and_on(&[], recorded(slo::EVENTS_RATE)).or(number(0).times(recorded(slo::EVENTS_RATE)));
            vec![
                record(slo::MEAN, mean),
                record(slo::EVENTS_RATE, had_traffic),
                record(slo::ERRORS_RATE, slow),
            ]
        }
    }
}

/// `>= 0` drops NaN: one such sample would poison every longer window.
fn events(model: &Model, module: &ModuleId, total: &Selector) -> Expr {
    outside_maintenance(model, module, rate(total).at_least(number(0)))
}

/// Errors default to zero with exactly the label set of the events, and exist only where events do: so the
/// first error is seen, and what maintenance takes out of the events it takes out of the errors.
fn errors(bad: &Selector, events: Expr) -> Expr {
    let known = rate(bad).at_least(number(0)).and_on(&[], events.clone());
    known.or(number(0).times(events))
}

fn rate(of: &Selector) -> Expr {
    sum(over_time("rate", of, BASE_WINDOW))
}

/// Takes planned maintenance out. A missing `sla_maintenance` counts as no maintenance: an exporter that is
/// down must not excuse an outage. The five minutes after a window still hold its events, so they go too.
pub fn outside_maintenance(model: &Model, module: &ModuleId, expr: Expr) -> Expr {
    match model.maintenance.planned {
        Planned::Count => expr,
        Planned::Exclude => {
            let maintenance = exported(&own::MAINTENANCE, &[("module", module.as_str())]);
            let planned = aggregate("max", &[], over_time("max_over_time", &maintenance, BASE_WINDOW));
            expr.unless_on(&[], planned.equals(number(Decimal::ONE)))
        }
    }
}
