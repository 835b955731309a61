//! Fuzzing: each target of `fuzz/` for a minute with libFuzzer, on the stable toolchain.

use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
};

use anyhow::Context as _;
use serde::Serialize;

use crate::{
    bench, packages,
    process::{Captured, captured, enclosed},
};

/// The targets of `fuzz/src/bin`, each with a corpus in `fuzz/corpus`.
const TARGETS: [&str; 5] = ["spec", "promql", "import_sloth", "import_pyrra", "import_openslo"];

/// How long each target runs.
const SECONDS: u32 = 60;

/// A text that takes longer hangs, in seconds; most take a millisecond.
const HANG_SECONDS: u32 = 10;

/// More memory than this is a finding, in MiB.
const MEMORY_MIB: u32 = 2048;

/// Longer texts find nothing new, in bytes.
const BYTES_MAX: u32 = 8192;

/// What libFuzzer needs of the compiler: counters at every edge, and both sides of comparisons. These are the flags
/// that cargo-fuzz sets; without its sanitizers they work on the stable toolchain.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                     -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1";

/// What was found.
#[derive(Serialize)]
struct Evidence {
    claim: &'static str,
    command: &'static str,
    machine: String,
    targets: Vec<Target>,
    holds: bool,
}

/// What one target found.
#[derive(Serialize)]
struct Target {
    name: &'static str,
    seconds: u32,
    /// Texts that it started from.
    seeds: usize,
    executions: u64,
    executions_per_second: u64,
    /// Edges of the code that were reached.
    edges: u64,
    /// Texts on which it panicked, hung or grew.
    crashes: usize,
}

/// Builds and runs every target.
pub fn run() -> anyhow::Result<ExitCode> {
    packages::ensure(&[packages::COMPILER, packages::SETPRIV, packages::UNSHARE])?;
    let host = host()?;
    build(&host)?;
    let mut targets = Vec::new();
    for name in TARGETS {
        targets.push(target(name, &host)?);
    }
    println!("\n{:<16} {:>12} {:>10} {:>8} {:>8}", "target", "executions", "per second", "edges", "crashes");
    for it in &targets {
        let (rate, edges) = (it.executions_per_second, it.edges);
        println!("{:<16} {:>12} {rate:>10} {edges:>8} {:>8}", it.name, it.executions, it.crashes);
    }
    let holds = targets.iter().all(|it| it.crashes == 0 && it.executions > 0);
    let evidence = Evidence {
        claim: "no text makes a reader or importer panic, hang or grow, and every import passes its check",
        command: "cargo xtask full fuzz",
        machine: bench::machine(),
        targets,
        holds,
    };
    bench::keep("fuzz", &evidence)?;
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Returns the triple of this machine; named explicitly, it keeps the flags away from build scripts.
fn host() -> anyhow::Result<String> {
    let mut version = Command::new("rustc");
    version.arg("-vV").current_dir(packages::root());
    let Captured { stdout, .. } = captured(&version)?;
    let host = stdout.lines().find_map(|it| it.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc does not say its host")
}

fn build(host: &str) -> anyhow::Result<()> {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--release", "--target", host]).current_dir(packages::root().join("fuzz"));
    build.env("RUSTFLAGS", FLAGS).env("CARGO_TARGET_DIR", packages::root().join("target/fuzz"));
    anyhow::ensure!(enclosed(&build).status()?.success(), "the fuzz targets cannot be built");
    Ok(())
}

fn target(name: &'static str, host: &str) -> anyhow::Result<Target> {
    let root = packages::root();
    let seeds = root.join("fuzz/corpus").join(name);
    // What a run finds interesting stays outside of the tree; what it fails on belongs into it.
    let found = root.join("target/fuzz/corpus").join(name);
    let failures = root.join("target/fuzz/failures").join(name);
    fs::create_dir_all(&found)?;
    if failures.exists() {
        fs::remove_dir_all(&failures)?;
    }
    fs::create_dir_all(&failures)?;
    println!("\n== fuzz {name}, {SECONDS} s");
    let mut run = Command::new(root.join("target/fuzz").join(host).join("release").join(name));
    run.arg(format!("-max_total_time={SECONDS}")).arg(format!("-timeout={HANG_SECONDS}"));
    run.arg(format!("-rss_limit_mb={MEMORY_MIB}")).arg(format!("-max_len={BYTES_MAX}"));
    run.arg("-print_final_stats=1").arg(format!("-artifact_prefix={}/", failures.display()));
    run.arg(&found).arg(&seeds).current_dir(&failures).env("RUST_BACKTRACE", "0");
    let Captured { stderr, code, .. } = captured(&run)?;
    let good = code == Some(0);
    let crashes = count(&failures)?;
    if crashes > 0 || !good {
        let lines: Vec<&str> = stderr.lines().collect();
        println!("{}", lines[lines.len().saturating_sub(40)..].join("\n"));
        println!("the text stands in {}; mend it, and add it to fuzz/corpus/{name}", failures.display());
    }
    let executions = statistic(&stderr, "number_of_executed_units");
    Ok(Target {
        name,
        seconds: SECONDS,
        seeds: count(&seeds)?,
        executions,
        executions_per_second: executions / u64::from(SECONDS),
        edges: edges(&stderr),
        crashes: crashes.max(usize::from(!good)),
    })
}

fn count(folder: &Path) -> anyhow::Result<usize> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    Ok(entries.count())
}

/// Returns a number of libFuzzer's last words: `stat::number_of_executed_units: 1234`.
fn statistic(output: &str, name: &str) -> u64 {
    let line = output.lines().find_map(|it| it.strip_prefix("stat::")?.strip_prefix(name)?.strip_prefix(':'));
    line.and_then(|it| it.trim().parse().ok()).unwrap_or(0)
}

/// Returns the last number after `cov:`.
fn edges(output: &str) -> u64 {
    let after = |line: &str| line.split_once(" cov: ")?.1.split_whitespace().next()?.parse().ok();
    output.lines().rev().find_map(after).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_libfuzzer_are_read() {
        let output = "#2\tINITED cov: 12 ft: 3\n#9\tDONE   cov: 345 ft: 6 corp: 2/3b\nDone 9 runs\nstat::number_of_executed_units: 9\n";
        assert_eq!((statistic(output, "number_of_executed_units"), edges(output)), (9, 345));
        assert_eq!((statistic("", "x"), edges("")), (0, 0));
    }
}
