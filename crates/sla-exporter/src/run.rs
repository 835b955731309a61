//! Running the exporter: jobs, pages, reloads, and the end.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use anyhow::{Context, bail};
use jiff::Timestamp;
use sla_model::Pace;
use sla_probe as probe;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc, watch},
    task::{JoinError, JoinSet},
};

use crate::{
    config::Loaded,
    expo::own::Own,
    host::Host,
    jobs::{Ground, Jobs, schedule},
    reader::{Done, Reader},
    reload::{self, Load, Note, Request, Why, World},
    state::{Shared, State},
    web::{Site, metrics::PAGES_MAX, server},
    web_config::Gate,
};

/// Reads the wall clock.
pub type Clock = fn() -> Timestamp;

/// How long runs may take after the exporter was told to stop. A journey whose step in the making ends by then, as almost
/// all do, goes on to its end and cleans up behind itself; what takes longer is cut as it is. systemd and Kubernetes kill
/// after 90 s and 30 s.
const FINISH_MAX: Duration = Duration::from_secs(5);

/// Wishes for a reload that wait; whoever comes later waits for room.
const RELOADS_MAX: usize = 8;

/// What is needed to begin.
pub struct Setup {
    /// The specification.
    pub loaded: Loaded,
    /// Reads it anew.
    pub load: Load,
    /// How fast everything is scheduled.
    pub pace: Pace,
    /// Where pages are served.
    pub listeners: Vec<TcpListener>,
    /// Whom to let in.
    pub gate: Gate,
    /// The wall clock.
    pub clock: Clock,
}

/// What changes with a reload.
struct Running {
    jobs: Jobs,
    world: watch::Sender<World>,
    note: Shared<Note>,
    loaded: Arc<Loaded>,
    /// Which files are watched.
    files: watch::Sender<Vec<PathBuf>>,
    clock: Clock,
    /// Not there while it reads.
    reader: Option<Reader>,
    reading: JoinSet<(Reader, Done)>,
}

/// Measures and serves until `shutdown` completes. Each item of `signals` asks for a reload.
pub async fn run(
    setup: Setup,
    mut signals: mpsc::Receiver<()>,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let (reloads, mut requests) = mpsc::channel::<Request>(RELOADS_MAX);
    let (stopping, stop) = watch::channel(false);
    let files = watch::Sender::new(setup.loaded.files.clone());
    let watching = tokio::spawn(crate::watch::watch(files.subscribe(), reloads.clone()));
    let (mut running, mut servers) = begin(setup, files, reloads, &stop)?;
    let mut shutdown = std::pin::pin!(shutdown);
    let fault: Option<Result<(), JoinError>> = loop {
        tokio::select! {
            () = &mut shutdown => break None,
            failed = running.jobs.failed() => break Some(Err(failed)),
            Some(ended) = servers.join_next() => break Some(ended),
            Some(done) = running.reading.join_next() => match done {
                Ok((reader, done)) => running.reload(reader, done),
                Err(failed) => break Some(Err(failed)),
            },
            Some(request) = requests.recv(), if running.reader.is_some() => running.begin(request),
            Some(()) = signals.recv(), if running.reader.is_some() => {
                running.begin(Request { why: Why::Asked, answer: None });
            }
        }
    };
    tracing::info!("stopping");
    watching.abort();
    // Whoever waits for a reload is told that there will be none.
    drop(requests);
    running.reading.shutdown().await;
    stopping.send_replace(true);
    tokio::join!(running.jobs.finish(FINISH_MAX), async { while servers.join_next().await.is_some() {} });
    // Neither ends by itself; what does would otherwise stay unmeasured in silence.
    match fault {
        None => Ok(()),
        Some(Ok(())) => bail!("a task ended by itself; this is a fault of sla_exporter"),
        Some(Err(error)) => Err(error).context("a task failed; this is a fault of sla_exporter"),
    }
}

