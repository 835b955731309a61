//! The same objective in three languages, and the rules that each generator makes of it.

use std::{fs, path::Path, process::Command};

use anyhow::Context as _;

use super::trace::{END_MS, START_MS, Trace};
use crate::{
    backfill::{evaluate::Task, server::Ticks},
    bench::ours,
    peers,
    process::tied,
    rule_file::{RuleFile, Timed},
    stage,
};

/// How far back the rules are evaluated that no other rule reads by a range.
const RECENT_MS: i64 = 10 * 60_000;

/// The first evaluation: there is something to see.
const FIRST_MS: i64 = START_MS + 10 * 60_000;

/// The 30-day error ratio over what was scraped.
pub const RAW: &str =
    "sum(increase(http_requests_total{code=~\"5..\"}[30d])) / sum(increase(http_requests_total[30d]))";

const SLOTH: &str = r#"version: prometheus/v1
service: bench
slos:
  - name: requests
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(http_requests_total{code=~"5.."}[{{.window}}]))
        total_query: sum(rate(http_requests_total[{{.window}}]))
    alerting:
      name: SloBurn
"#;

const PYRRA: &str = r#"apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: requests, namespace: bench}
spec:
  target: "99.9"
  window: 30d
  indicator:
    ratio:
      errors: {metric: 'http_requests_total{code=~"5.."}'}
      total: {metric: http_requests_total}
"#;

/// A generator and its rules.
pub struct Side {
    /// Its name and version.
    pub name: &'static str,
    /// The rules, in their order.
    pub rules: Vec<Timed>,
    /// Asks for the 30-day error ratio that its rules give.
    pub ratio: &'static str,
    history: History,
}

/// Which rules need to have been evaluated all along.
enum History {
    All,
    /// Only the one of this name: others read it by a range.
    Of(&'static str),
    None,
}

/// Ours.
pub const OURS: &str = "slaforge";
/// Ours, of the calendar month that the trace is as long as.
pub const MONTH: &str = "slaforge, month";
/// How many of the sides promise the same, in the order of [`generate`].
pub const COMPARED: usize = 3;

/// Lets every generator write its rules below a folder; the last side is of another period.
pub fn generate(folder: &Path) -> anyhow::Result<[Side; 4]> {
    Ok([
        Side {
            name: OURS,
            rules: ours(&folder.join("slaforge"), "requests", "30d")?,
            ratio: "slo:period_error_ratio{slo=\"requests\"}",
            history: History::All,
        },
        Side {
            name: "sloth",
            rules: sloth(&folder.join("sloth"))?,
            ratio: "slo:sli_error:ratio_rate30d{sloth_slo=\"requests\"}",
            history: History::Of("slo:sli_error:ratio_rate5m"),
        },
        Side {
            name: "pyrra",
            rules: pyrra(&folder.join("pyrra"))?,
            ratio: "sum(http_requests:increase30d{code=~\"5..\",slo=\"requests\"}) / sum(http_requests:increase30d{slo=\"requests\"})",
            history: History::None,
        },
        Side {
            name: MONTH,
            rules: ours(&folder.join("month"), "requests-month", "month")?,
            ratio: "slo:period_error_ratio{slo=\"requests-month\"}",
            history: History::All,
        },
    ])
}

fn ours(folder: &Path, name: &str, window: &str) -> anyhow::Result<Vec<Timed>> {
    let objective = ours::REQUESTS.replace("requests:", &format!("{name}:")).replace("30d", window);
    let source = written(folder, "sla.yaml", &(ours::head("pod, code") + &objective))?;
    let mut command = Command::new(stage::binary("slaforge")?);
    command.arg("generate").arg(source).arg("--out").arg(folder);
    run(&command)?;
    RuleFile::read(&folder.join(format!("rules/{name}.rules.yaml")))?.timed()
}

fn sloth(folder: &Path) -> anyhow::Result<Vec<Timed>> {
    let source = written(folder, "sloth.yaml", SLOTH)?;
    let rules = folder.join("rules.yaml");
    let mut command = Command::new(peers::SLOTH.ensure()?);
    command.arg("generate").arg("--input").arg(source).arg("--out").arg(&rules);
    run(&command)?;
    RuleFile::read(&rules)?.timed()
}

fn pyrra(folder: &Path) -> anyhow::Result<Vec<Timed>> {
    let source = written(folder, "pyrra.yaml", PYRRA)?;
    let mut command = Command::new(peers::PYRRA.ensure()?);
    command.arg(source);
    let rules = written(folder, "rules.yaml", &run(&command)?)?;
    RuleFile::read(&rules)?.timed()
}

fn written(folder: &Path, name: &str, text: &str) -> anyhow::Result<std::path::PathBuf> {
    fs::create_dir_all(folder)?;
    let path = folder.join(name);
    fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(path)
}

fn run(command: &Command) -> anyhow::Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = tied(command).output().with_context(|| format!("{program} cannot be run"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{program} failed:\n{said}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

impl Side {
    /// Returns when each recording rule is evaluated over a trace: never while Prometheus was down.
    pub fn tasks(&self, trace: &Trace) -> Vec<Task<'_>> {
        let ticks = |it: &Timed| {
            let all = match self.history {
                History::All => true,
                History::Of(name) => it.rule.record.as_deref() == Some(name),
                History::None => false,
            };
            let from_ms = if all { FIRST_MS } else { END_MS - RECENT_MS };
            Ticks::to(END_MS, from_ms, it.every_ms()).without(&trace.down)
        };
        let recording = self.rules.iter().filter(|it| it.rule.record.is_some());
        recording.map(|it| Task { rule: &it.rule, ticks: ticks(it) }).collect()
    }
}
