//! `slaforge backfill`

use std::{
    collections::BTreeMap,
    fs,
    io::{IsTerminal as _, Write as _, stderr, stdout},
    path::PathBuf,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use sla_model::{Model, Pace, duration::DAY, indicator::BASE_WINDOW, names::slo};

use super::{Objectives, Specification};
use crate::{
    backfill::{Blocks, Found, Question, Server, hourly, hours, presence, stretches, tiles},
    compile::{self, Plan, Unit},
    exit::Verdict,
    promql::build::{over_time, series},
};

/// How much time a question is about that is cheap; Prometheus gives 11,000 points at most.
const WEEK: Duration = Duration::from_hours(7 * 24);

/// How long Prometheus keeps the newest samples outside of blocks: one and a half blocks of two hours, and the time
/// that it takes to write one.
const HEAD: SignedDuration = SignedDuration::from_mins(190);

/// Makes history for objectives that a server never judged, as blocks for its data folder
///
/// Long windows are sums of what the rules recorded, so on the first day they know one day. This asks a Prometheus
/// for what the rules would have recorded, computed from its raw series, and has `promtool` make blocks of it. It
/// writes to `--out` only; what to do with the blocks is printed at the end. It ends where live rules began, so run it
/// after they are loaded. It begins with a full hour.
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
    let (mut count, mut empty) = (0, Vec::new());
    for (number, unit) in (1..).zip(&chosen) {
        let Unit::Objective(objective) = unit else { continue };
        let length = i64::try_from(objective.window.length().as_secs()).unwrap_or(i64::MAX);
        let start = arguments.start.map_or(end.saturating_sub(length), Timestamp::as_second);
        let progress = Progress::of(format!("{number} of {}: {}", chosen.len(), unit.name()));
        let history = History { server: &server, plan, unit: *unit, progress };
        let live = history.last_before_live(&model, start, end)?;
        let samples = blocks.samples;
        history.fill(start, live.unwrap_or(end), &mut blocks)?;
        count += 1;
        if blocks.samples == samples {
            empty.push(nothing(unit.name(), live)?);
        }
    }
    if blocks.samples > 0 {
        for objective in &empty {
            eprintln!("{objective}");
        }
    } else {
        anyhow::bail!("nothing to fill in for {count} objectives\n{}", empty.join("\n"));
    }
    let (samples, newest) = (blocks.samples, Timestamp::from_second(blocks.newest)?);
    let count = blocks.finish(&arguments.out)?;
    explain(arguments, samples, newest, count)?;
    Ok(Verdict::Good)
}

/// Says why an objective has nothing to be filled in.
fn nothing(objective: &str, live: Option<i64>) -> anyhow::Result<String> {
    Ok(match live {
        None => format!("{objective}: the server holds no raw series of it in that time"),
        Some(last) => format!(
            "{objective}: its rules have recorded since {}, and nothing of it is there before; if its selectors \
             changed, what they recorded must go first: docs/scale.md, `Changed selectors`",
            Timestamp::from_second(last)?
        ),
    })
}

/// The history of one objective on a server.
struct History<'a> {
    server: &'a Server,
    plan: Plan<'a>,
    unit: Unit<'a>,
    progress: Progress,
}

