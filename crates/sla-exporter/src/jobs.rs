//! The jobs that run, and what a new model makes of them.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use sla_model::{
    Model, Pace,
    id::{MetricName, ProbeId},
    journey::Journey,
    probe::Probe,
    source::{Source, SourceMetric},
};
use sla_probe::{Host, Secrets};
use sla_source::Reader;
use tokio::{
    sync::{Mutex, watch},
    task::{JoinError, JoinSet},
};

use crate::{
    job::{ProbeJob, QueryJob},
    run::Clock,
    schedule::{Class, Schedule, Timing, drive},
    state::State,
    trace::Traces,
};

/// What a job does; a job whose definition stays the same is not touched by a reload.
#[derive(Clone, Debug, PartialEq)]
pub enum Definition {
    /// A probe.
    Probe(Probe),
    /// A journey.
    Journey(Journey),
    /// A query.
    Query(Source, SourceMetric),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Probe(ProbeId),
    Query(MetricName),
}

/// What every job stands on.
pub struct Ground {
    /// What probes may use of the machine.
    pub host: watch::Sender<Arc<Host>>,
    /// The wall clock.
    pub clock: Clock,
    /// How fast everything is scheduled.
    pub pace: Pace,
    /// What all jobs share.
    pub schedule: Schedule,
    /// Where traces come from.
    pub traces: Arc<Traces>,
}

/// The running jobs.
pub struct Jobs {
    ground: Ground,
    running: BTreeMap<Key, Running>,
    tasks: JoinSet<()>,
}

struct Running {
    definition: Arc<Definition>,
    stop: watch::Sender<bool>,
    turn: Arc<Mutex<()>>,
}

impl Jobs {
    /// Starts with none.
    pub fn new(ground: Ground) -> Self {
        Self { ground, running: BTreeMap::new(), tasks: JoinSet::new() }
    }

    /// Makes the jobs those of a model: unchanged ones go on, changed ones are started anew after their last run,
    /// the others end after it.
    pub fn become_those_of(&mut self, model: &Model, state: &State) {
        let mut before = std::mem::take(&mut self.running);
        for definition in definitions(model) {
            let key = definition.key();
            let old = before.remove(&key);
            let running = match old {
                Some(old) if *old.definition == definition => old,
                Some(old) => {
                    old.stop.send_replace(true);
                    self.start(definition, old.turn, state)
                }
                None => self.start(definition, Arc::default(), state),
            };
            self.running.insert(key, running);
        }
        for old in before.values() {
            old.stop.send_replace(true);
        }
    }

    /// Gives the next run of every job these secrets.
    pub fn keep_secrets(&self, secrets: Secrets) {
        self.ground.host.send_modify(|it| *it = Arc::new(it.with_secrets(secrets)));
    }

    fn start(&mut self, definition: Definition, turn: Arc<Mutex<()>>, state: &State) -> Running {
        let definition = Arc::new(definition);
        let (stop, stopped) = watch::channel(false);
        let ground = &self.ground;
        let schedule = ground.schedule.clone();
        let timing = definition.timing(ground.pace);
        match &*definition {
            Definition::Probe(Probe { id, .. }) | Definition::Journey(Journey { id, .. }) => {
                let noted = Arc::clone(&state.probes[id]);
                let host = ground.host.subscribe();
                let traces = Arc::clone(&ground.traces);
                let job =
                    ProbeJob::new(id.clone(), Arc::clone(&definition), host, noted, traces, ground.clock);
                self.tasks.spawn(drive(job, timing, schedule, Arc::clone(&turn), stopped));
            }
            Definition::Query(source, metric) => {
                let noted = Arc::clone(&state.queries[&metric.name]);
                let job =
                    QueryJob::new(metric.name.clone(), Reader::new(source, metric), noted, ground.clock);
                self.tasks.spawn(drive(job, timing, schedule, Arc::clone(&turn), stopped));
            }
        }
        Running { definition, stop, turn }
    }

    /// Waits until a job fails; that is always a fault of the exporter.
    pub async fn failed(&mut self) -> JoinError {
        loop {
            match self.tasks.join_next().await {
                Some(Ok(())) => {}
                Some(Err(error)) => return error,
                // A model without jobs is no failure.
                None => std::future::pending().await,
            }
        }
    }

    /// Tells every job to end, waits for runs in the making, and cuts what takes longer than `patience`.
    pub async fn finish(&mut self, patience: Duration) {
        for it in self.running.values() {
            it.stop.send_replace(true);
        }
        let ending = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, ending).await.is_err() {
            tracing::warn!(runs = self.tasks.len(), "runs were cut");
            self.tasks.shutdown().await;
        }
    }
}

impl Definition {
    fn key(&self) -> Key {
        match self {
            Self::Probe(Probe { id, .. }) | Self::Journey(Journey { id, .. }) => Key::Probe(id.clone()),
            Self::Query(_, metric) => Key::Query(metric.name.clone()),
        }
    }

    fn timing(&self, pace: Pace) -> Timing {
        match self {
            Self::Probe(it) => Timing::new(it.id.as_str(), it.every, it.timeout, pace, Class::Network),
            Self::Journey(it) => Timing::new(it.id.as_str(), it.every, it.timeout, pace, Class::Network),
            Self::Query(source, it) => {
                Timing::new(it.name.as_str(), it.every, source.timeout, pace, Class::Query)
            }
        }
    }
}

fn definitions(model: &Model) -> impl Iterator<Item = Definition> {
    let probes = model.probes.values().cloned().map(Definition::Probe);
    let journeys = model.journeys.values().cloned().map(Definition::Journey);
    let queries = model.metrics.values().filter_map(|it| {
        let source = model.sources.get(&it.from)?;
        Some(Definition::Query(source.clone(), it.clone()))
    });
    probes.chain(journeys).chain(queries)
}

/// Returns the schedule that begins now.
pub fn schedule(state: &State) -> Schedule {
    use crate::schedule::Places;
    Schedule { started: Instant::now(), places: Places::new(Class::places), lag: Arc::clone(&state.lag) }
}
