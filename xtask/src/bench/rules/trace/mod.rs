//! Traffic whose truth is known: a counter is a number of events at exact times, a scrape looks at it at a time
//! of its own. So what a formula gives can be held against the events, not against samples.

mod counter;
mod kinds;

pub use kinds::{OUTAGE_MS, Outage, bursts, churn, dense, gap, gaps, outages, sparse};

use counter::Counter;

use super::random::Random;
use crate::backfill::blocks::Blocks;

/// The first moment of every trace: 2026-01-01, midnight UTC.
pub const START_MS: i64 = 1_767_225_600_000;

/// How long a trace is: a window of 30 days, and a day before it.
pub const DAYS: i64 = 31;

/// When the rules are asked: in the middle of a five-minute tile, and beside the full half minute.
pub const END_MS: i64 = START_MS + DAYS * DAY_MS - 3 * HOUR_MS + 157_250;

/// The window of the objective.
pub const WINDOW_MS: i64 = 30 * DAY_MS;

/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 3_600_000;

/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// How often a target is scraped.
const SCRAPE_MS: i64 = 30_000;

/// Scrapes come at multiples of this: see [`Blocks::add`].
const QUANTUM_MS: i64 = 125;

/// A late scrape is up to so many quanta late.
const LATE_MAX: i64 = 8;

/// One scrape in so many is late: Prometheus itself keeps to its times, and a busy machine does not.
const LATE_EVERY: i64 = 10;

/// Traffic of a service, and when Prometheus did not run.
pub struct Trace {
    /// What it is called.
    pub name: &'static str,
    targets: Vec<Target>,
    /// When nothing was scraped or evaluated, each from a moment up to before another.
    pub down: Vec<(i64, i64)>,
}

/// One process: it counts from zero, and is scraped while it lives.
struct Target {
    pod: String,
    /// When in the interval it is scraped.
    offset_ms: i64,
    born_ms: i64,
    dies_ms: i64,
    good: Counter,
    bad: Counter,
}

/// Events of a span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// Those that failed.
    pub bad: u64,
    /// All of them.
    pub all: u64,
}

impl Truth {
    /// Returns the share that failed.
    pub fn ratio(self) -> f64 {
        self.bad as f64 / self.all as f64
    }
}

impl Trace {
    /// Counts the events after `from` up to `until`.
    pub fn truth(&self, from_ms: i64, until_ms: i64) -> Truth {
        let mut truth = Truth::default();
        for target in &self.targets {
            let (from, until) = (from_ms.max(target.born_ms), until_ms.min(target.dies_ms));
            if from < until {
                let bad = target.bad.between(from, until);
                truth.bad += bad;
                truth.all += bad + target.good.between(from, until);
            }
        }
        truth
    }

    /// Writes every sample that Prometheus would have scraped; returns how many.
    pub fn scrape(&self, seed: u64, blocks: &mut Blocks) -> anyhow::Result<u64> {
        let mut samples = 0;
        for target in &self.targets {
            let mut random = Random::new(seed, &target.pod);
            let series = |code| format!("http_requests_total{{code=\"{code}\",pod=\"{}\"}}", target.pod);
            let (good, bad) = (series("200"), series("500"));
            for tick in 0..DAYS * DAY_MS / SCRAPE_MS {
                let late = random.below(LATE_EVERY) == 0;
                let late_ms = if late { (1 + random.below(LATE_MAX)) * QUANTUM_MS } else { 0 };
                let at_ms = START_MS + tick * SCRAPE_MS + target.offset_ms + late_ms;
                let runs = target.born_ms <= at_ms && at_ms < target.dies_ms;
                if !runs || self.down.iter().any(|it| (it.0..it.1).contains(&at_ms)) {
                    continue;
                }
                blocks.add(&good, target.good.between(target.born_ms, at_ms), at_ms)?;
                blocks.add(&bad, target.bad.between(target.born_ms, at_ms), at_ms)?;
                samples += 2;
            }
        }
        Ok(samples)
    }
}
