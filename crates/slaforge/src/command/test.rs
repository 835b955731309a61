//! `slaforge test`

use std::{
    ffi::OsString,
    io::{ErrorKind, Write as _, stdout},
    path::Path,
    process::Command,
};

use anyhow::Context as _;

use super::{Objectives, Specification};
use crate::{
    compile,
    exit::Verdict,
    io,
    target::{self, Layout, RULES, TARGETS, Target},
};

/// Proves the generated files with Prometheus' and Alertmanager's own tools: `promtool` and `amtool`
///
/// Everything is written to a temporary folder at pace 1, each objective to a file of its own: rules are linted, their
/// tests run, and both configurations are checked. With `--objective` only the rules of those are: of a specification
/// with thousands, those that have changed.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    specification: Specification,

    #[command(flatten)]
    objectives: Objectives,
}

/// The targets that an objective has files of its own of.
const OF_OBJECTIVES: [&str; 2] = ["prometheus", "promtool"];

/// One tool over some of the generated files.
struct Proof {
    name: &'static str,
    tool: &'static str,
    package: &'static str,
    arguments: &'static [&'static str],
    files: fn(&str) -> bool,
}

const PROOFS: [Proof; 4] = [
    Proof {
        name: "rules are sound",
        tool: "promtool",
        package: "prometheus",
        arguments: &["check", "rules", "--lint=all", "--lint-fatal"],
        files: |path| path.ends_with(".rules.yaml"),
    },
    Proof {
        name: "rules do what the model says",
        tool: "promtool",
        package: "prometheus",
        arguments: &["test", "rules"],
        files: |path| path.ends_with(".test.yaml"),
    },
    Proof {
        name: "Prometheus accepts its configuration",
        tool: "promtool",
        package: "prometheus",
        arguments: &["check", "config"],
        files: |path| path == "rules/scrape.yaml",
    },
    Proof {
        name: "Alertmanager accepts its configuration",
        tool: "amtool",
        package: "prometheus-alertmanager",
        arguments: &["check-config"],
        files: |path| path == "rules/alertmanager.yaml",
    },
];

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let specification = &arguments.specification;
    anyhow::ensure!(
        specification.pace == sla_model::Pace::REAL,
        "tests are written and run at pace 1 only; leave `--pace` out"
    );
    let model = specification.open()?;
    let plan = compile::plan(&model);
    let (mut targets, mut units): (Vec<&Target>, _) = (target::defaults(), plan.units());
    if !arguments.objectives.are_all() {
        targets = TARGETS.iter().filter(|it| OF_OBJECTIVES.contains(&it.name)).collect();
        units = arguments.objectives.of(plan)?;
    }
    let files = target::files(&model, specification.pace, &targets, Layout::Apart(units));
    let folder = tempfile::tempdir().context("a temporary folder cannot be made")?;
    let mut output = io::Folder::open(folder.path())?;
    let stage = output.stage()?;
    for file in &files {
        stage.add(file);
    }
    stage.finish(&targets, false)?;
    let mut verdict = Verdict::Good;
    for proof in PROOFS {
        let paths: Vec<&str> =
            files.iter().map(|it| it.path.as_str()).filter(|it| (proof.files)(it)).collect();
        if paths.is_empty() && !arguments.objectives.are_all() {
            continue;
        }
        if !holds(&proof, folder.path(), &paths)? {
            verdict = Verdict::Bad;
        }
    }
    Ok(verdict)
}

fn holds(proof: &Proof, folder: &Path, paths: &[&str]) -> anyhow::Result<bool> {
    if paths.is_empty() {
        writeln!(stdout(), "none   {}: the specification gives no such files", proof.name)?;
        return Ok(true);
    }
    let arguments = proof.arguments.iter().chain(paths).map(OsString::from);
    let output = Command::new(proof.tool).args(arguments).current_dir(folder).output();
    let output = match output {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            anyhow::bail!("`{}` is not installed; on Debian: apt-get install {}", proof.tool, proof.package)
        }
        other => other.with_context(|| format!("`{}` cannot be run", proof.tool))?,
    };
    let word = if output.status.success() { "ok    " } else { "FAILED" };
    writeln!(
        stdout(),
        "{word} {} ({} {} over {} files below {RULES}/)",
        proof.name,
        proof.tool,
        proof.arguments.join(" "),
        paths.len()
    )?;
    if !output.status.success() {
        stdout().write_all(&output.stdout)?;
        stdout().write_all(&output.stderr)?;
    }
    Ok(output.status.success())
}
