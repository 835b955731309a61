//! A classic histogram over durations, exact on its bounds.

use std::{sync::Arc, time::Duration};

use rust_decimal::{Decimal, prelude::ToPrimitive};
use sla_model::bounds::Bounds;

/// The bounds of a histogram, shared by every series that has the same.
#[derive(Debug)]
struct Buckets {
    /// The spelling of each bound.
    le: Vec<String>,
    /// The same in nanoseconds: comparing floats would put 0.2 s above or below `le="0.2"` by chance.
    nanos: Vec<u128>,
}

/// Counts of durations.
#[derive(Clone, Debug)]
pub struct Histogram {
    buckets: Arc<Buckets>,
    /// One for each bound and one above them all; not cumulative.
    counts: Vec<u64>,
    sum: Duration,
}

impl Histogram {
    /// Makes an empty histogram.
    pub fn new(bounds: &Bounds) -> Self {
        let le = bounds.seconds().iter().map(Decimal::to_string).collect();
        let nanos = bounds.seconds().iter().map(nanos).collect::<Vec<_>>();
        let counts = vec![0; nanos.len() + 1];
        Self { buckets: Arc::new(Buckets { le, nanos }), counts, sum: Duration::ZERO }
    }

    /// Makes an empty histogram with the bounds of this one.
    pub fn fresh(&self) -> Self {
        Self { buckets: Arc::clone(&self.buckets), counts: vec![0; self.counts.len()], sum: Duration::ZERO }
    }

    /// Counts a duration.
    pub fn observe(&mut self, duration: Duration) {
        let nanos = duration.as_nanos();
        let place = self.buckets.nanos.partition_point(|bound| *bound < nanos);
        self.counts[place] += 1;
        self.sum = self.sum.saturating_add(duration);
    }

    /// Returns every bound but `+Inf` with how many durations it holds, cumulative.
    pub fn cumulative(&self) -> impl Iterator<Item = (&str, u64)> {
        let below = self.counts.iter().scan(0, |below, count| {
            *below += count;
            Some(*below)
        });
        self.buckets.le.iter().map(String::as_str).zip(below)
    }

    /// Returns how many durations were counted.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Returns their sum in seconds.
    pub fn sum_seconds(&self) -> f64 {
        self.sum.as_secs_f64()
    }
}

fn nanos(seconds: &Decimal) -> u128 {
    let nanos = seconds.checked_mul(Decimal::from(1_000_000_000)).map(|it| it.trunc());
    nanos.and_then(|it| it.to_u128()).unwrap_or(u128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_on_a_bound_is_within_it() {
        let mut histogram = Histogram::new(&Bounds::new(["0.2", "1"].map(|it| it.parse().unwrap())));
        for micros in [200_000, 200_001, 1_000_000, 1_000_001] {
            histogram.observe(Duration::from_micros(micros));
        }
        assert_eq!(histogram.cumulative().collect::<Vec<_>>(), [("0.2", 1), ("1", 3)]);
        assert_eq!(histogram.count(), 4);
        assert_eq!(histogram.fresh().count(), 0);
    }
}
