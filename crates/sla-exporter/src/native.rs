//! The sparse, exponential side of a histogram, which Prometheus calls native.
//!
//! Bucket `i` of schema `s` holds values in `(2^((i-1)/2^s), 2^(i/2^s)]`. Schema 3 makes each bound 9 % larger than
//! the one before. Source: Prometheus' `io.prometheus.client.Histogram`, field `schema`.

use std::time::Duration;

/// The finest resolution: 8 buckets for each doubling.
const SCHEMA_START: i32 = 3;

/// The coarsest: one bucket for each doubling.
const SCHEMA_MIN: i32 = 0;

/// Most buckets; beyond it the resolution is halved. Client libraries use the same number.
const BUCKETS_MAX: usize = 160;

/// What is shorter, in seconds, is not told apart: no network answers in a microsecond.
pub const ZERO_SECONDS: f64 = 1e-6;

/// Counts of durations in exponential buckets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Native {
    schema: i32,
    zero: u64,
    /// Bucket numbers, rising; apart from the counts because a pair of both is 60 % larger.
    places: Vec<i16>,
    counts: Vec<u64>,
}

/// Buckets without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The gap before it, or the number of the first bucket of all.
    pub offset: i32,
    /// The count of each bucket.
    pub counts: Vec<u64>,
}

impl Default for Native {
    fn default() -> Self {
        Self { schema: SCHEMA_START, zero: 0, places: Vec::new(), counts: Vec::new() }
    }
}

impl Native {
    /// Counts a duration.
    pub fn observe(&mut self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        if seconds <= ZERO_SECONDS {
            self.zero += 1;
            return;
        }
        let number = number(seconds, self.schema);
        match self.places.binary_search(&number) {
            Ok(place) => self.counts[place] += 1,
            Err(place) => {
                self.places.insert(place, number);
                self.counts.insert(place, 1);
                if self.places.len() > BUCKETS_MAX && self.schema > SCHEMA_MIN {
                    self.halve();
                }
            }
        }
    }

    /// Merges each two buckets into one.
    fn halve(&mut self) {
        self.schema -= 1;
        let mut merged = Self { places: Vec::new(), counts: Vec::new(), ..*self };
        for (place, count) in self.places.iter().zip(&self.counts) {
            let half = (*place + 1).div_euclid(2);
            if merged.places.last() == Some(&half) {
                *merged.counts.last_mut().expect("a place has a count") += count;
            } else {
                merged.places.push(half);
                merged.counts.push(*count);
            }
        }
        *self = merged;
    }

    /// Returns the resolution.
    pub fn schema(&self) -> i32 {
        self.schema
    }

    /// Returns how many durations were not told apart from zero.
    pub fn zero(&self) -> u64 {
        self.zero
    }

    /// Returns the buckets in rising order.
    pub fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let mut next = 0;
        for (place, count) in self.places.iter().zip(&self.counts) {
            let place = i32::from(*place);
            match runs.last_mut().filter(|_| place == next) {
                Some(run) => run.counts.push(*count),
                None => runs.push(Run { offset: place - next, counts: vec![*count] }),
            }
            next = place + 1;
        }
        runs
    }
}

/// Returns the number of the bucket of a value. A value within rounding of a bound may fall on either side.
#[expect(clippy::cast_possible_truncation, reason = "a u64 of seconds has 64 doublings, each of 8 buckets")]
fn number(seconds: f64, schema: i32) -> i16 {
    (seconds.log2() * f64::from(1 << schema)).ceil() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(native: &Native) -> u64 {
        native.zero() + native.runs().iter().flat_map(|it| &it.counts).sum::<u64>()
    }

    #[test]
    fn powers_of_two_are_upper_bounds() {
        let mut native = Native::default();
        for millis in [500, 1000, 1001, 2000] {
            native.observe(Duration::from_millis(millis));
        }
        let runs = [(-8, vec![1]), (7, vec![1, 1]), (6, vec![1])];
        let runs = runs.map(|(offset, counts)| Run { offset, counts });
        assert_eq!(native.runs(), runs);
        native.observe(Duration::ZERO);
        assert_eq!((native.zero(), total(&native)), (1, 5));
    }

    #[test]
    fn many_buckets_are_merged_and_none_is_lost() {
        let mut native = Native::default();
        let mut micros = 2_u64;
        for _ in 0..400 {
            native.observe(Duration::from_micros(micros));
            micros += micros.div_ceil(16);
        }
        assert!(native.schema() < SCHEMA_START && native.places.len() <= BUCKETS_MAX);
        assert!(native.places.is_sorted());
        assert_eq!(total(&native), 400);
        let mut coarse = Native { schema: native.schema(), ..Native::default() };
        let mut micros = 2_u64;
        for _ in 0..400 {
            coarse.observe(Duration::from_micros(micros));
            micros += micros.div_ceil(16);
        }
        assert_eq!(
            coarse, native,
            "merging counts as if the coarse resolution had been there from the start"
        );
    }
}
