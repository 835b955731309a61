//! `cargo xtask full`: what is too slow for every run, or needs tools that are built from source.

use std::process::{Command, ExitCode};

use anyhow::Context as _;

use crate::{
    bench, outside,
    packages::{self, find},
    process::enclosed,
    strict,
};

/// The version of cargo-deny that the rules in `deny.toml` were written for.
const DENY_VERSION: &str = "0.20.2";

/// Runs what is too slow for every run: licences and bans of dependencies, the rules under Prometheus 3 and pint,
/// the exporter under Prometheus 3 and on a machine that is used up, every bench; builds the tools for it from source, with Go
#[derive(clap::Args)]
pub struct Arguments {}

/// Runs the command.
pub async fn run(_arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut code = deny()?;
    if !strict::run()? || !outside::run()? {
        code = ExitCode::FAILURE;
    }
    for name in bench::Name::ALL {
        if bench::measure(name, bench::SEED).await? != ExitCode::SUCCESS {
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

/// Checks licences, bans and sources. Advisories need a database from outside and are left to whoever has one.
fn deny() -> anyhow::Result<ExitCode> {
    let tools = packages::root().join("target/tools");
    let program = tools.join("bin/cargo-deny");
    if !program.exists() && find("cargo-deny").is_none() {
        let mut install = Command::new(env!("CARGO"));
        install.args(["install", "--locked", "--version", DENY_VERSION, "cargo-deny", "--root"]).arg(&tools);
        anyhow::ensure!(enclosed(&install).status()?.success(), "cargo-deny {DENY_VERSION} cannot be built");
    }
    let mut check = Command::new(if program.exists() { program } else { "cargo-deny".into() });
    check.args(["check", "licenses", "bans", "sources"]).current_dir(packages::root());
    let passed = enclosed(&check).status().context("cargo-deny cannot be run")?.success();
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