fn begin(
    setup: Setup,
    files: watch::Sender<Vec<PathBuf>>,
    reloads: mpsc::Sender<Request>,
    stop: &watch::Receiver<bool>,
) -> anyhow::Result<(Running, JoinSet<()>)> {
    let clock = setup.clock;
    let host = probe::Host::new().context("cannot prepare probes")?;
    let host = watch::Sender::new(Arc::new(host.with_secrets(setup.loaded.secrets.clone())));
    let loaded = Arc::new(setup.loaded);
    let model = Arc::clone(&loaded.model);
    let state = Arc::new(State::new(&model));
    let schedule = schedule(&state);
    let note = Note::new(loaded.checksum.clone(), clock());
    let gate = Arc::new(setup.gate);
    let own = Own::new(Arc::clone(&note), schedule.places.clone(), gate.good());
    let own = own.context("cannot register the exporter's own metrics")?;
    let mut jobs = Jobs::new(Ground { host, clock, pace: setup.pace, schedule, traces: Arc::default() });
    jobs.become_those_of(&model, &state);
    let (name, pace) = (model.name.clone(), setup.pace);
    let (world, seen) = watch::channel(World { model, state });
    let site = Arc::new(Site {
        world: seen,
        note: Arc::clone(&note),
        reloads,
        own,
        host: Host::watch(setup.pace, clock),
        clock,
        crowd: Arc::default(),
        pages: Arc::new(Semaphore::new(PAGES_MAX)),
        gate: Arc::clone(&gate),
        ready: AtomicBool::new(false),
    });
    let mut servers = JoinSet::new();
    for listener in setup.listeners {
        let address = listener.local_addr().context("the listener has no address")?;
        servers.spawn(server::serve(listener, Arc::clone(&site), stop.clone()));
        tracing::info!(%address, sla = %name, %pace, "serving /metrics");
    }
    let (reader, reading) = (Some(Reader::new(setup.load, gate)), JoinSet::new());
    Ok((Running { jobs, world, note, loaded, files, clock, reader, reading }, servers))
}

impl Running {
    fn begin(&mut self, request: Request) {
        if let Some(reader) = self.reader.take() {
            self.reading.spawn(reader.read(request, Arc::clone(&self.loaded)));
        }
    }

    fn reload(&mut self, reader: Reader, done: Done) {
        self.reader = Some(reader);
        let Done { request, specification, web } = done;
        let mut files = Vec::new();
        let outcome = match reload::judge(specification, request.why, &self.note, (self.clock)()) {
            Ok(loaded) => {
                if let Some(loaded) = loaded {
                    self.change_over(loaded);
                }
                Ok(())
            }
            Err(problem) => {
                files = problem.files;
                Err(problem.text)
            }
        };
        files.extend(self.loaded.files.iter().cloned());
        self.files.send_if_modified(|watched| {
            let changed = *watched != files;
            *watched = files;
            changed
        });
        if let Some(answer) = request.answer {
            // Whoever asked may be gone.
            let _ = answer.send(both(outcome, web));
        }
    }

    fn change_over(&mut self, loaded: Loaded) {
        let model = Arc::clone(&loaded.model);
        let state = Arc::new(self.world.borrow().state.adapted(&model));
        self.jobs.keep_secrets(loaded.secrets.clone());
        self.jobs.become_those_of(&model, &state);
        let (probes, journeys, metrics) = (model.probes.len(), model.journeys.len(), model.metrics.len());
        tracing::info!(checksum = loaded.checksum, probes, journeys, metrics, "took the specification");
        self.world.send_replace(World { model, state });
        self.loaded = Arc::new(loaded);
    }
}

/// Returns what is wrong with either.
fn both(specification: Result<(), String>, web: Result<(), String>) -> Result<(), String> {
    match (specification, web) {
        (Err(specification), Err(web)) => Err(format!("{}\nerror: {web}", specification.trim_end())),
        (Ok(()), Err(web)) => Err(format!("error: {web}")),
        (specification, Ok(())) => specification,
    }
}
