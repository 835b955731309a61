//! `cargo xtask test`: what CI runs, and everybody else.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context as _;

use crate::{packages, process::tied, stage::binary};

/// Installs what tests need (Debian packages only) and runs every fast test
///
/// The last line is `N passed, N failed, N skipped`, summed over all runners; each check of formatting, lints
/// and generated files counts as one.
#[derive(clap::Args)]
pub struct Arguments {}

/// One step.
struct Step {
    name: &'static str,
    command: Command,
    /// The step is `cargo test`, whose own results are counted; else it is one test.
    counts: bool,
}

/// What a runner said.
#[derive(Clone, Copy, Default)]
struct Results {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// Runs the command.
pub fn run(_arguments: &Arguments) -> anyhow::Result<ExitCode> {
    packages::ensure(&[
        packages::PROMETHEUS,
        packages::PROMTOOL,
        packages::ALERTMANAGER,
        packages::AMTOOL,
        packages::COMPOSE,
        packages::SETPRIV,
    ])?;
    let mut total = Results::default();
    let mut table: Vec<(&'static str, Duration, Results)> = Vec::new();
    for step in steps()? {
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

fn steps() -> anyhow::Result<Vec<Step>> {
    let cargo = |name, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments);
        Step { name, command, counts: arguments[0] == "test" }
    };
    let slaforge = |name, arguments: &[&str]| -> anyhow::Result<Step> {
        let mut command = Command::new(binary("slaforge")?);
        command.args(arguments);
        Ok(Step { name, command, counts: false })
    };
    let mut compose = Command::new(packages::COMPOSE.command);
    compose.args(["--file", "docker-compose.yml", "config", "--quiet"]);
    Ok(vec![
        cargo("formatting", &["fmt", "--all", "--check"]),
        cargo("lints", &["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        cargo("build", &["build", "--quiet", "--workspace"]),
        slaforge("rules prove themselves", &["test", "examples/pharmacy"])?,
        slaforge("generated files are up to date", &["generate", "examples/pharmacy", "--check"])?,
        Step { name: "docker-compose.yml is sound", command: compose, counts: false },
        cargo("tests", &["test", "--workspace", "--no-fail-fast"]),
    ])
}

fn perform(step: &Step) -> anyhow::Result<Results> {
    let mut command = tied(&step.command);
    command.current_dir(packages::root()).stdin(Stdio::null());
    if !step.counts {
        let status = command.status().context("a step cannot be run")?;
        let passed = u64::from(status.success());
        return Ok(Results { passed, failed: 1 - passed, skipped: 0 });
    }
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
