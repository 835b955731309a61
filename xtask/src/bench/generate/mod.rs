//! How long `slaforge generate` takes for many objectives, next to `sloth generate` for the same ones.

mod spec;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::Context as _;

use super::{
    machine,
    report::{Findings, Must, Report, number},
};
use crate::{
    packages::{self, Program},
    peers,
    process::{enclosed, tied},
};

const SIZES: [usize; 3] = [100, 1000, 10_000];

/// Runs of each command; the one with the least wall time counts.
const RUNS: usize = 5;

/// Output goes to memory: a disk is not what is measured.
const MEMORY: &str = "/dev/shm";

const TIME: Program = Program { command: "/usr/bin/time", package: "time" };

const OURS: &str = "slaforge, rules only";
const ALL: &str = "slaforge, every target";
const SLOTH: &str = "sloth";

/// What one run took.
#[derive(Clone, Copy)]
struct Taken {
    wall_seconds: f64,
    cpu_seconds: f64,
    memory_mb: f64,
}

/// Measures both.
pub fn measure() -> anyhow::Result<Report> {
    packages::ensure(&[TIME, packages::SETPRIV, packages::UNSHARE])?;
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--release", "-p", "slaforge"]).current_dir(packages::root());
    anyhow::ensure!(enclosed(&build).status()?.success(), "the build failed");
    let slaforge = packages::root().join("target/release/slaforge");
    let sloth = peers::SLOTH.ensure()?;
    let folder = tempfile::Builder::new().prefix("slaforge-bench-").tempdir_in(MEMORY)?;
    let mut findings = Findings::default();
    for size in SIZES {
        let source = folder.path().join(format!("{size}"));
        fs::create_dir_all(&source)?;
        fs::write(source.join("sla.yaml"), spec::ours(size))?;
        fs::write(source.join("sloth.yml"), spec::sloth(size))?;
        let out = folder.path().join("out");
        let ours = |targets: &[&str]| {
            let mut command = Command::new(&slaforge);
            command.arg("generate").arg(source.join("sla.yaml")).arg("--out").arg(&out).args(targets);
            command
        };
        let mut theirs = Command::new(&sloth);
        theirs.arg("generate").arg("--input").arg(source.join("sloth.yml"));
        theirs.arg("--out").arg(out.join("rules.yaml"));
        for (of, command) in [(OURS, ours(&["--target", "prometheus"])), (ALL, ours(&[])), (SLOTH, theirs)] {
            eprintln!("{of}: {size} objectives");
            best(&command, &out, folder.path())?.note(of, size, &mut findings);
        }
    }
    limits(&mut findings);
    print(&findings);
    report(findings)
}

/// Runs a command several times into an empty folder.
fn best(command: &Command, out: &Path, folder: &Path) -> anyhow::Result<Taken> {
    let mut best: Option<Taken> = None;
    for _ in 0..RUNS {
        if out.exists() {
            fs::remove_dir_all(out)?;
        }
        fs::create_dir(out)?;
        let taken = run(command, &folder.join("time"))?;
        best = Some(best.filter(|it| it.wall_seconds <= taken.wall_seconds).unwrap_or(taken));
    }
    best.context("nothing was run")
}

fn run(command: &Command, figures: &PathBuf) -> anyhow::Result<Taken> {
    let mut timed = Command::new(TIME.command);
    timed.args(["--format", "%U %S %M", "--output"]).arg(figures);
    timed.arg(command.get_program()).args(command.get_args());
    let began = Instant::now();
    let output = tied(&timed).output().context("a generator cannot be run")?;
    let wall_seconds = began.elapsed().as_secs_f64();
    anyhow::ensure!(
        output.status.success(),
        "{} failed:\n{}",
        command.get_program().display(),
        String::from_utf8_lossy(&output.stderr)
    );
    let text = fs::read_to_string(figures).context("`time` wrote nothing")?;
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|it| it.parse().ok()).collect();
    let [user, system, kilobytes] = numbers[..] else {
        anyhow::bail!("`time` wrote something else: {text}");
    };
    Ok(Taken { wall_seconds, cpu_seconds: user + system, memory_mb: kilobytes * 1024.0 / 1e6 })
}

impl Taken {
    fn note(self, of: &str, size: usize, findings: &mut Findings) {
        findings.figure(of, &wall(size), Some(self.wall_seconds), "s");
        findings.figure(of, &format!("{size} objectives: CPU"), Some(self.cpu_seconds), "s");
        findings.figure(of, &memory(size), Some(self.memory_mb), "MB");
        let each = self.wall_seconds / size as f64 * 1e6;
        findings.figure(of, &format!("{size} objectives: wall per objective"), Some(each), "µs");
    }
}

fn limits(findings: &mut Findings) {
    let [few, some, many] = SIZES;
    let ours = |size| findings.value(OURS, &wall(size)).unwrap_or(f64::INFINITY);
    // What one more objective takes: the start of the program is in neither difference.
    let marginal = |from: usize, to: usize| (ours(to) - ours(from)) / (to - from) as f64;
    let growth = marginal(some, many) / marginal(few, some);
    let faster = findings.value(SLOTH, &wall(many)).map(|it| it / ours(many));
    let (took, held) = (findings.value(OURS, &wall(many)), findings.value(OURS, &memory(many)));
    findings.limit(&wall(many), Must::AtMost, 3.0, took, "s");
    findings.limit(&memory(many), Must::AtMost, 500.0, held, "MB");
    let what = "an objective more, 1000-10000 against 100-1000";
    findings.limit(what, Must::AtMost, 1.3, Some(growth), "times as long");
    findings.limit("per objective, of 10000", Must::AtLeast, 20.0, faster, "times sloth's speed");
}

fn wall(size: usize) -> String {
    format!("{size} objectives: wall")
}

fn memory(size: usize) -> String {
    format!("{size} objectives: peak memory")
}

fn print(findings: &Findings) {
    println!(
        "{:<24} {:>10} {:>9} {:>9} {:>9} {:>14}",
        "", "objectives", "wall s", "CPU s", "peak MB", "µs/objective"
    );
    for of in [OURS, ALL, SLOTH] {
        for size in SIZES {
            let shown = |what: &str| {
                let found = findings.value(of, &format!("{size} objectives: {what}"));
                found.map_or_else(|| "-".to_owned(), number)
            };
            println!(
                "{of:<24} {size:>10} {:>9} {:>9} {:>9} {:>14}",
                shown("wall"),
                shown("CPU"),
                shown("peak memory"),
                shown("wall per objective")
            );
        }
    }
    findings.print_limits();
}

fn report(findings: Findings) -> anyhow::Result<Report> {
    Ok(Report {
        claim: "10,000 objectives are generated in 3 s and 500 MB, 20 times faster than Sloth does it",
        command: "cargo xtask bench generate".to_owned(),
        machine: machine(),
        versions: vec![
            format!("sloth {}", peers::SLOTH.version()?),
            packages::version("rustc", "--version"),
            packages::version("go", "version"),
        ],
        inside: vec![
            "slaforge generate sla.yaml --out DIR --target prometheus (release; DIR is empty and in memory; best of 5)".to_owned(),
            "slaforge generate sla.yaml --out DIR".to_owned(),
            "sloth generate --input sloth.yml --out DIR/rules.yaml".to_owned(),
            "memory: peak resident size; linear: the wall time of one more objective between 1,000 and 10,000 is at most 1.3 times that between 100 and 1,000".to_owned(),
        ],
        holds: findings.limits.iter().all(|it| it.holds),
        figures: findings.figures,
        limits: findings.limits,
    })
}
