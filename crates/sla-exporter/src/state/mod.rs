//! What was measured so far. Jobs write it, a scrape reads it; each part has a lock of its own that is held
//! only for the moment of a note.

mod probe;
mod query;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rust_decimal::Decimal;
use sla_model::{
    Model,
    bounds::Bounds,
    id::{MetricName, ProbeId},
    probe::ProbeKind,
};

pub use probe::{ProbeState, ProbeStats, Record, RunNote};
pub use query::QueryStats;

use crate::histogram::Histogram;

/// The bounds of the scheduler's lag in milliseconds: from a quiet machine to one that stands still.
const LAG_MILLIS: [i64; 10] = [1, 2, 5, 10, 25, 50, 100, 250, 1000, 5000];

/// Most series of one probe or query, as lines of the text format. A journey of 20 steps has 400; beyond this, one
/// definition would crowd out the others.
pub const SERIES_MAX: usize = 2000;

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
    pub probes: BTreeMap<ProbeId, Shared<ProbeState>>,
    /// Business numbers.
    pub queries: BTreeMap<MetricName, Shared<QueryStats>>,
    /// How late runs started.
    pub lag: Shared<Histogram>,
}

impl State {
    /// Starts everything at 0, so that the first failure is seen as an increase.
    pub fn new(model: &Model) -> Self {
        let lag = Bounds::new(LAG_MILLIS.map(|it| Decimal::new(it, 3)));
        let before = Self {
            probes: BTreeMap::new(),
            queries: BTreeMap::new(),
            lag: Arc::new(Mutex::new(Histogram::new(&lag))),
        };
        before.adapted(model)
    }

    /// Returns the state for another model. What keeps its name and kind keeps its numbers, histograms also need the
    /// same bounds; what the model does not know any more is left out, and so out of the next scrape.
    pub fn adapted(&self, model: &Model) -> Self {
        let mut shapes = Shapes::default();
        let mut probes = BTreeMap::new();
        for id in model.probes.keys().chain(model.journeys.keys()) {
            let shape = shapes.of(model, id);
            let kept = self.probes.get(id).filter(|it| lock(it).adapt(&shape));
            let stats = kept.map_or_else(|| Arc::new(Mutex::new(ProbeState::new(&shape))), Arc::clone);
            probes.insert(id.clone(), stats);
        }
        let mut queries = BTreeMap::new();
        for metric in model.metrics.values() {
            let kept = self.queries.get(&metric.name).filter(|it| lock(it).adapt(metric));
            let stats = kept.map_or_else(|| Arc::new(Mutex::new(QueryStats::new(metric))), Arc::clone);
            queries.insert(metric.name.clone(), stats);
        }
        Self { probes, queries, lag: Arc::clone(&self.lag) }
    }

    /// Returns the probes and journeys that have not run yet.
    pub fn not_yet_run(&self) -> Vec<&ProbeId> {
        let never = |it: &(&ProbeId, &Shared<ProbeState>)| lock(it.1).stats.last.is_none();
        self.probes.iter().filter(never).map(|it| it.0).collect()
    }
}

/// Empty histograms by their bounds, so that equal bounds are held once.
#[derive(Default)]
struct Shapes(Vec<Histogram>);

impl Shapes {
    fn of(&mut self, model: &Model, probe: &ProbeId) -> probe::Shape {
        let journey = model.journeys.get(probe);
        let kind = match model.probes.get(probe) {
            Some(probe) => match probe.kind {
                ProbeKind::Http(_) => "http",
            },
            None => "journey",
        };
        probe::Shape {
            kind,
            duration: self.histogram(&model.bounds(probe)),
            step: self.histogram(&model.step_bounds(probe)),
            page: model.page_bounds(probe).map(|it| self.histogram(&it)),
            steps: journey.into_iter().flat_map(|it| &it.steps).map(|it| it.id.clone()).collect(),
        }
    }

    fn histogram(&mut self, bounds: &Bounds) -> Histogram {
        if let Some(known) = self.0.iter().find(|it| it.bounds() == bounds) {
            return known.fresh();
        }
        let histogram = Histogram::new(bounds);
        self.0.push(histogram.fresh());
        histogram
    }
}
