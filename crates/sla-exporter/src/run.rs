//! Running the exporter: jobs, pages, and the end.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use jiff::Timestamp;
use sla_model::{Model, Pace};
use sla_probe::Host;
use sla_source::Reader;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinSet,
};

use crate::{
    expo::own::Own,
    job::{ProbeJob, QueryJob, Work},
    schedule::{RUNS_MAX, Schedule, Timing, drive},
    state::State,
    web::{Site, server},
};

/// Reads the wall clock.
pub type Clock = fn() -> Timestamp;

/// How long runs may take after the exporter was told to stop: a journey in the middle cleans up behind itself.
const FINISH_MAX: Duration = Duration::from_secs(1);

/// Measures and serves until `shutdown` completes.
pub async fn run(
    model: Model,
    pace: Pace,
    listeners: Vec<TcpListener>,
    clock: Clock,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let host = Arc::new(Host::new().context("cannot prepare probes")?);
    let own = Own::new().context("cannot register the exporter's own metrics")?;
    let measured = Arc::new(State::new(&model));
    let model = Arc::new(model);
    let (stopping, stop) = watch::channel(false);

    let mut jobs = JoinSet::new();
    start_jobs(&mut jobs, &model, pace, &measured, &host, clock, &stop)?;
    let site = Site { model: Arc::clone(&model), state: measured, own, clock };
    let site = Arc::new(site);
    let mut servers = JoinSet::new();
    for listener in listeners {
        let address = listener.local_addr().context("the listener has no address")?;
        servers.spawn(server::serve(listener, Arc::clone(&site), stop.clone()));
        tracing::info!(%address, sla = %model.name, %pace, "serving /metrics");
    }

    let fault = tokio::select! {
        () = shutdown => None,
        Some(ended) = jobs.join_next() => Some(ended),
        Some(ended) = servers.join_next() => Some(ended),
    };
    tracing::info!("stopping");
    stopping.send_replace(true);
    let finishing = async { while jobs.join_next().await.is_some() {} };
    let (finished, ()) = tokio::join!(tokio::time::timeout(FINISH_MAX, finishing), async {
        while servers.join_next().await.is_some() {}
    });
    if finished.is_err() {
        tracing::warn!(runs = jobs.len(), "runs were cut");
        jobs.shutdown().await;
    }
    // Neither ends by itself; what does would otherwise stay unmeasured in silence.
    match fault {
        None => Ok(()),
        Some(Ok(())) => bail!("a task ended by itself; this is a fault of sla_exporter"),
        Some(Err(error)) => Err(error).context("a task failed; this is a fault of sla_exporter"),
    }
}

fn start_jobs(
    jobs: &mut JoinSet<()>,
    model: &Model,
    pace: Pace,
    measured: &State,
    host: &Arc<Host>,
    clock: Clock,
    stop: &watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let schedule = Schedule {
        started: Instant::now(),
        places: Arc::new(Semaphore::new(RUNS_MAX)),
        lag: Arc::clone(&measured.lag),
        stop: stop.clone(),
    };
    let probes = model.probes.values().map(|it| (&it.id, it.every, it.timeout, Work::from(&it.kind)));
    let journeys =
        model.journeys.values().map(|it| (&it.id, it.every, it.timeout, Work::Journey(it.clone())));
    for (id, every, timeout, work) in probes.chain(journeys) {
        let stats = Arc::clone(&measured.probes[id]);
        let job = ProbeJob::new(id.clone(), work, Arc::clone(host), stats, clock);
        jobs.spawn(drive(job, Timing::new(id.as_str(), every, timeout, pace), schedule.clone()));
    }
    for metric in model.metrics.values() {
        let source = model.sources.get(&metric.from);
        let source = source.with_context(|| format!("`{}` reads from no source", metric.name))?;
        let stats = Arc::clone(&measured.queries[&metric.name]);
        let job = QueryJob::new(metric.name.clone(), Reader::new(source, metric), stats, clock);
        let timing = Timing::new(metric.name.as_str(), metric.every, source.timeout, pace);
        jobs.spawn(drive(job, timing, schedule.clone()));
    }
    Ok(())
}
