//! `cargo xtask full`: what is too slow for every run, or needs tools that are built from source.

mod engines;
mod examples;
mod fuzz;
mod import;
mod strict;

use std::process::{Command, ExitCode};

use anyhow::Context as _;

use crate::{
    bench, outside,
    packages::{self, find},
    process::enclosed,
};

/// The version of cargo-deny that the rules in `deny.toml` were written for.
const DENY_VERSION: &str = "0.20.2";

/// Runs what is too slow for every run: licences and bans of dependencies, the rules under Prometheus 3 and pint,
/// the exporter under Prometheus 3 and on a machine that is used up, the rules on other engines, every bench, the peers' own examples, fuzzing;
/// builds the tools for it from source, with Go
#[derive(clap::Args)]
pub struct Arguments {
    /// Only these
    areas: Vec<Area>,
}

/// A part that can be run on its own.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Area {
    /// Licences, bans and sources of dependencies
    Deny,
    /// The generated rules under Prometheus 3 and pint
    Strict,
    /// The exporter under Prometheus 3 and exporter-toolkit's configurations, its pages on a telephone, and on a machine
    /// that is used up
    Exporter,
    /// The rules on VictoriaMetrics, Thanos, Mimir and as the operator's objects
    Engines,
    /// Every measurement against a peer
    Bench,
    /// Imports the examples that Sloth, Pyrra and OpenSLO publish themselves
    Import,
    /// Runs each fuzz target for a minute
    Fuzz,
}

/// Every part, in the order in which they run.
const AREAS: [Area; 7] =
    [Area::Deny, Area::Strict, Area::Exporter, Area::Engines, Area::Bench, Area::Import, Area::Fuzz];

/// Runs the command.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for area in AREAS.into_iter().filter(|it| arguments.areas.is_empty() || arguments.areas.contains(it)) {
        let outcome = match area {
            Area::Deny => deny()?,
            Area::Strict if strict::run()? => ExitCode::SUCCESS,
            Area::Exporter if outside::run()? => ExitCode::SUCCESS,
            Area::Strict | Area::Exporter => ExitCode::FAILURE,
            Area::Engines => engines::run().await?,
            Area::Bench => benches().await?,
            Area::Import => import::run()?,
            Area::Fuzz => fuzz::run()?,
        };
        if outcome != ExitCode::SUCCESS {
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

async fn benches() -> anyhow::Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
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
