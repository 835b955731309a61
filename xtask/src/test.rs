//! `cargo xtask test`: what CI runs, and everybody else.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context as _;

use crate::{packages, process::enclosed, stage::binary, tidy};

/// Installs what tests need (Debian packages only) and runs every fast test
///
/// The last line is `N passed, N failed, N skipped`, summed over all runners; each check of formatting, lints
/// and generated files counts as one.
#[derive(clap::Args)]
pub struct Arguments {
    /// Leaves out the whole outages on real servers, which take minutes
    #[arg(long)]
    fast: bool,

    /// Only these: format, tidy, lints, docs, rules, generated, compose, or crates whose tests are run
    #[arg(value_name = "AREA")]
    areas: Vec<String>,
}

/// One step.
struct Step {
    /// The word that chooses it.
    area: &'static str,
    name: &'static str,
    work: Work,
}

enum Work {
    /// A command that passes or fails as one test.
    Command(Command),
    /// `cargo test`, whose own results are counted.
    Runner(Command),
    /// A check of our own; it passes when it finds nothing.
    Check(fn(&Path) -> anyhow::Result<Vec<String>>),
}

/// What a runner said.
#[derive(Clone, Copy, Default)]
struct Results {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    packages::ensure(&[
        packages::PROMETHEUS,
        packages::PROMTOOL,
        packages::ALERTMANAGER,
        packages::AMTOOL,
        packages::COMPOSE,
        packages::POSTGRES,
        packages::MARIADB,
        packages::MARIADB_DEFAULTS,
        packages::OPENSSL,
        packages::SETPRIV,
        packages::UNSHARE,
    ])?;
    let mut total = Results::default();
    let mut table: Vec<(&'static str, Duration, Results)> = Vec::new();
    for step in chosen(arguments)? {
        println!("\n== {}", step.name);
        let began = Instant::now();
        let results = perform(&step)?;
        table.push((step.name, began.elapsed(), results));
        total.passed += results.passed;
        total.failed += results.failed;
        total.skipped += results.skipped;
    }
    println!("\n{:<34} {:>8} {:>7} {:>7} {:>8}", "step", "seconds", "passed", "failed", "skipped");
    for (name, took, it) in table {
        println!(
            "{name:<34} {:>8.1} {:>7} {:>7} {:>8}",
            took.as_secs_f64(),
            it.passed,
            it.failed,
            it.skipped
        );
    }
    println!("\n{} passed, {} failed, {} skipped", total.passed, total.failed, total.skipped);
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The crates whose tests can be chosen.
const CRATES: [&str; 9] = [
    "sla-model",
    "sla-spec",
    "sla-import",
    "slaforge",
    "sla-probe",
    "sla-source",
    "sla-exporter",
    "sla-shop",
    "xtask",
];

/// The area that proves every kind of indicator: two minutes, left out by `--fast`.
const KINDS: &str = "kinds";

/// Returns the steps that the areas choose; no area means all.
fn chosen(arguments: &Arguments) -> anyhow::Result<Vec<Step>> {
    let areas = &arguments.areas;
    let crates: Vec<&str> = CRATES.into_iter().filter(|it| areas.iter().any(|area| area == it)).collect();
    let mut steps = steps()?;
    let known = |area: &String| steps.iter().any(|it| it.area == area) || CRATES.contains(&area.as_str());
    if let Some(unknown) = areas.iter().find(|it| !known(it)) {
        let names: Vec<&str> = steps.iter().map(|it| it.area).chain(CRATES).collect();
        anyhow::bail!("no area `{unknown}`; there are {}", names.join(", "));
    }
    if !areas.is_empty() {
        steps.retain(|it| areas.iter().any(|area| area == it.area));
    }
    if arguments.fast && areas.is_empty() {
        steps.retain(|it| it.area != KINDS);
    }
    if areas.is_empty() || !crates.is_empty() {
        steps.push(tests(arguments.fast, &crates));
    }
    Ok(steps)
}

fn steps() -> anyhow::Result<Vec<Step>> {
    let cargo = |area, name, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments);
        Step { area, name, work: Work::Command(command) }
    };
    let slaforge = |area, name, arguments: &[&str]| -> anyhow::Result<Step> {
        let mut command = Command::new(binary("slaforge")?);
        command.args(arguments);
        Ok(Step { area, name, work: Work::Command(command) })
    };
    let mut compose = Command::new(packages::COMPOSE.command);
    compose.args(["--file", "docker-compose.yml", "config", "--quiet"]);
    let mut docs = cargo("docs", "documentation", &["doc", "--quiet", "--workspace", "--no-deps"]);
    if let Work::Command(command) = &mut docs.work {
        command.env("RUSTDOCFLAGS", "-D warnings");
    }
    Ok(vec![
        cargo("format", "formatting", &["fmt", "--all", "--check"]),
        Step { area: "tidy", name: "written rules", work: Work::Check(tidy::problems) },
        cargo(
            "lints",
            "lints",
            &["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"],
        ),
        docs,
        cargo("build", "build", &["build", "--quiet", "--workspace"]),
        slaforge("rules", "rules prove themselves", &["test", "examples/pharmacy"])?,
        slaforge(KINDS, "rules of every kind prove themselves", &["test", "examples/kinds"])?,
        slaforge(
            "generated",
            "generated files are up to date",
            &["generate", "examples/pharmacy", "--check"],
        )?,
        Step { area: "compose", name: "docker-compose.yml is sound", work: Work::Command(compose) },
    ])
}

