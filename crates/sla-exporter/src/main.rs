//! `sla_exporter`: measures what the specification promises and exports it on `/metrics`.
//!
//! Exit codes: 0 done, 1 the specification or the web configuration is invalid, 2 wrong usage or the world does not
//! play along (a file cannot be read, a port is taken).

use std::{
    io::{self, IsTerminal, Write},
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
    log::Logfmt,
    reload,
    run::{self, Setup},
    web,
    web_config::Gate,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc,
};
use tracing_subscriber::EnvFilter;

// Two workers: probes wait for the network, they do not compute.
#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    match start(&Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            // A closed stderr is no further error.
            let _ = writeln!(io::stderr(), "{stop}");
            stop.code()
        }
    }
}

async fn start(cli: &Cli) -> Result<(), Stop> {
    let config = Config::from(cli);
    let loaded = config.load(io::stderr().is_terminal())?;
    if let Some(warnings) = &loaded.warnings {
        // A closed stderr is no error.
        let _ = writeln!(io::stderr(), "{warnings}");
    }
    let gate = Gate::open(cli.web_config_file.clone()).map_err(|it| Stop::Spec(format!("error: {it}")))?;
    if cli.config_check {
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
        return Ok(());
    }
    log_to_stderr(cli);
    reload::tell_missing(&loaded);
    let mut listeners = Vec::new();
    for address in &cli.listen {
        listeners.push(web::server::bind(address).await?);
    }
    let shutdown = stop_signal().context("cannot watch for signals")?;
    let signals = reload_signal().context("cannot watch for signals")?;
    // The one place that reads the wall clock: everything below gets it as an argument.
    let clock = Timestamp::now;
    let load = Arc::new(move |known: Option<&Loaded>| config.load_changed(known));
    let setup = Setup { loaded, load, pace: cli.pace, listeners, gate, clock };
    Ok(run::run(setup, signals, shutdown).await?)
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
