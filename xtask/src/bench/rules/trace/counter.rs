//! Events at exact times.

use std::rc::Rc;

use super::{DAY_MS, DAYS, START_MS};

/// Events of one kind.
pub enum Counter {
    /// As many as a rate gives: the n-th comes when the sum of the rate reaches n less the phase.
    Paced {
        /// Shifts the events of one target against those of another; `0.0 <= phase < 1.0`.
        phase: f64,
        /// The rate.
        curve: Rc<Curve>,
    },
    /// At these milliseconds, sorted.
    Listed(Vec<i64>),
}

/// A rate that is constant within each second of a trace, as its sum from the beginning.
pub struct Curve(Vec<f64>);

impl Curve {
    /// Sums a rate, in events per second, that is given for each second since the beginning.
    pub fn new(rate: impl Fn(i64) -> f64) -> Rc<Self> {
        let seconds = DAYS * DAY_MS / 1000;
        let mut sum = 0.0;
        let mut sums = Vec::from([0.0]);
        sums.extend((0..seconds).map(|it| {
            sum += rate(it);
            sum
        }));
        Rc::new(Self(sums))
    }

    fn at(&self, at_ms: i64) -> f64 {
        let since_ms = (at_ms - START_MS).max(0);
        let last = self.0.len() - 1;
        let second = usize::try_from(since_ms / 1000).map_or(last, |it| it.min(last));
        let share = (since_ms % 1000) as f64 / 1000.0;
        let next = self.0[(second + 1).min(last)];
        self.0[second] + share * (next - self.0[second])
    }
}

impl Counter {
    /// Returns how many events come after `from` up to `until`.
    pub fn between(&self, from_ms: i64, until_ms: i64) -> u64 {
        self.until(until_ms).saturating_sub(self.until(from_ms))
    }

    fn until(&self, at_ms: i64) -> u64 {
        match self {
            // Neither negative nor beyond 2^53: a month of events.
            Self::Paced { phase, curve } => (phase + curve.at(at_ms)).floor() as u64,
            Self::Listed(events) => events.partition_point(|it| *it <= at_ms) as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paced_events_come_when_the_sum_is_whole() {
        let counter = Counter::Paced { phase: 0.5, curve: Curve::new(|_| 0.25) };
        let count = |until| counter.between(START_MS, START_MS + until);
        assert_eq!([count(1999), count(2000), count(5999), count(6000)], [0, 1, 1, 2]);
        assert_eq!(counter.between(START_MS + 2000, START_MS + 6000), 1);
    }

    #[test]
    fn listed_events_belong_to_the_span_that_they_end() {
        let counter = Counter::Listed(vec![10, 20, 20, 30]);
        assert_eq!([counter.between(0, 9), counter.between(0, 20), counter.between(10, 20)], [0, 3, 2]);
    }
}
