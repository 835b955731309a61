//! What was measured so far. Jobs write it, a scrape reads it; each part has a lock of its own that is held
//! only for the moment of a note.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use rust_decimal::Decimal;
use sla_model::{
    Model,
    bounds::Bounds,
    id::{MetricName, ProbeId, StepId},
    source::SourceMetric,
};
use sla_probe::{Failure, Outcome, Phase, Reason};

use crate::histogram::Histogram;

/// The bounds of the scheduler's lag in milliseconds: from a quiet machine to one that stands still.
const LAG_MILLIS: [i64; 10] = [1, 2, 5, 10, 25, 50, 100, 250, 1000, 5000];

/// A part of the state that one job writes.
pub type Shared<T> = Arc<Mutex<T>>;

/// Locks a part of the state. A panic while it was held has at worst left a run half noted.
pub fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Everything that was measured.
#[derive(Debug)]
pub struct State {
    /// Probes and journeys.
    pub probes: BTreeMap<ProbeId, Shared<ProbeStats>>,
    /// Business numbers.
    pub queries: BTreeMap<MetricName, Shared<QueryStats>>,
    /// How late runs started.
    pub lag: Shared<Histogram>,
}

impl State {
    /// Starts everything at 0, so that the first failure is seen as an increase.
    pub fn new(model: &Model) -> Self {
        let probes = model.probes.keys().chain(model.journeys.keys());
        let probes = probes.map(|it| (it.clone(), shared(ProbeStats::new(model, it)))).collect();
        let queries = model.metrics.values();
        let queries = queries.map(|it| (it.name.clone(), shared(QueryStats::new(it)))).collect();
        let lag = Bounds::new(LAG_MILLIS.map(|it| Decimal::new(it, 3)));
        Self { probes, queries, lag: shared(Histogram::new(&lag)) }
    }

    /// Returns the probes and journeys that have not run yet.
    pub fn not_yet_run(&self) -> Vec<&ProbeId> {
        let never = |it: &(&ProbeId, &Shared<ProbeStats>)| lock(it.1).last.is_none();
        self.probes.iter().filter(never).map(|it| it.0).collect()
    }
}

fn shared<T>(value: T) -> Shared<T> {
    Arc::new(Mutex::new(value))
}

/// What is known of one probe or journey.
#[derive(Clone, Debug)]
pub struct ProbeStats {
    /// Runs that ended.
    pub runs: u64,
    /// Runs that failed.
    pub failures: u64,
    /// Failed runs by reason.
    pub reasons: BTreeMap<Reason, u64>,
    /// Ticks that were left out.
    pub skipped: u64,
    /// The last run.
    pub last: Option<LastRun>,
    /// How long runs took.
    pub duration: Histogram,
    /// How long phases took; one appears when it took place for the first time.
    pub phases: BTreeMap<Phase, Histogram>,
    /// The steps of a journey.
    pub steps: BTreeMap<StepId, StepStats>,
}

/// The last run of a probe.
#[derive(Clone, Debug)]
pub struct LastRun {
    /// What it came to.
    pub verdict: Result<(), Failure>,
    /// When it ended.
    pub ended: Timestamp,
    /// How long it took.
    pub took: Duration,
}

/// What is known of one step.
#[derive(Clone, Debug)]
pub struct StepStats {
    /// How long it took.
    pub duration: Histogram,
    /// Failures by reason.
    pub reasons: BTreeMap<Reason, u64>,
}

impl ProbeStats {
    fn new(model: &Model, probe: &ProbeId) -> Self {
        let step = Histogram::new(&model.step_bounds(probe));
        let steps = model.journeys.get(probe).into_iter().flat_map(|it| &it.steps);
        let stats = || StepStats { duration: step.fresh(), reasons: BTreeMap::new() };
        Self {
            runs: 0,
            failures: 0,
            reasons: BTreeMap::new(),
            skipped: 0,
            last: None,
            duration: Histogram::new(&model.bounds(probe)),
            phases: BTreeMap::new(),
            steps: steps.map(|it| (it.id.clone(), stats())).collect(),
        }
    }

    /// Notes a run that ended at `now`.
    pub fn record(&mut self, outcome: Outcome, now: Timestamp) {
        self.runs += 1;
        if let Err(failure) = &outcome.verdict {
            self.failures += 1;
            *self.reasons.entry(failure.reason).or_default() += 1;
        }
        self.duration.observe(outcome.took);
        for (phase, took) in outcome.phases {
            self.phases.entry(phase).or_insert_with(|| self.duration.fresh()).observe(took);
        }
        for step in outcome.steps {
            let Some(stats) = self.steps.get_mut(&step.step) else {
                continue;
            };
            stats.duration.observe(step.took);
            if let Err(failure) = step.verdict {
                *stats.reasons.entry(failure.reason).or_default() += 1;
            }
        }
        self.last = Some(LastRun { verdict: outcome.verdict, ended: now, took: outcome.took });
    }
}

/// What is known of one query.
#[derive(Clone, Debug)]
pub struct QueryStats {
    /// The totals of the last good pass, 0 before it.
    pub totals: BTreeMap<String, u64>,
    /// Passes that ended.
    pub passes: u64,
    /// Passes that failed.
    pub failures: u64,
    /// When a pass was last good.
    pub last_good: Option<Timestamp>,
    /// Why the last pass failed, if it did.
    pub error: Option<String>,
}

impl QueryStats {
    fn new(metric: &SourceMetric) -> Self {
        let totals = metric.values.iter().map(|it| (it.clone(), 0)).collect();
        Self { totals, passes: 0, failures: 0, last_good: None, error: None }
    }

    /// Notes a pass that ended at `now`.
    pub fn record(&mut self, pass: Result<BTreeMap<String, u64>, String>, now: Timestamp) {
        self.passes += 1;
        match pass {
            Ok(totals) => {
                self.totals = totals;
                self.last_good = Some(now);
                self.error = None;
            }
            Err(error) => {
                self.failures += 1;
                self.error = Some(error);
            }
        }
    }
}
