//! `cargo xtask bench NAME`: measurements against a peer in the same run, kept as `docs/evidence/NAME.json`.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "figures are floating numbers; what is counted stays far below 2^53"
)]

mod exporter;
mod generate;
pub mod ours;
pub mod report;
pub mod rules;
mod shop;

use std::{fs, process::ExitCode};

use anyhow::Context as _;
use serde::Serialize;

use crate::packages;

/// Measures one part of the project against a peer, in release, and writes `docs/evidence/NAME.json`
#[derive(clap::Args)]
pub struct Arguments {
    /// What is measured
    name: Name,

    /// Chooses the random parts of traces
    #[arg(long, value_name = "N", default_value_t = SEED)]
    seed: u64,
}

/// The seed of the figures that are kept.
pub const SEED: u64 = 20_260_101;

/// What can be measured.
#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Name {
    /// Pages of 100,000 series and 20,000 probes, next to the `prometheus` crate's encoder
    Exporter,
    /// Time and memory of generating 10,000 objectives, next to Sloth
    Generate,
    /// Exactness, cost and speed of our rules, next to those of Sloth and Pyrra
    Rules,
    /// Requests per second of the shop's API mix, next to nginx with a file
    Shop,
}

impl Name {
    /// Every measurement.
    pub const ALL: [Self; 4] = [Self::Exporter, Self::Generate, Self::Rules, Self::Shop];
}

/// A measurement that anyone can repeat.
#[derive(Serialize)]
pub struct Evidence {
    /// What was measured.
    pub claim: &'static str,
    /// The command that repeats it.
    pub command: &'static str,
    /// Where: cores and processor.
    pub machine: String,
    /// Versions of everything that took part.
    pub versions: Vec<String>,
    /// The commands that were run inside.
    pub inside: Vec<String>,
    /// Our figure.
    pub ours: Figure,
    /// The peer's figure, from the same run.
    pub peer: Figure,
    /// Whether the claim holds.
    pub holds: bool,
}

/// One figure.
#[derive(Serialize)]
pub struct Figure {
    /// Whose.
    pub of: String,
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: &'static str,
}

/// Runs the command.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    measure(arguments.name, arguments.seed).await
}

/// Measures, writes the evidence and says whether the claim holds.
pub async fn measure(name: Name, seed: u64) -> anyhow::Result<ExitCode> {
    let holds = match name {
        Name::Exporter => {
            let report = exporter::measure().await?;
            println!("{}", keep("exporter", &report)?);
            report.holds
        }
        Name::Generate => {
            let report = generate::measure()?;
            keep("generate", &report)?;
            report.holds
        }
        Name::Rules => {
            let report = rules::measure(seed).await?;
            keep("rules", &report)?;
            report.holds
        }
        Name::Shop => {
            let evidence = shop::measure().await?;
            println!("{}", keep("shop", &evidence)?);
            evidence.holds
        }
    };
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Writes what was found to `docs/evidence/NAME.json` and returns its text.
pub fn keep(name: &str, evidence: &impl Serialize) -> anyhow::Result<String> {
    let path = packages::root().join(format!("docs/evidence/{name}.json"));
    let text = serde_json::to_string_pretty(evidence).context("the evidence cannot be written")?;
    fs::create_dir_all(path.parent().unwrap_or(packages::root()))?;
    fs::write(&path, format!("{text}\n")).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(text)
}

/// Says what a measurement ran on.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|it| it.strip_prefix("model name")).unwrap_or("");
    format!("{cores} cores, {}", model.trim_start_matches([' ', '\t', ':']))
}
