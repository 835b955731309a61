//! The exporter against what others made: Prometheus 3, exporter-toolkit's own web configurations, a browser, and a
//! machine that is really used up.

use std::process::Command;

use anyhow::Context as _;

use crate::{go_module::GoModule, packages, peers, process::enclosed};

/// The toolkit whose configurations must work unchanged.
const TOOLKIT: GoModule = GoModule {
    path: "github.com/prometheus/exporter-toolkit",
    version: "v0.20.0",
    sum: "h1:hz3g2aPcq3mXlQSt1MGjj2rwVk1wtRalF+/FjYxFRkI=",
};

/// Runs the tests. Returns whether all of them passed.
pub fn run() -> anyhow::Result<bool> {
    packages::ensure(&[packages::CHROMIUM, packages::CHINESE])?;
    let prometheus = peers::PROMETHEUS.ensure()?;
    let toolkit = TOOLKIT.fetch()?;
    let mut operations = Command::new(env!("CARGO"));
    operations.args(["test", "--quiet", "-p", "sla-exporter", "--test", "operations", "--", "prometheus"]);
    operations.env("PROMETHEUS", prometheus);
    let mut web = Command::new(env!("CARGO"));
    web.args(["test", "--quiet", "-p", "sla-exporter", "--test", "toolkit"]).env("EXPORTER_TOOLKIT", toolkit);
    let mut phone = Command::new(env!("CARGO"));
    phone.args(["test", "--quiet", "-p", "sla-exporter", "--test", "phone"]);
    let mut host = Command::new(env!("CARGO"));
    host.args(["test", "--quiet", "-p", "xtask", "--test", "host"]);
    let mut passed = true;
    for (name, command) in [
        ("exporter: Prometheus 3", operations),
        ("exporter: exporter-toolkit's configurations", web),
        ("exporter: pages on a telephone", phone),
        ("host: used up", host),
    ] {
        println!("\n== {name}");
        let status = enclosed(&command).current_dir(packages::root()).status();
        passed &= status.with_context(|| format!("{name}: cannot be run"))?.success();
    }
    Ok(passed)
}
