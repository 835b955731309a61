//! Single events: runs of probes, loads of pages, counters.

use std::time::Duration;

use sla_model::{
    counter::Counter,
    duration,
    id::ProbeId,
    indicator::{BASE_WINDOW, Part},
    names::{page, probe},
    selector::Selector,
};

use super::{Base, Counted, rate};
use crate::promql::{
    Expr,
    build::{at_bound, ending, exported, number},
};

impl Base<'_> {
    pub(super) fn runs(&self, id: &ProbeId) -> Counted {
        let labels = [("probe", id.as_str())];
        let counted = |metric| self.sum(rate::counted(&exported(metric, &labels)));
        self.with_bad(counted(&probe::RUNS), counted(&probe::FAILURES))
    }

    /// A load is good if it was good and fast: only good loads are in the histogram.
    pub(super) fn page(&self, id: &ProbeId, within: Duration) -> Counted {
        let labels = [("probe", id.as_str())];
        let runs = rate::plain(&exported(&probe::RUNS, &labels));
        let mut loads = ending(&exported(&page::LOAD, &labels), "_bucket");
        loads.matchers.push(at_bound(duration::seconds(within)));
        self.with_good(self.sum(runs), self.sum(rate::plain(&loads)))
    }

    pub(super) fn ratio(&self, total: &Counter, part: &Part) -> Counted {
        match part {
            Part::Bad(bad) => {
                let counted = |of| self.written(of, rate::counted);
                self.with_bad(counted(total), counted(bad))
            }
            // What is subtracted must be bent like what it is subtracted from: only series that are in both are.
            Part::Good(good) => {
                let rate = if same_metric(total, good) { rate::counted } else { rate::plain };
                let written = |of| self.written(of, rate);
                self.with_good(written(total), written(good))
            }
        }
    }

    fn written(&self, of: &Counter, rate: fn(&Selector) -> Expr) -> Expr {
        self.sum(match of {
            Counter::Selector(selector) => rate(selector),
            Counter::Query(query) => Expr::Written { query: query.clone(), window: BASE_WINDOW },
        })
    }

    /// `>= 0` drops NaN: one such sample would poison every longer window.
    pub(super) fn with_bad(&self, events: Expr, bad: Expr) -> Counted {
        let errors = self.where_events(bad.at_least(number(0)));
        Counted { before: None, events: events.at_least(number(0)), errors }
    }

    /// What is not good is bad, also where nothing was ever good. Two counters are not scraped at one instant of
    /// their program, so the difference may fall a little below zero.
    pub(super) fn with_good(&self, events: Expr, good: Expr) -> Counted {
        let good = good.at_least(number(0)).or(self.zero());
        let errors = Expr::Call("clamp_min", vec![self.events().minus(good), number(0)]);
        Counted { before: None, events: events.at_least(number(0)), errors }
    }
}

fn same_metric(one: &Counter, other: &Counter) -> bool {
    matches!((one, other), (Counter::Selector(one), Counter::Selector(other)) if one.metric == other.metric)
}
