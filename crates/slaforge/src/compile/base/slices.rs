//! Slices: five minutes that are good or bad as a whole. A slice counts one event, so a rate of 1/300.

use std::time::Duration;

use sla_model::{
    duration,
    indicator::{BASE_WINDOW, Good, Histogram, HistogramForm},
    names::slo,
    selector::Selector,
};

use super::{Base, Counted, rate};
use crate::{
    compile::labels::split,
    promql::{
        Expr,
        build::{aggregate, ending, number, over_time, seconds},
    },
};

impl Base<'_> {
    pub(super) fn mean(&self, histogram: &Histogram, at_most: Duration) -> Counted {
        let rate = |of: &Selector| self.sum(rate::plain(of));
        let (sum, count) = match histogram.form {
            HistogramForm::Classic => {
                (rate(&ending(&histogram.selector, "_sum")), rate(&ending(&histogram.selector, "_count")))
            }
            HistogramForm::Native => {
                let part = |function| Expr::Call(function, vec![rate(&histogram.selector)]);
                (part("histogram_sum"), part("histogram_count"))
            }
        };
        let mean = sum.over(count.clone().above(number(0)));
        let had_traffic = count.above_bool(number(0)).over(seconds(BASE_WINDOW));
        // `NaN <= bool x` is 0 and would make every idle slice bad: the mean is filtered first, and an idle slice
        // falls to the zero of the right side.
        let slow = self.recorded(slo::MEAN).above_bool(number(duration::seconds(at_most)));
        let errors = self.where_events(slow.over(seconds(BASE_WINDOW)));
        Counted { before: Some((slo::MEAN, mean)), events: had_traffic, errors }
    }

    /// Of several series the worst decides. NaN is no observation: it is not equal to itself.
    pub(super) fn slices(&self, gauge: &Selector, good: Good) -> Counted {
        let means = over_time("avg_over_time", gauge, BASE_WINDOW);
        let value = self.recorded(slo::GAUGE);
        let (worst, wrong) = match good {
            Good::AtMost(bound) => ("max", value.above_bool(number(bound))),
            Good::AtLeast(bound) => ("min", value.below_bool(number(bound))),
        };
        let worst = aggregate(worst, &split(self.objective), means);
        let observed = self.recorded(slo::GAUGE).equals_bool(self.recorded(slo::GAUGE)).above(number(0));
        let errors = self.where_events(wrong.over(seconds(BASE_WINDOW)));
        Counted { before: Some((slo::GAUGE, worst)), events: observed.over(seconds(BASE_WINDOW)), errors }
    }
}
