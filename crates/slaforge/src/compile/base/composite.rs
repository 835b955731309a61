//! Other objectives, seen as one: at each moment their error ratios become one ratio.

use sla_model::{
    id::ObjectiveId,
    indicator::{BASE_WINDOW, Composite},
    names::slo,
};

use super::{Base, Counted};
use crate::promql::{
    Expr,
    build::{aggregate, number, seconds, select, series, sum, union},
};

impl Base<'_> {
    /// Time is what a composite spends: a moment counts like a slice, 1/300 per second, however much traffic the
    /// components had in it. A component without events has no ratio, and takes no part; while none has any, the
    /// composite is idle as they are, not gone.
    pub(super) fn composite(&self, composite: &Composite) -> Counted {
        let none = || Expr::Call("vector", vec![number(0)]);
        let ratio = match composite {
            Composite::Worst(names) => {
                let ratios = union(names.iter().map(|it| self.component(it))).unwrap_or_else(none);
                aggregate("max", &[], ratios)
            }
            Composite::Weighted(names) => {
                let weighed = |(name, weight): &(ObjectiveId, _)| number(*weight).times(self.component(name));
                let weights = |(name, weight): &(ObjectiveId, _)| {
                    number(0).times(self.component(name)).plus(number(*weight))
                };
                let sum = |it: Option<Expr>| sum(it.unwrap_or_else(none));
                // Weights are above zero; `> 0` tells whoever reads the rules so.
                let whole = sum(union(names.iter().map(weights))).above(number(0));
                sum(union(names.iter().map(weighed))).over(whole)
            }
        };
        let recorded = || self.recorded(slo::COMPOSITE);
        let busy = number(0).times(recorded()).plus(number(1)).over(seconds(BASE_WINDOW));
        let names = composite.components();
        let watched = union(names.iter().map(|it| self.whole(it, slo::EVENTS_RATE))).unwrap_or_else(none);
        let events = busy.or(number(0).times(sum(watched)));
        let errors = self.where_events(recorded().over(seconds(BASE_WINDOW)));
        Counted { before: Some((slo::COMPOSITE, ratio)), events, errors }
    }

    /// The error ratio of a component as a whole, whatever labels split it.
    fn component(&self, name: &ObjectiveId) -> Expr {
        self.whole(name, slo::ERRORS_RATE).over(self.whole(name, slo::EVENTS_RATE).above(number(0)))
    }

    fn whole(&self, name: &ObjectiveId, metric: &str) -> Expr {
        sum(select(&series(metric, &[("sla", self.model.name.as_str()), ("slo", name.as_str())])))
    }
}
