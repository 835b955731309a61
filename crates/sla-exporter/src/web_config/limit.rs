//! A token bucket: `burst` requests at once, then one in each `interval`.

use std::time::{Duration, Instant};

/// The bucket.
#[derive(Debug)]
pub struct Bucket {
    interval: Duration,
    burst: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    /// Makes a full bucket.
    pub fn new(interval: Duration, burst: u32, now: Instant) -> Self {
        Self { interval, burst: f64::from(burst), tokens: f64::from(burst), filled: now }
    }

    /// Takes a token, if there is one.
    pub fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.filled);
        self.filled = self.filled.max(now);
        self.tokens = (self.tokens + passed.div_duration_f64(self.interval)).min(self.burst);
        let allowed = self.tokens >= 1.0;
        if allowed {
            self.tokens -= 1.0;
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_one_in_each_interval() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Duration::from_secs(1), 2, start);
        let mut taken = |millis: u64| -> Vec<bool> {
            (0..3).map(|_| bucket.take(start + Duration::from_millis(millis))).collect()
        };
        assert_eq!(taken(0), [true, true, false]);
        assert_eq!(taken(900), [false, false, false]);
        assert_eq!(taken(1100), [true, false, false]);
        assert_eq!(taken(60_000), [true, true, false]);
        assert!(!Bucket::new(Duration::from_secs(1), 0, start).take(start + Duration::from_secs(9)));
    }
}
