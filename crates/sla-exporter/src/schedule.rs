//! When runs start, and by when they have ended.
//!
//! Every job has ticks, `every` apart, from an offset that depends on its name alone: jobs spread over their
//! interval, and neither a restart nor a reload moves them against each other. A little jitter on each tick keeps
//! runs from meeting, time after time, whatever else happens at the same second of every minute. A job runs once at
//! a time. A tick whose predecessor still runs is left out and counted, never queued; one that is only a little late
//! starts late, and how late is measured.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sla_model::Pace;
use sla_probe::Deadline;
use tokio::{
    sync::{Mutex, Semaphore, watch},
    time::{sleep_until, timeout_at},
};

use crate::{
    histogram::Histogram,
    state::{Shared, lock},
};

/// A tick may start late by one part in this many of its interval; beyond that it is left out. A run that ends
/// exactly at its deadline, which is the next tick, must not cost that tick.
const LATE_PART: u32 = 10;

/// Jitter is at most one part in this many of the interval.
const JITTER_PART: u32 = 20;

/// What a run needs of the machine. Each class has places of its own, so that one cannot use up another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A socket or two, and waiting for most of the time.
    Network,
    /// A connection to a database.
    Query,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 2] = [Self::Network, Self::Query];

    /// Returns the label value.
    pub fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Query => "query",
        }
    }

    /// Returns how many runs are allowed at a time. 256 sockets keep well below the usual limit of 1,024 open files;
    /// a database should never see a crowd.
    pub fn places(self) -> usize {
        match self {
            Self::Network => 256,
            Self::Query => 16,
        }
    }
}

/// The places of every class.
#[derive(Clone, Debug)]
pub struct Places([Arc<Semaphore>; Class::ALL.len()]);

impl Places {
    /// Gives each class as many places as `count` says.
    pub fn new(count: fn(Class) -> usize) -> Self {
        Self(Class::ALL.map(|it| Arc::new(Semaphore::new(count(it)))))
    }

    fn of(&self, class: Class) -> &Semaphore {
        &self.0[class as usize]
    }

    /// Returns how many runs of a class are going on, if there were `count` places.
    pub fn taken(&self, class: Class) -> usize {
        class.places().saturating_sub(self.of(class).available_permits())
    }
}

/// Something that is done at each tick.
pub trait Job: Send {
    /// Does it once; it has ended by the deadline.
    fn run(&mut self, deadline: Deadline) -> impl Future<Output = ()> + Send;

    /// Notes ticks that were left out.
    fn skipped(&mut self, ticks: u64);

    /// Notes when it is due next.
    fn planned(&mut self, wait: Duration);
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
    /// What it needs.
    pub class: Class,
    /// The beginning of its jitter; 0 for none.
    pub seed: u64,
}

impl Timing {
    /// Makes the timing of a job with a nominal interval. The timeout is the world's and not divided.
    pub fn new(name: &str, every: Duration, timeout: Duration, pace: Pace, class: Class) -> Self {
        // A nanosecond at least: an interval of zero would never end.
        let every = pace.real(every).max(Duration::from_nanos(1));
        // FNV-1a, which stays the same in every build.
        let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self { offset: part(every, mixed(seed)), every, timeout, class, seed }
    }

    fn slack(&self) -> Duration {
        self.every / LATE_PART
    }

    /// Returns how much later than its tick the run of that number is due.
    fn jitter(&self, tick: u64) -> Duration {
        if self.seed == 0 {
            Duration::ZERO
        } else {
            part(self.every / JITTER_PART, mixed(self.seed ^ mixed(tick)))
        }
    }

    /// Returns the first tick that is not too late at `now`, and its number.
    fn first(&self, started: Instant, now: Instant) -> (u64, Instant) {
        let origin = started + self.offset;
        let passed =
            now.saturating_duration_since(origin + self.slack()).as_nanos().div_ceil(self.every.as_nanos());
        let number = u64::try_from(passed).unwrap_or(u64::MAX);
        (number, origin + self.times(number))
    }

    fn times(&self, ticks: u64) -> Duration {
        self.every.saturating_mul(u32::try_from(ticks).unwrap_or(u32::MAX))
    }

    /// Returns by when a run has ended whose tick was at `tick` and that starts now. It ends when the next is due, but
    /// a run that starts late has at least its interval less the slack: a machine that stood still for a
    /// moment must not look like a failure of what is probed.
    fn deadline(&self, tick: Instant, start: Instant) -> Deadline {
        let next = (tick + self.every).saturating_duration_since(start);
        Deadline(start + self.timeout.min(next.max(self.every.saturating_sub(self.slack()))))
    }

