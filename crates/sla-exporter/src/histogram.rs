//! A histogram over durations: classic buckets that are exact on their bounds, sparse ones beside them, and the
//! trace of a run in each.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use rust_decimal::{Decimal, prelude::ToPrimitive};
use sla_model::bounds::Bounds;

use crate::{native::Native, trace::TraceId};

/// The bounds of a histogram, shared by every series that has the same.
#[derive(Debug)]
struct Buckets {
    bounds: Bounds,
    /// The spelling of each bound in the text format.
    le: Vec<String>,
    /// The same in nanoseconds: comparing floats would put 0.2 s above or below `le="0.2"` by chance.
    nanos: Vec<u128>,
    /// The same as numbers.
    seconds: Vec<f64>,
}

/// Counts of durations.
#[derive(Clone, Debug)]
pub struct Histogram {
    buckets: Arc<Buckets>,
    /// One for each bound and one above them all; not cumulative.
    counts: Vec<u64>,
    sum: Duration,
    native: Native,
    /// The last traced run in each bucket that has one, rising; most runs fall into a few buckets.
    exemplars: Vec<(usize, Exemplar)>,
}

/// A run that fell into a bucket, by its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exemplar {
    /// The trace that the run began.
    pub trace: TraceId,
    /// How long it took.
    pub took: Duration,
    /// When it ended.
    pub at: Timestamp,
}

/// One classic bucket.
#[derive(Clone, Copy, Debug)]
pub struct Bucket<'h> {
    /// The spelling of its bound in the text format.
    pub le: &'h str,
    /// Its bound in seconds.
    pub seconds: f64,
    /// How many durations are within it, cumulative.
    pub count: u64,
    /// A run that fell between the bound below and this one.
    pub exemplar: Option<&'h Exemplar>,
}

impl Histogram {
    /// Makes an empty histogram.
    pub fn new(bounds: &Bounds) -> Self {
        let le = bounds.seconds().iter().map(Decimal::to_string).collect();
        let nanos = bounds.seconds().iter().map(nanos).collect::<Vec<_>>();
        let seconds = bounds.seconds().iter().map(|it| it.to_f64().unwrap_or(f64::MAX)).collect();
        let buckets = Buckets { bounds: bounds.clone(), le, nanos, seconds };
        Self::of(Arc::new(buckets))
    }

    fn of(buckets: Arc<Buckets>) -> Self {
        let counts = vec![0; buckets.nanos.len() + 1];
        Self { buckets, counts, sum: Duration::ZERO, native: Native::default(), exemplars: Vec::new() }
    }

    /// Makes an empty histogram with the bounds of this one.
    pub fn fresh(&self) -> Self {
        Self::of(Arc::clone(&self.buckets))
    }

    /// Returns its bounds.
    pub fn bounds(&self) -> &Bounds {
        &self.buckets.bounds
    }

    /// Counts a duration.
    pub fn observe(&mut self, duration: Duration) {
        let place = self.place(duration);
        self.counts[place] += 1;
        self.sum = self.sum.saturating_add(duration);
        self.native.observe(duration);
    }

    /// Counts a duration and keeps its trace.
    pub fn observe_traced(&mut self, exemplar: Exemplar) {
        self.observe(exemplar.took);
        let place = self.place(exemplar.took);
        match self.exemplars.binary_search_by_key(&place, |it| it.0) {
            Ok(found) => self.exemplars[found].1 = exemplar,
            Err(gap) => self.exemplars.insert(gap, (place, exemplar)),
        }
    }

    fn place(&self, duration: Duration) -> usize {
        let nanos = duration.as_nanos();
        self.buckets.nanos.partition_point(|bound| *bound < nanos)
    }

    /// Returns every bucket, `+Inf` last, so that its count is the count of all.
    pub fn cumulative(&self) -> impl Iterator<Item = Bucket<'_>> {
        let bounds = self.buckets.le.iter().map(String::as_str).zip(self.buckets.seconds.iter().copied());
        let bounds = bounds.chain([("+Inf", f64::INFINITY)]);
        let mut below = 0;
        bounds.zip(&self.counts).enumerate().map(move |(place, ((le, seconds), count))| {
            below += count;
            let exemplar = self.exemplars.binary_search_by_key(&place, |it| it.0);
            let exemplar = exemplar.ok().map(|it| &self.exemplars[it].1);
            Bucket { le, seconds, count: below, exemplar }
        })
    }

    /// Returns how many durations were counted.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Returns their sum in seconds.
    pub fn sum_seconds(&self) -> f64 {
        self.sum.as_secs_f64()
    }

    /// Returns the sparse buckets.
    pub fn native(&self) -> &Native {
        &self.native
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
        let buckets: Vec<_> = histogram.cumulative().map(|it| (it.le, it.count)).collect();
        assert_eq!(buckets, [("0.2", 1), ("1", 3), ("+Inf", 4)]);
        assert_eq!(histogram.count(), 4);
        assert_eq!(histogram.fresh().count(), 0);
    }

    #[test]
    fn a_bucket_keeps_its_last_trace() {
        let mut histogram = Histogram::new(&Bounds::new(["1"].map(|it| it.parse().unwrap())));
        let exemplar = |trace, millis| Exemplar {
            trace: TraceId::from(trace),
            took: Duration::from_millis(millis),
            at: Timestamp::UNIX_EPOCH,
        };
        histogram.observe_traced(exemplar(1, 5));
        histogram.observe_traced(exemplar(2, 6));
        histogram.observe(Duration::from_secs(9));
        let traces: Vec<_> = histogram.cumulative().map(|it| it.exemplar.map(|it| it.trace)).collect();
        assert_eq!(traces, [Some(TraceId::from(2)), None]);
    }
}
