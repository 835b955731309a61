//! The exporter under 20,000 probes, in a flood of wrong passwords, and how fast it writes a page of 100,000 series,
//! next to the `prometheus` crate's own encoder.

mod passwords;
mod probes;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;

use super::machine;
use crate::{
    packages,
    process::{Service, enclosed, free_ports},
};
use passwords::Passwords;
use probes::Probes;

const PAGE_MAX_MILLISECONDS: f64 = 100.0;

/// What was measured.
#[derive(Serialize)]
pub struct Report {
    claim: &'static str,
    command: &'static str,
    machine: String,
    /// The load of the machine when the probes had run: what others did is in the figures.
    load: String,
    /// The page of 100,000 series: the fastest of 15 rounds, snapshot included.
    page: Value,
    probes: Probes,
    passwords: Passwords,
    /// Whether every claim holds.
    pub holds: bool,
}

/// Measures everything.
pub async fn measure() -> anyhow::Result<Report> {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--release", "-p", "sla-exporter"]).current_dir(packages::root());
    anyhow::ensure!(enclosed(&build).status()?.success(), "the build failed");
    let page = page()?;
    let passwords = passwords::measure().await?;
    let probes = probes::measure().await?;
    let fast = page["formats"].as_object().is_some_and(|formats| {
        formats.values().all(|it| it["milliseconds"].as_f64().is_some_and(|it| it < PAGE_MAX_MILLISECONDS))
    });
    let holds = fast && probes.hold() && passwords.hold();
    Ok(Report {
        claim: "100,000 series are written in less than 100 ms; 20,000 probes at 60 s on 2 cores for 10 minutes: \
                no skipped run, lag p99 below 250 ms after the first minute, less than 300 MiB; 10,000 wrong \
                passwords a minute cost less than 20 % of a core, a remembered user gets in at once, a new one within \
                5 s",
        command: "cargo xtask bench exporter",
        machine: machine(),
        load: fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned(),
        page,
        probes,
        passwords,
        holds,
    })
}

fn page() -> anyhow::Result<Value> {
    let mut bench = Command::new(env!("CARGO"));
    bench.args(["bench", "--quiet", "-p", "sla-exporter", "--bench", "exposition"]);
    let output = enclosed(bench.current_dir(packages::root())).output().context("the bench cannot be run")?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("the bench said something else")
}

/// Starts the release on a free port with the specification in `folder`; returns it with its base URL.
fn start(folder: &Path, arguments: &[&str]) -> anyhow::Result<(Service, String)> {
    let [port] = free_ports()?;
    let program: PathBuf = packages::root().join("target/release/sla_exporter");
    let address = format!("127.0.0.1:{port}");
    let mut command = Command::new(program);
    command.arg("--config.file").arg(folder.join("sla.yaml"));
    command.args(["--web.listen-address", &address]).args(arguments);
    Ok((Service::start("exporter", folder, &mut command)?, address))
}
