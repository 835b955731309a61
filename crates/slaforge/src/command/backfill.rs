//! `slaforge backfill`

use std::{
    collections::BTreeMap,
    fs,
    io::{Write as _, stdout},
    path::PathBuf,
    time::Duration,
};

use jiff::Timestamp;
use sla_model::{Model, Pace, indicator::BASE_WINDOW, names::slo};

use super::{Objectives, Specification};
use crate::{
    backfill::{Blocks, Recorded, Server, recorded},
    compile::{self, Unit},
    exit::Verdict,
    promql::build::{over_time, series},
};

/// Makes history for objectives that a server never judged, as blocks for its data folder
///
/// Long windows are sums of what the rules recorded, so on the first day they know one day. This asks a Prometheus
/// for what the rules would have recorded, computed from its raw series, and has `promtool` make blocks of it. It
/// writes to `--out` only; what to do with the blocks is printed at the end. It ends where live rules began, so it
/// may run before or after they are loaded.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    specification: Specification,

    /// The base URL of the Prometheus that holds the raw series
    #[arg(long, value_name = "URL")]
    url: String,

    /// Sent along with every question, for example `Authorization: Bearer …`; may be given several times
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,

    /// Since when, for example 2026-11-01T00:00:00Z; if it is left out: the window of each objective
    #[arg(long, value_name = "TIME")]
    start: Option<Timestamp>,

    /// Until when at most; if it is left out: now
    #[arg(long, value_name = "TIME")]
    end: Option<Timestamp>,

    #[command(flatten)]
    objectives: Objectives,

    /// The folder of the blocks; there must be none yet
    #[arg(long, value_name = "DIR", default_value = "backfill")]
    out: PathBuf,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let specification = &arguments.specification;
    anyhow::ensure!(specification.pace == Pace::REAL, "history is of real time; leave `--pace` out");
    anyhow::ensure!(
        !arguments.out.exists(),
        "{} exists; remove it or choose another folder with `--out`",
        arguments.out.display()
    );
    let model = specification.open()?;
    let plan = compile::plan(&model);
    let chosen = arguments.objectives.of(plan)?;
    let server = Server { url: arguments.url.clone(), headers: arguments.headers.clone() };
    let end = arguments.end.unwrap_or_else(Timestamp::now).as_second();
    let mut blocks = Blocks::beside(&arguments.out)?;
    for (number, unit) in (1..).zip(&chosen) {
        let Unit::Objective(objective) = unit else { continue };
        let length = i64::try_from(objective.window.length().as_secs()).unwrap_or(i64::MAX);
        let start = arguments.start.map_or(end.saturating_sub(length), Timestamp::as_second);
        let end = first_live(&server, &model, unit.name(), start, end)?.unwrap_or(end);
        eprintln!("{number} of {}: {}", chosen.len(), unit.name());
        for series in recorded(plan, *unit) {
            fill(&server, &series, start, end, &mut blocks)?;
        }
    }
    let samples = blocks.samples;
    anyhow::ensure!(
        samples > 0,
        "{} has nothing to fill in: no raw series in that time, or the rules recorded all of it themselves",
        arguments.url
    );
    let count = blocks.finish(&arguments.out)?;
    explain(arguments, samples, count)?;
    Ok(Verdict::Good)
}

/// Returns the last tile's end before the rules of an objective began to record by themselves: were a tile there
/// twice, its events would count twice.
fn first_live(
    server: &Server,
    model: &Model,
    objective: &str,
    start: i64,
    end: i64,
) -> anyhow::Result<Option<i64>> {
    let tiles = series(slo::EVENTS_TILE, &[("sla", model.name.as_str()), ("slo", objective)]);
    let seen = over_time("count_over_time", &tiles, BASE_WINDOW);
    let step = seconds(BASE_WINDOW);
    let from = start.div_euclid(step) * step;
    // A tile that stands for this end is seen by the question after it.
    let found = server.range(&seen, from, end + step, BASE_WINDOW)?;
    let first = found.iter().filter_map(|it| it.values.first()).map(|it| it.0).min_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds of this millennium")]
    Ok(first.map(|it| it as i64 - step))
}

fn fill(server: &Server, series: &Recorded, start: i64, end: i64, blocks: &mut Blocks) -> anyhow::Result<()> {
    let step = seconds(series.step);
    // The first tile looks back over a whole step of raw series.
    let first = (start.div_euclid(step) + 1) * step;
    let last = end.div_euclid(step) * step;
    let mut whole: BTreeMap<BTreeMap<String, String>, Vec<(f64, String)>> = BTreeMap::new();
    for found in server.range(&series.expr, first, last, series.step)? {
        whole.entry(found.metric).or_default().extend(found.values);
    }
    for (metric, values) in whole {
        blocks.add(series, &crate::backfill::Found { metric, values })?;
    }
    Ok(())
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

fn explain(arguments: &Arguments, samples: u64, count: usize) -> anyhow::Result<()> {
    let out = fs::canonicalize(&arguments.out).unwrap_or_else(|_| arguments.out.clone());
    writeln!(
        stdout(),
        "{samples} samples in {count} blocks below {}\n\n\
         1. See that the server keeps data long enough: `--storage.tsdb.retention.time`.\n\
         2. Copy the blocks (folders with long names) into its data folder, as its own user:\n     \
            cp -r {}/* /var/lib/prometheus/ && chown -R prometheus: /var/lib/prometheus\n\
         3. It reads them within a minute, or after a restart. Before 2.39 it also needs\n     \
            --storage.tsdb.allow-overlapping-blocks\n\
         4. Of two servers, each needs its own copy.",
        out.display(),
        out.display()
    )?;
    Ok(())
}
