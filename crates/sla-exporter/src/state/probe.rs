//! What is known of one probe or journey.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use sla_model::id::StepId;
use sla_probe::{Outcome, Phase, Reason};

use super::SERIES_MAX;
use crate::{
    histogram::{Exemplar, Histogram},
    trace::TraceId,
};

/// So many of the last runs are told on the landing page.
const RECENT_MAX: usize = 10;

/// What identity is made of, besides the name: with another kind nothing is kept, with other bounds no histogram.
#[derive(Debug)]
pub struct Shape {
    /// The kind of the probe.
    pub kind: &'static str,
    /// An empty histogram for whole runs and phases.
    pub duration: Histogram,
    /// An empty histogram for steps.
    pub step: Histogram,
    /// An empty histogram for loads, if this is a page that an objective judges.
    pub page: Option<Histogram>,
    /// The steps of a journey.
    pub steps: Vec<StepId>,
}

/// The numbers of a probe, and what people want to know beyond them.
#[derive(Debug)]
pub struct ProbeState {
    kind: &'static str,
    /// What scrapes see.
    pub stats: ProbeStats,
    /// The last runs, newest last.
    pub recent: VecDeque<RunNote>,
    /// The whole last failure.
    pub failure: Option<Arc<Record>>,
    /// When it runs next.
    pub next: Option<Timestamp>,
}

/// The numbers of a probe.
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
    /// Measured values for which there was no room.
    pub dropped: u64,
    /// The last run.
    pub last: Option<RunNote>,
    /// How long runs took.
    pub duration: Histogram,
    /// How long good loads took, if this is a page that an objective judges. It is noted together with the runs, so
    /// that a scrape never sees more good loads than runs.
    pub page: Option<Histogram>,
    /// How long phases took; one appears when it took place for the first time.
    pub phases: BTreeMap<Phase, Histogram>,
    /// The steps of a journey.
    pub steps: BTreeMap<StepId, StepStats>,
}

/// A run in a few words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunNote {
    /// Why it failed, if it did.
    pub reason: Option<Reason>,
    /// When it ended.
    pub ended: Timestamp,
    /// How long it took.
    pub took: Duration,
}

/// A run with everything that is known of it. A probe's outcome holds no secret.
#[derive(Debug)]
pub struct Record {
    /// What it came to.
    pub outcome: Outcome,
    /// When it ended.
    pub ended: Timestamp,
    /// The trace that it began.
    pub trace: Option<TraceId>,
}

/// What is known of one step.
#[derive(Clone, Debug)]
pub struct StepStats {
    /// How long it took.
    pub duration: Histogram,
    /// Failures by reason.
    pub reasons: BTreeMap<Reason, u64>,
}

impl ProbeState {
    /// Starts at 0.
    pub fn new(shape: &Shape) -> Self {
        let mut stats = ProbeStats {
            runs: 0,
            failures: 0,
            reasons: BTreeMap::new(),
            skipped: 0,
            dropped: 0,
            last: None,
            duration: shape.duration.fresh(),
            page: shape.page.clone(),
            phases: BTreeMap::new(),
            steps: BTreeMap::new(),
        };
        stats.shape_steps(shape);
        Self { kind: shape.kind, stats, recent: VecDeque::new(), failure: None, next: None }
    }

    /// Keeps what the identity of the new definition allows; returns whether that is anything at all.
    pub fn adapt(&mut self, shape: &Shape) -> bool {
        if self.kind != shape.kind {
            return false;
        }
        if self.stats.duration.bounds() != shape.duration.bounds() {
            self.stats.duration = shape.duration.fresh();
            self.stats.phases.clear();
        }
        let bounds = |it: &Option<Histogram>| it.as_ref().map(|it| it.bounds().clone());
        if bounds(&self.stats.page) != bounds(&shape.page) {
            self.stats.page.clone_from(&shape.page);
        }
        self.stats.shape_steps(shape);
        true
    }

    /// Notes a run that ended at `now`.
    pub fn record(&mut self, outcome: Outcome, trace: Option<TraceId>, now: Timestamp) {
        self.stats.record(&outcome, trace, now);
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.extend(self.stats.last);
        if outcome.verdict.is_err() {
            self.failure = Some(Arc::new(Record { outcome, ended: now, trace }));
        }
    }
}

impl ProbeStats {
    /// Makes the steps those of the definition, as far as there is room for their series.
    fn shape_steps(&mut self, shape: &Shape) {
        let mut before = std::mem::take(&mut self.steps);
        let room = SERIES_MAX / lines(&shape.step);
        for step in shape.steps.iter().take(room) {
            let kept = before
                .remove(step)
                .unwrap_or_else(|| StepStats { duration: shape.step.fresh(), reasons: BTreeMap::new() });
            let same = kept.duration.bounds() == shape.step.bounds();
            let duration = if same { kept.duration } else { shape.step.fresh() };
            self.steps.insert(step.clone(), StepStats { duration, ..kept });
        }
    }

    fn record(&mut self, outcome: &Outcome, trace: Option<TraceId>, now: Timestamp) {
        let reason = outcome.verdict.as_ref().err().map(|it| it.reason);
        self.runs += 1;
        if let Some(reason) = reason {
            self.failures += 1;
            *self.reasons.entry(reason).or_default() += 1;
        }
        let exemplar = trace.map(|trace| Exemplar { trace, took: outcome.took, at: now });
        observe(&mut self.duration, outcome.took, exemplar);
        if let Some(page) = self.page.as_mut().filter(|_| reason.is_none()) {
            observe(page, outcome.took, exemplar);
        }
        for (phase, took) in &outcome.phases {
            self.phases.entry(*phase).or_insert_with(|| self.duration.fresh()).observe(*took);
        }
        for step in &outcome.steps {
            let Some(stats) = self.steps.get_mut(&step.step) else {
                self.dropped += 1;
                continue;
            };
            stats.duration.observe(step.took);
            if let Err(failure) = &step.verdict {
                *stats.reasons.entry(failure.reason).or_default() += 1;
            }
        }
        self.last = Some(RunNote { reason, ended: now, took: outcome.took });
    }
}

fn observe(histogram: &mut Histogram, took: Duration, exemplar: Option<Exemplar>) {
    match exemplar {
        Some(exemplar) => histogram.observe_traced(exemplar),
        None => histogram.observe(took),
    }
}

/// Returns how many lines a step has: its buckets, sum and count, and a few reasons.
fn lines(histogram: &Histogram) -> usize {
    const REASONS: usize = 4;
    histogram.bounds().seconds().len() + 3 + REASONS
}
