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
        build::{aggregate, ending, number, numbers, over_time, seconds},
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
        let mean = numbers(sum.over(count.clone().above(number(0))));
        // Without traffic a slice is nothing bad: zero events. Traffic without a mean, as when a sum is NaN, is no
        // observation at all, and its absence is told.
        let events = self.slice(slo::MEAN).or(count.equals(number(0)));
        // `NaN <= bool x` is 0 and would make every idle slice bad: the mean is filtered first, and an idle slice
        // falls to the zero of the right side.
        let slow = self.recorded(slo::MEAN).above_bool(number(duration::seconds(at_most)));
        let errors = self.where_events(slow.over(seconds(BASE_WINDOW)));
        Counted { before: Some((slo::MEAN, mean)), events, errors }
    }

    /// Of several series the worst decides. NaN is no observation.
    pub(super) fn slices(&self, gauge: &Selector, good: Good) -> Counted {
        let means = over_time("avg_over_time", gauge, BASE_WINDOW);
        let value = self.recorded(slo::GAUGE);
        let (worst, wrong) = match good {
            Good::AtMost(bound) => ("max", value.above_bool(number(bound))),
            Good::AtLeast(bound) => ("min", value.below_bool(number(bound))),
        };
        let worst = aggregate(worst, &split(self.objective), numbers(means));
        let errors = self.where_events(wrong.over(seconds(BASE_WINDOW)));
        Counted { before: Some((slo::GAUGE, worst)), events: self.slice(slo::GAUGE), errors }
    }

    /// One slice wherever its value was recorded; also where that is infinite, which times zero would be NaN.
    fn slice(&self, value: &str) -> Expr {
        self.recorded(value).equals_bool(self.recorded(value)).over(seconds(BASE_WINDOW))
    }
}
