//! The exporter against what others made: Prometheus 3, exporter-toolkit's own web configurations, and a machine that
//! is really used up.

use std::{path::PathBuf, process::Command};

use anyhow::Context as _;
use serde::Deserialize;

use crate::{packages, peers, process::enclosed};

/// The toolkit whose configurations must work unchanged.
const TOOLKIT: &str = "github.com/prometheus/exporter-toolkit@v0.20.0";

/// Runs the tests. Returns whether all of them passed.
pub fn run() -> anyhow::Result<bool> {
    let prometheus = peers::PROMETHEUS.ensure()?;
    let toolkit = toolkit()?;
    let mut operations = Command::new(env!("CARGO"));
    operations.args(["test", "--quiet", "-p", "sla-exporter", "--test", "operations", "--", "prometheus"]);
    operations.env("PROMETHEUS", prometheus);
    let mut web = Command::new(env!("CARGO"));
    web.args(["test", "--quiet", "-p", "sla-exporter", "--test", "toolkit"]).env("EXPORTER_TOOLKIT", toolkit);
    let mut host = Command::new(env!("CARGO"));
    host.args(["test", "--quiet", "-p", "xtask", "--test", "host"]);
    let mut passed = true;
    for (name, command) in [
        ("exporter: Prometheus 3", operations),
        ("exporter: exporter-toolkit's configurations", web),
        ("host: used up", host),
    ] {
        println!("\n== {name}");
        let status = enclosed(&command).current_dir(packages::root()).status();
        passed &= status.with_context(|| format!("{name}: cannot be run"))?.success();
    }
    Ok(passed)
}

/// Fetches the toolkit's sources as a Go module and returns where they stand.
fn toolkit() -> anyhow::Result<PathBuf> {
    #[derive(Deserialize)]
    struct Module {
        #[serde(rename = "Dir")]
        folder: PathBuf,
    }
    let output = Command::new("go").args(["mod", "download", "-json", TOOLKIT]).output();
    let output = output.context("go cannot be run")?;
    anyhow::ensure!(output.status.success(), "{TOOLKIT} cannot be fetched");
    let module: Module = serde_json::from_slice(&output.stdout).context("go said something else")?;
    Ok(module.folder)
}
