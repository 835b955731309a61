//! When runs start, and by when they have ended.
//!
//! Every job has ticks, `every` apart, from an offset that depends on its name alone: jobs spread over their
//! interval, and a restart does not move them against each other. A job runs once at a time. A tick whose
//! predecessor still runs is left out and counted, never queued; one that is only a little late starts late,
//! and how late is measured.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sla_model::Pace;
use sla_probe::Deadline;
use tokio::{
    sync::{Semaphore, watch},
    time::{sleep_until, timeout_at},
};

use crate::{
    histogram::Histogram,
    state::{Shared, lock},
};

/// Most runs at a time. A run holds a socket or two and waits for most of its time; this many keep well below
/// the usual limit of 1,024 open files, and one slow target cannot use them up, because a job runs once at a
/// time.
pub const RUNS_MAX: usize = 64;

/// A tick may start late by one part in this many of its interval; beyond that it is left out. A run that ends
/// exactly at its deadline, which is the next tick, must not cost that tick.
const LATE_PART: u32 = 10;

/// Something that is done at each tick.
pub trait Job: Send {
    /// Does it once; it has ended by the deadline.
    fn run(&mut self, deadline: Deadline) -> impl Future<Output = ()> + Send;

    /// Notes ticks that were left out.
    fn skipped(&mut self, ticks: u64);
}

/// When a job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Between the start of the exporter and the first tick.
    pub offset: Duration,
    /// Between two ticks.
    pub every: Duration,
    /// How long a run may take, if the next tick does not come first.
    pub timeout: Duration,
}

impl Timing {
    /// Makes the timing of a job with a nominal interval. The timeout is the world's and not divided.
    pub fn new(name: &str, every: Duration, timeout: Duration, pace: Pace) -> Self {
        // A nanosecond at least: an interval of zero would never end.
        let every = pace.real(every).max(Duration::from_nanos(1));
        Self { offset: offset(name, every), every, timeout }
    }

    fn slack(&self) -> Duration {
        self.every / LATE_PART
    }

    /// Returns by when a run has ended that was due at `due` and starts now. It ends when the next is due, but
    /// a run that starts late has at least its interval less the slack: a machine that stood still for a
    /// moment must not look like a failure of what is probed.
    fn deadline(&self, due: Instant, start: Instant) -> Deadline {
        let next = (due + self.every).saturating_duration_since(start);
        Deadline(start + self.timeout.min(next.max(self.every.saturating_sub(self.slack()))))
    }

    /// Returns how many ticks after the one at `due` are too late at `now` to be started.
    fn missed(&self, due: Instant, now: Instant) -> u64 {
        let next = due + self.every;
        let Some(behind) = now.checked_duration_since(next + self.slack()).filter(|it| !it.is_zero()) else {
            return 0;
        };
        u64::try_from(behind.as_nanos().div_ceil(self.every.as_nanos())).unwrap_or(u64::MAX)
    }
}

/// Spreads names over an interval: FNV-1a, which stays the same in every build, and the end of `MurmurHash3`,
/// without which names that differ in their last letter stand close together.
fn offset(name: &str, every: Duration) -> Duration {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    let share = f64::from(u32::try_from(hash >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX);
    every.mul_f64(share.min(0.999))
}

/// What all jobs share.
#[derive(Clone)]
pub struct Schedule {
    /// Ticks are counted from here.
    pub started: Instant,
    /// Places for [`RUNS_MAX`] runs.
    pub places: Arc<Semaphore>,
    /// How late runs started.
    pub lag: Shared<Histogram>,
    /// Turns true when no further run may start.
    pub stop: watch::Receiver<bool>,
}

/// Runs a job at its ticks until the schedule stops; a run that has begun is let finish.
pub async fn drive(mut job: impl Job, timing: Timing, mut schedule: Schedule) {
    let mut due = schedule.started + timing.offset;
    loop {
        tokio::select! {
            biased;
            _ = schedule.stop.wait_for(|stop| *stop) => return,
            () = sleep_until(due.into()) => {}
        }
        if let Ok(Ok(place)) = timeout_at((due + timing.slack()).into(), schedule.places.acquire()).await {
            let start = Instant::now();
            lock(&schedule.lag).observe(start.saturating_duration_since(due));
            job.run(timing.deadline(due, start)).await;
            drop(place);
        } else {
            job.skipped(1);
        }
        let missed = timing.missed(due, Instant::now());
        if missed > 0 {
            job.skipped(missed);
        }
        due += timing.every.saturating_mul(u32::try_from(missed).unwrap_or(u32::MAX).saturating_add(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_millis(100);

    fn timing(timeout_millis: u64) -> Timing {
        Timing { offset: Duration::ZERO, every: EVERY, timeout: Duration::from_millis(timeout_millis) }
    }

    #[track_caller]
    fn ends(timeout_millis: u64, late_millis: u64, expected_millis: u64) {
        let due = Instant::now();
        let deadline = timing(timeout_millis).deadline(due, due + Duration::from_millis(late_millis));
        assert_eq!(deadline.0.duration_since(due), Duration::from_millis(expected_millis));
    }

    #[test]
    fn a_run_ends_at_its_timeout_or_when_the_next_is_due() {
        ends(30, 0, 30);
        ends(30, 5, 35);
        ends(10_000, 0, 100);
        ends(10_000, 5, 100);
        ends(10_000, 10, 100);
        ends(10_000, 40, 130);
    }

    #[track_caller]
    fn missed(after_due_millis: u64, expected: u64) {
        let due = Instant::now();
        assert_eq!(timing(10_000).missed(due, due + Duration::from_millis(after_due_millis)), expected);
    }

    #[test]
    fn only_ticks_that_are_too_late_are_left_out() {
        missed(0, 0);
        missed(100, 0);
        missed(110, 0);
        missed(111, 1);
        missed(210, 1);
        missed(211, 2);
        missed(1_000, 9);
    }

    #[test]
    fn names_spread_over_the_interval() {
        let hour = Duration::from_hours(1);
        let mut offsets: Vec<_> = (0..100).map(|it| offset(&format!("probe-{it}"), hour)).collect();
        offsets.sort_unstable();
        assert!(offsets.iter().all(|it| *it < hour));
        let widest = offsets.windows(2).map(|it| it[1].abs_diff(it[0])).max().unwrap();
        assert!(widest < hour / 8, "{widest:?}");
        assert_eq!(offset("checkout", hour), offset("checkout", hour));
    }

    #[test]
    fn the_pace_divides_intervals_only() {
        let timing =
            Timing::new("x", Duration::from_secs(15), Duration::from_secs(10), "60".parse().unwrap());
        assert_eq!((timing.every, timing.timeout), (Duration::from_millis(250), Duration::from_secs(10)));
    }
}