fn tests(fast: bool, crates: &[&str]) -> Step {
    let mut command = Command::new(env!("CARGO"));
    command.args(["test", "--no-fail-fast"]);
    if crates.is_empty() {
        command.arg("--workspace");
    }
    command.args(crates.iter().flat_map(|it| ["-p", it]));
    if fast {
        command.args(["--", "--skip", "outage::"]);
    }
    Step { area: "tests", name: "tests", work: Work::Runner(command) }
}

fn perform(step: &Step) -> anyhow::Result<Results> {
    let command = match &step.work {
        Work::Check(check) => {
            let problems = check(packages::root())?;
            for problem in &problems {
                println!("{problem}");
            }
            let passed = u64::from(problems.is_empty());
            return Ok(Results { passed, failed: 1 - passed, skipped: 0 });
        }
        Work::Command(command) => {
            let status = enclosed(command).current_dir(packages::root()).stdin(Stdio::null()).status();
            let passed = u64::from(status.context("a step cannot be run")?.success());
            return Ok(Results { passed, failed: 1 - passed, skipped: 0 });
        }
        Work::Runner(command) => command,
    };
    let mut command = enclosed(command);
    command.current_dir(packages::root()).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).spawn().context("a step cannot be run")?;
    let mut results = Results::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            results.read(&line);
        }
    }
    // A runner that fails without a failed test did not even build: that must not look like a pass.
    if !child.wait()?.success() && results.failed == 0 {
        results.failed = 1;
    }
    Ok(results)
}

impl Results {
    /// Adds a closing line of libtest: `test result: ok. 14 passed; 0 failed; 0 ignored; …`.
    fn read(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        let words: Vec<&str> = result.split([' ', ';', '.']).filter(|it| !it.is_empty()).collect();
        for pair in words.windows(2) {
            let Ok(count) = pair[0].parse::<u64>() else {
                continue;
            };
            match pair[1] {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.skipped += count,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_summed() {
        let mut results = Results::default();
        results.read(
            "test result: ok. 14 passed; 0 failed; 2 ignored; 0 measured; 3 filtered out; finished in 0.01s",
        );
        results.read("test result: FAILED. 1 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out");
        results.read("test something ... ok");
        assert_eq!((results.passed, results.failed, results.skipped), (15, 4, 2));
    }
}
