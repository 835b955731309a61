//! Events and bad events per second, recorded once per objective: nothing else ever reads raw series, so the
//! cost of an objective depends neither on the size of the fleet nor on its windows.

use rust_decimal::Decimal;
use sla_model::{
    Model,
    id::ModuleId,
    indicator::{BASE_WINDOW, Indicator},
    maintenance::Planned,
    names::{own, slo},
    objective::Objective,
};

use super::labels::{identity, recorded, total};
use crate::{
    plan::Rule,
    promql::{
        Expr,
        build::{aggregate, exported, number, one_of, over_time, select},
    },
};

mod composite;
mod events;
mod latency;
mod rate;
mod slices;

/// What an indicator counts, as expressions.
struct Counted {
    /// What is recorded for it before: name and expression.
    before: Option<(&'static str, Expr)>,
    /// Events per second.
    events: Expr,
    /// Bad events per second; exists exactly where events do.
    errors: Expr,
}

/// Returns the base rules of an objective.
pub fn rules(model: &Model, objective: &Objective) -> Vec<Rule> {
    let base = Base { model, objective };
    let counted = match &objective.indicator {
        Indicator::Journey(probe) | Indicator::Probe(probe) => base.runs(probe),
        Indicator::Page { probe, within } => base.page(probe, *within),
        Indicator::Ratio { total, part } => base.ratio(total, part),
        Indicator::Latency { histogram, within } => base.latency(histogram, *within),
        Indicator::Mean { histogram, at_most } => base.mean(histogram, *at_most),
        Indicator::Slices { gauge, good } => base.slices(gauge, *good),
        Indicator::Composite(composite) => base.composite(composite),
    };
    let events = outside_maintenance(model, &[&objective.module], counted.events);
    let recorded = [(slo::EVENTS_RATE, events), (slo::ERRORS_RATE, counted.errors)];
    let record = |(name, expr): (&str, Expr)| Rule::Record {
        name: name.to_owned(),
        labels: identity(model, objective),
        expr,
    };
    counted.before.into_iter().chain(recorded).map(record).collect()
}

/// Writes the base rules of one objective.
struct Base<'m> {
    model: &'m Model,
    objective: &'m Objective,
}

impl Base<'_> {
    /// The sum of raw series, split as the objective is.
    fn sum(&self, of: Expr) -> Expr {
        total(self.objective, of)
    }

    /// The newest value of what was recorded for this objective.
    fn recorded(&self, name: &str) -> Expr {
        total(self.objective, select(&recorded(self.model, self.objective, name)))
    }

    fn events(&self) -> Expr {
        self.recorded(slo::EVENTS_RATE)
    }

    /// Zero wherever there are events.
    fn zero(&self) -> Expr {
        number(0).times(self.events())
    }

    /// Errors default to zero with exactly the label set of the events, and exist only where events do: so the
    /// first error is seen, and what maintenance takes out of the events it takes out of the errors.
    fn where_events(&self, errors: Expr) -> Expr {
        errors.and_on(&super::labels::split(self.objective), self.events()).or(self.zero())
    }
}

/// Takes planned maintenance out. A missing `sla_maintenance` counts as no maintenance: an exporter that is
/// down must not excuse an outage. The five minutes after a window still hold its events, so they go too.
pub fn outside_maintenance(model: &Model, modules: &[&ModuleId], expr: Expr) -> Expr {
    match model.maintenance.planned {
        Planned::Count => expr,
        Planned::Exclude => {
            let mut maintenance = exported(&own::MAINTENANCE, &[]);
            maintenance.matchers.push(one_of("module", modules.iter().map(|it| it.as_str())));
            let planned = aggregate("max", &[], over_time("max_over_time", &maintenance, BASE_WINDOW));
            expr.unless_on(&[], planned.equals(number(Decimal::ONE)))
        }
    }
}
