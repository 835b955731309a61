//! `sla-shop`: a small but real pharmacy shop, to be probed, loaded and broken.
//!
//! `serve` runs it; `break`, `heal` and `faults` talk to the admin port of a running one. Exit codes:
//! 0 done, 1 failed, 2 wrong usage.

mod accept;
mod access_log;
mod admin;
mod answer;
mod api;
mod catalogue;
mod clock;
mod control;
mod customers;
mod database;
mod day;
mod fault;
mod journal;
mod lifecycle;
mod metrics;
mod order;
mod pages;
mod payment;
mod refusal;
mod route;
mod schedule;
mod secret;
mod server;
mod session;
mod share;
mod shop;
mod store;
mod tally;
#[cfg(test)]
mod tests;
mod tls;

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context;
use clap::{Args, Parser, Subcommand, ValueEnum};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::EnvFilter;

use access_log::Format;

/// A small but real pharmacy shop, to be probed, loaded and broken.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the shop.
    Serve(Serve),
    /// Switch a fault on in a running shop; `sla-shop faults` lists them.
    Break {
        /// The fault, with a value if the default does not do.
        #[arg(value_name = "NAME[=VALUE]")]
        fault: String,
        #[command(flatten)]
        admin: Admin,
    },
    /// Switch a fault off, or all of them.
    Heal {
        /// The fault; all if not given.
        name: Option<String>,
        #[command(flatten)]
        admin: Admin,
    },
    /// List the faults: what each changes and what it leaves alone, and whether it is on in a running shop.
    Faults {
        /// The admin port of the running shop; without it, the reference is printed.
        #[arg(long, value_name = "HOST:PORT")]
        admin: Option<String>,
    },
}

#[derive(Args)]
struct Serve {
    /// Where customers shop; `/metrics` and `/-/healthy` are here too.
    #[arg(long, value_name = "HOST:PORT")]
    listen: String,
    /// Where `break`, `heal` and `faults` talk to the shop.
    #[arg(long, value_name = "HOST:PORT")]
    admin: String,
    /// Where the shop keeps its tables: a SQLite file, created if missing, or a database of a server,
    /// `postgres://USER@HOST/NAME` or `mysql://USER@HOST/NAME`.
    #[arg(long, value_name = "FILE|URL")]
    database: String,
    /// How many built-in customers shop; 0 for none.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(..=10_000))]
    customers: u32,
    /// How many times faster than life customers come and parcels travel: each customer visits `PACE`
    /// times a minute.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=6_000))]
    pace: u32,
    /// Let customers come by a day curve in Asia/Shanghai: ten times as many at 16:00 as at 4:00, as many
    /// a day as without it; a day lasts 24 h divided by the pace.
    #[arg(long)]
    day_curve: bool,
    /// Where customers shop with TLS.
    #[arg(long, value_name = "HOST:PORT", requires = "tls_dir")]
    tls_listen: Option<String>,
    /// Folder of the certificates, made if missing; whoever trusts its `ca.pem` trusts the shop.
    #[arg(long, value_name = "DIR", requires = "tls_listen")]
    tls_dir: Option<PathBuf>,
    /// File to which a line is added for each request.
    #[arg(long, value_name = "FILE")]
    access_log: Option<PathBuf>,
    /// How lines of the access log look.
    #[arg(long, default_value = "combined", requires = "access_log")]
    access_log_format: Format,
    /// How much to log, on stderr.
    #[arg(long = "log.level", value_name = "LEVEL", default_value = "info")]
    log_level: Level,
}

#[derive(Args)]
struct Admin {
    /// The admin port of the running shop.
    #[arg(long, value_name = "HOST:PORT")]
    admin: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(serve) => open_shop(serve).await.map(|()| None),
        Command::Break { fault, admin } => control::switch_on(&admin.admin, &fault).await.map(Some),
        Command::Heal { name, admin } => control::switch_off(&admin.admin, name.as_deref()).await.map(Some),
        Command::Faults { admin: Some(admin) } => control::list(&admin).await.map(Some),
        Command::Faults { admin: None } => Ok(Some(fault::reference())),
    };
    match done {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(text)) => {
            // Nobody reads: a closed pipe is not an error of ours.
            let _ = writeln!(std::io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn open_shop(serve: Serve) -> anyhow::Result<()> {
    let level = format!("{:?}", serve.log_level).to_lowercase();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(format!("warn,sla_shop={level}")))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let listener = bind("--listen", &serve.listen).await?;
    let admin_listener = bind("--admin", &serve.admin).await?;
    let tls = match (serve.tls_listen, serve.tls_dir) {
        (Some(address), Some(folder)) => Some((bind("--tls-listen", &address).await?, folder)),
        _ => None,
    };
    let config = server::Config {
        database: serve.database.as_str().into(),
        customers: serve.customers,
        pace: serve.pace,
        day_curve: serve.day_curve,
        tls,
        access_log: serve.access_log.map(|file| (file, serve.access_log_format)),
    };
    let mut terminate = signal(SignalKind::terminate()).context("cannot watch for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch for SIGINT")?;
    let shutdown = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    server::run(config, listener, admin_listener, shutdown).await
}

async fn bind(option: &str, address: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on `{address}` ({option})"))
}
