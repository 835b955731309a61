//! `sla_exporter`: measures what the specification promises and exports it on `/metrics`.
//!
//! Exit codes: 0 done, 1 the specification is invalid, 2 wrong usage or the world does not play along (a file
//! cannot be read, a port is taken).

mod cli;
mod config;
mod exit;
mod expo;
mod histogram;
mod job;
mod run;
mod schedule;
mod snapshot;
mod state;
mod voice;
mod web;

#[cfg(test)]
mod tests;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::Context;
use clap::Parser;
use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use cli::{Cli, LogFormat};
use exit::Stop;

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
    let model = config::load(cli)?;
    if cli.config_check {
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
    let mut listeners = Vec::new();
    for address in &cli.listen {
        listeners.push(web::server::bind(address).await?);
    }
    let shutdown = stop_signal().context("cannot watch for signals")?;
    // The one place that reads the wall clock: everything below gets it as an argument.
    Ok(run::run(model, cli.pace, listeners, Timestamp::now, shutdown).await?)
}

fn log_to_stderr(cli: &Cli) {
    // Libraries tell of trouble only: their info is noise to whoever runs an exporter.
    let filter = EnvFilter::new(format!("warn,sla_exporter={}", cli.log_level));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(false);
    match cli.log_format {
        LogFormat::Logfmt => logs.with_target(false).init(),
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