impl History<'_> {
    fn ask(&self, question: &Question<'_>, first: i64, last: i64) -> anyhow::Result<Vec<Found>> {
        self.server.range(question, first, last, &|at| self.progress.at(at))
    }

    /// Returns the end of the last tile before the first that live rules recorded: were a tile there twice, its events
    /// would count twice.
    fn last_before_live(&self, model: &Model, start: i64, end: i64) -> anyhow::Result<Option<i64>> {
        let recorded = series(slo::EVENTS_TILE, &[("sla", model.name.as_str()), ("slo", self.unit.name())]);
        let seen = over_time("count_over_time", &recorded, BASE_WINDOW);
        let step = seconds(BASE_WINDOW);
        // A tile is evaluated at its end or some time after it. The question a second before the next end sees both.
        let late = step - 1;
        let from = start.div_euclid(step) * step + late;
        let question = Question { expr: &seen, step: BASE_WINDOW, span: WEEK };
        let found = self.ask(&question, from, end.max(from))?;
        Ok(first(&found).map(|it| it - late - step))
    }

    /// Adds what the rules would have recorded until the end of a tile.
    fn fill(&self, start: i64, end: i64, blocks: &mut Blocks) -> anyhow::Result<()> {
        let step = seconds(BASE_WINDOW);
        let full = |it: i64| it.div_euclid(step) * step;
        let Some(seen) = presence(self.plan, self.unit) else { return Ok(()) };
        let question = Question { expr: &seen, step: BASE_WINDOW, span: WEEK };
        let seen = self.ask(&question, full(start), full(end))?;
        let seen = seen.iter().flat_map(|it| &it.values).map(|it| whole(it.0));
        let stretches = stretches(seen, start, full(end));
        let mut asked = BTreeMap::new();
        for tile in tiles(self.plan, self.unit) {
            let question = Question { expr: &tile.expr, step: BASE_WINDOW, span: DAY };
            let mut series: BTreeMap<BTreeMap<String, String>, Vec<(f64, String)>> = BTreeMap::new();
            for (from, to) in &stretches {
                // The first tile looks back over all of its five minutes.
                for found in self.ask(&question, from + step, *to)? {
                    series.entry(found.metric).or_default().extend(found.values);
                }
            }
            let found: Vec<Found> =
                series.into_iter().map(|(metric, values)| Found { metric, values }).collect();
            found.iter().try_for_each(|it| blocks.add(&tile, it))?;
            asked.insert(tile.name, found);
        }
        for series in hourly(self.plan, self.unit) {
            hours(&series.name, &asked, end).iter().try_for_each(|it| blocks.add(&series, it))?;
        }
        Ok(())
    }
}

/// Returns the first second at which something is there.
fn first(found: &[Found]) -> Option<i64> {
    found.iter().filter_map(|it| it.values.first()).map(|it| whole(it.0)).min()
}

#[expect(clippy::cast_possible_truncation, reason = "whole seconds of this millennium")]
fn whole(seconds: f64) -> i64 {
    seconds as i64
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

/// Says on standard error which objective is asked for, and on a terminal which day.
struct Progress {
    objective: String,
    is_terminal: bool,
}

impl Progress {
    fn of(objective: String) -> Self {
        let is_terminal = stderr().is_terminal();
        if !is_terminal {
            eprintln!("{objective}");
        }
        Self { objective, is_terminal }
    }

    fn at(&self, second: i64) {
        if let (true, Ok(at)) = (self.is_terminal, Timestamp::from_second(second)) {
            eprint!("\r\x1b[K{}, {}", self.objective, at.strftime("%Y-%m-%d"));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_terminal {
            eprintln!("\r\x1b[K{}", self.objective);
        }
    }
}

fn explain(arguments: &Arguments, samples: u64, newest: Timestamp, count: usize) -> anyhow::Result<()> {
    let safe = (newest + HEAD).strftime("%Y-%m-%dT%H:%M:%SZ");
    let out = fs::canonicalize(&arguments.out).unwrap_or_else(|_| arguments.out.clone());
    writeln!(
        stdout(),
        "{samples} samples in {count} blocks below {}\n\n\
         1. See that the server keeps data long enough: `--storage.tsdb.retention.time`.\n\
         2. Not before {safe} copy the blocks (folders with long names) into its data folder, as its own user:\n     \
            cp -r {}/* /var/lib/prometheus/ && chown -R prometheus: /var/lib/prometheus\n    \
            Until then Prometheus has not written that time to blocks of its own, and if it were restarted it would\n    \
            drop everything that it scraped before the newest of these samples.\n\
         3. It reads them within a minute, or after a restart. Before 2.39 it also needs\n     \
            --storage.tsdb.allow-overlapping-blocks\n\
         4. Of two servers, each needs its own copy.",
        out.display(),
        out.display()
    )?;
    Ok(())
}
