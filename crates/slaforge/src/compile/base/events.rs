//! Single events: runs of probes, loads of pages, counters.

use std::time::Duration;

use sla_model::{
    counter::Counter,
    duration,
    id::ProbeId,
    indicator::{BASE_WINDOW, Part},
    names::{page, probe},
};

use super::{Base, Counted};
use crate::promql::{
    Expr,
    build::{at_bound, ending, exported, number, over_time},
};

impl Base<'_> {
    pub(super) fn runs(&self, id: &ProbeId) -> Counted {
        let labels = [("probe", id.as_str())];
        let rate = |metric| self.sum(over_time("rate", &exported(metric, &labels), BASE_WINDOW));
        self.with_bad(rate(&probe::RUNS), rate(&probe::FAILURES))
    }

    /// A load is good if it was good and fast: only good loads are in the histogram.
    pub(super) fn page(&self, id: &ProbeId, within: Duration) -> Counted {
        let labels = [("probe", id.as_str())];
        let runs = over_time("rate", &exported(&probe::RUNS, &labels), BASE_WINDOW);
        let mut loads = ending(&exported(&page::LOAD, &labels), "_bucket");
        loads.matchers.push(at_bound(duration::seconds(within)));
        let good = over_time("rate", &loads, BASE_WINDOW);
        self.with_good(self.sum(runs), self.sum(good))
    }

    pub(super) fn ratio(&self, total: &Counter, part: &Part) -> Counted {
        match part {
            Part::Bad(bad) => self.with_bad(self.rate(total), self.rate(bad)),
            Part::Good(good) => self.with_good(self.rate(total), self.rate(good)),
        }
    }

    fn rate(&self, of: &Counter) -> Expr {
        self.sum(match of {
            Counter::Selector(selector) => over_time("rate", selector, BASE_WINDOW),
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
