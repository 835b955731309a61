//! Observations of a histogram that are within a limit.

use std::time::Duration;

use sla_model::{
    duration,
    indicator::{Histogram, HistogramForm},
};

use super::{Base, Counted, rate};
use crate::promql::{
    Expr,
    build::{at_bound, ending, number},
};

impl Base<'_> {
    pub(super) fn latency(&self, histogram: &Histogram, within: Duration) -> Counted {
        let limit = duration::seconds(within);
        match histogram.form {
            HistogramForm::Classic => {
                let mut fast = ending(&histogram.selector, "_bucket");
                fast.matchers.push(at_bound(limit));
                let all = ending(&histogram.selector, "_count");
                self.with_good(self.sum(rate::plain(&all)), self.sum(rate::plain(&fast)))
            }
            // The share of good observations, interpolated within one of the histogram's own narrow buckets. Of
            // no observations it is NaN, which `>= 0` drops: nothing was bad then.
            HistogramForm::Native => {
                let observed = self.sum(rate::plain(&histogram.selector));
                let good = vec![number(0), number(limit), observed.clone()];
                let bad = number(1).minus(Expr::Call("histogram_fraction", good)).times(self.events());
                let errors = bad.at_least(number(0)).or(self.zero());
                let events = Expr::Call("histogram_count", vec![observed]).at_least(number(0));
                Counted { before: None, events, errors }
            }
        }
    }
}