    /// Returns how many ticks after the one at `tick` are too late at `now` to be started.
    fn missed(&self, tick: Instant, now: Instant) -> u64 {
        let next = tick + self.every;
        let Some(behind) = now.checked_duration_since(next + self.slack()).filter(|it| !it.is_zero()) else {
            return 0;
        };
        u64::try_from(behind.as_nanos().div_ceil(self.every.as_nanos())).unwrap_or(u64::MAX)
    }
}

/// The end of `MurmurHash3`, without which names that differ in their last letter stand close together.
fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// Returns a part of a duration, as large as the hash is among all hashes.
fn part(of: Duration, hash: u64) -> Duration {
    let share = f64::from(u32::try_from(hash >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX);
    of.mul_f64(share.min(0.999))
}

/// What all jobs share.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Ticks are counted from here.
    pub started: Instant,
    /// Where runs wait for their turn.
    pub places: Places,
    /// How late runs started.
    pub lag: Shared<Histogram>,
}

/// Runs a job at its ticks until `stop` turns true; a run that has begun is let finish. Whoever holds `turn` runs:
/// a job with a new definition waits until the last run of the old one has ended.
pub async fn drive(
    mut job: impl Job,
    timing: Timing,
    schedule: Schedule,
    turn: Arc<Mutex<()>>,
    mut stop: watch::Receiver<bool>,
) {
    let _turn = tokio::select! {
        biased;
        _ = stop.wait_for(|stop| *stop) => return,
        turn = turn.lock() => turn,
    };
    let places = schedule.places.of(timing.class);
    let (mut number, mut tick) = timing.first(schedule.started, Instant::now());
    loop {
        let due = tick + timing.jitter(number);
        job.planned(due.saturating_duration_since(Instant::now()));
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => return,
            () = sleep_until(due.into()) => {}
        }
        if let Ok(Ok(place)) = timeout_at((tick + timing.slack()).into(), places.acquire()).await {
            let start = Instant::now();
            lock(&schedule.lag).observe(start.saturating_duration_since(due));
            job.run(timing.deadline(tick, start)).await;
            drop(place);
        } else {
            job.skipped(1);
        }
        let missed = timing.missed(tick, Instant::now());
        if missed > 0 {
            job.skipped(missed);
        }
        number += missed + 1;
        tick += timing.times(missed + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_millis(100);

    fn timing(timeout_millis: u64) -> Timing {
        let timeout = Duration::from_millis(timeout_millis);
        Timing { offset: Duration::ZERO, every: EVERY, timeout, class: Class::Network, seed: 0 }
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

    fn named(name: &str, every: Duration) -> Timing {
        Timing::new(name, every, Duration::from_secs(10), Pace::REAL, Class::Network)
    }

    #[test]
    fn names_spread_over_the_interval() {
        let hour = Duration::from_hours(1);
        let mut offsets: Vec<_> = (0..100).map(|it| named(&format!("probe-{it}"), hour).offset).collect();
        offsets.sort_unstable();
        assert!(offsets.iter().all(|it| *it < hour));
        let widest = offsets.windows(2).map(|it| it[1].abs_diff(it[0])).max().unwrap();
        assert!(widest < hour / 8, "{widest:?}");
        assert_eq!(named("checkout", hour), named("checkout", hour));
    }

    #[test]
    fn jitter_differs_from_tick_to_tick_and_stays_small() {
        let timing = named("checkout", Duration::from_mins(1));
        let jitter: Vec<_> = (0..100).map(|it| timing.jitter(it)).collect();
        assert!(jitter.iter().all(|it| *it < Duration::from_secs(3)));
        let spread = jitter.iter().max().unwrap().abs_diff(*jitter.iter().min().unwrap());
        assert!(spread > Duration::from_secs(2), "{spread:?}");
    }

    #[test]
    fn a_job_that_joins_later_keeps_the_ticks() {
        let (timing, started) = (named("checkout", EVERY), Instant::now());
        let (_, tick) = timing.first(started, started);
        assert_eq!(tick, started + timing.offset);
        let (number, tick) = timing.first(started, started + timing.offset + Duration::from_millis(250));
        assert_eq!((number, tick), (3, started + timing.offset + 3 * EVERY));
    }

    #[test]
    fn the_pace_divides_intervals_only() {
        let pace = "60".parse().unwrap();
        let timing = Timing::new("x", Duration::from_secs(15), Duration::from_secs(10), pace, Class::Query);
        assert_eq!((timing.every, timing.timeout), (Duration::from_millis(250), Duration::from_secs(10)));
    }
}
