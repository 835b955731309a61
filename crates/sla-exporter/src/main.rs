//! `sla_exporter`: measures what the specification promises and exports it on `/metrics`.
//!
//! Exit codes: 0 done, 1 the specification or the web configuration is invalid, 2 wrong usage or the world does not
//! play along (a file cannot be read, a port is taken).

use std::{
    io::{self, Write},
    pin::pin,
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context;
use clap::Parser;
use jiff::Timestamp;
use sla_exporter::{
    cli::{Cli, LogFormat},
    config::{Config, Loaded},
    exit::Stop,
    limits,
    log::Logfmt,
    patience::Busy,
    reload,
    run::{self, Setup},
    web,
    web_config::{Gate, WebConfigError},
};
use tokio::{
    runtime::{self, Runtime},
    signal::unix::{SignalKind, signal},
    sync::mpsc,
    task::spawn_blocking,
};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let ended = runtime().map_err(Stop::from).and_then(|runtime| {
        let ended = runtime.block_on(start(cli));
        // A thread that waits for a dead file system would keep us for ever.
        runtime.shutdown_background();
        ended
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            // A closed stderr is no further error.
            let _ = writeln!(io::stderr(), "{stop}");
            stop.code()
        }
    }
}

fn runtime() -> anyhow::Result<Runtime> {
    // Two workers: probes wait for the network, they do not compute.
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.context("cannot start threads")
}

async fn start(cli: Cli) -> Result<(), Stop> {
    // Before anything else, so that no signal meets a process that does not know it.
    let mut shutdown = pin!(stop_signal().context("cannot watch for signals")?);
    let signals = reload_signal().context("cannot watch for signals")?;
    let setup = tokio::select! {
        // Files may be read for ever.
        () = &mut shutdown => None,
        prepared = prepare(cli) => prepared?,
    };
    match setup {
        Some(setup) => Ok(run::run(setup, signals, shutdown).await?),
        None => Ok(()),
    }
}

/// Reads everything; returns nothing if that was all that was asked for.
async fn prepare(cli: Cli) -> Result<Option<Setup>, Stop> {
    let config = Config::from(&cli);
    let (reading, web) = (config.clone(), cli.web_config_file.clone());
    let read = spawn_blocking(move || {
        let loaded = reading.load(&Busy::default())?;
        Ok::<_, Stop>((loaded, Gate::open(web).map_err(|it| refused(&it))?))
    });
    let (loaded, gate) = read.await.context("reading failed; this is a fault of sla_exporter")??;
    if cli.config_check {
        return checked(&loaded).map(|()| None);
    }
    log_to_stderr(&cli);
    limits::raise_open_files();
    reload::tell(&loaded);
    let mut listeners = Vec::new();
    for address in &cli.listen {
        listeners.push(web::server::bind(address).await?);
    }
    // The one place that reads the wall clock: everything below gets it as an argument.
    let clock = Timestamp::now;
    let load = Arc::new(move |known: Option<&Loaded>, busy: &Busy| config.load_changed(known, busy));
    Ok(Some(Setup { loaded, load, pace: cli.pace, listeners, gate, clock }))
}

fn refused(error: &WebConfigError) -> Stop {
    if error.is_unreadable() {
        Stop::World(anyhow::anyhow!("{error}"))
    } else {
        Stop::Spec(format!("error: {error}"))
    }
}

/// Says what a check came to.
fn checked(loaded: &Loaded) -> Result<(), Stop> {
    for warning in &loaded.warnings {
        // A closed stderr is no error.
        let _ = writeln!(io::stderr(), "{warning}");
    }
    let missing: Vec<_> = loaded
        .secrets
        .missing()
        .map(|(name, why)| format!("error: the secret `{name}` cannot be read: {why}"))
        .collect();
    if !missing.is_empty() {
        return Err(Stop::Spec(missing.join("\n")));
    }
    let model = &loaded.model;
    let (probes, journeys, metrics) = (model.probes.len(), model.journeys.len(), model.metrics.len());
    // Nobody reads: a closed pipe is not an error of ours.
    let _ = writeln!(
        io::stdout(),
        "ok: `{}`; probes: {probes}, journeys: {journeys}, business metrics: {metrics}",
        model.name
    );
    Ok(())
}

fn log_to_stderr(cli: &Cli) {
    // Libraries tell of trouble only: their info is noise to whoever runs an exporter.
    let filter = EnvFilter::new(format!("warn,sla_exporter={}", cli.log_level));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(false);
    match cli.log_format {
        LogFormat::Logfmt => logs.event_format(Logfmt).init(),
        LogFormat::Json => logs.json().flatten_event(true).init(),
    }
}

fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Returns a channel that tells of each SIGHUP.
fn reload_signal() -> io::Result<mpsc::Receiver<()>> {
    let mut hangup = signal(SignalKind::hangup())?;
    let (sender, signals) = mpsc::channel(1);
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            // One that waits stands for all.
            let _ = sender.try_send(());
        }
    });
    Ok(signals)
}
