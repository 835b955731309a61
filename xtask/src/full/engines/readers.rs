//! Does every engine's own reader take the rules of the examples?

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use crate::{
    bench::report::{Findings, Must},
    packages, peers,
    process::{Captured, captured, enclosed},
    stage,
};

/// What is generated and read.
pub const EXAMPLES: [&str; 2] = ["examples/pharmacy", "examples/kinds/sla.yaml"];

/// Generates a target of an example below a folder, and returns the files of one of its folders.
pub fn generate(example: &Path, target: &str, below: &Path, folder: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "-p", "slaforge"]).current_dir(packages::root());
    anyhow::ensure!(enclosed(&build).status()?.success(), "the build failed");
    let mut command = Command::new(stage::binary("slaforge")?);
    command.args(["generate", "--target", target, "--out"]).arg(below);
    let Captured { stderr, code, .. } = captured(command.arg(example))?;
    anyhow::ensure!(code == Some(0), "slaforge failed:\n{stderr}");
    let entries = fs::read_dir(below.join(folder)).with_context(|| format!("{folder} is not there"))?;
    let mut files = entries.map(|it| it.map(|it| it.path())).collect::<Result<Vec<_>, _>>()?;
    files.retain(|it| it.extension().is_some_and(|it| it == "yaml"));
    files.sort();
    anyhow::ensure!(!files.is_empty(), "{} gives no files for {target}", example.display());
    Ok(files)
}

/// Lets each reader read every file of its target.
pub fn check(findings: &mut Findings) -> anyhow::Result<()> {
    for example in EXAMPLES {
        let folder = tempfile::tempdir()?;
        let flagged = |flag: &str, files: &[PathBuf]| -> Vec<String> {
            files.iter().map(|it| format!("{flag}{}", it.display())).collect()
        };
        let files = generate(&packages::root().join(example), "victoria", folder.path(), "rules/victoria")?;
        let mut vmalert = Command::new(peers::VMALERT.ensure()?);
        vmalert.arg("-dryRun").args(flagged("-rule=", &files));
        refused(&format!("{example}: files that vmalert refuses"), &vmalert, findings)?;
        let files = generate(&packages::root().join(example), "prometheus", folder.path(), "rules")?;
        let mut thanos = Command::new(peers::THANOS.ensure()?);
        thanos.args(["tools", "rules-check"]).args(flagged("--rules=", &files));
        refused(&format!("{example}: files that thanos refuses"), &thanos, findings)?;
        let files = generate(&packages::root().join(example), "mimir", folder.path(), "rules/mimir")?;
        let mut mimirtool = Command::new(peers::MIMIRTOOL.ensure()?);
        // `rules check` wants a colon in every recorded name, and `slo_info` has none, as `kube_pod_info` has none.
        mimirtool.args(["rules", "lint", "--dry-run"]).args(&files);
        refused(&format!("{example}: files that mimirtool refuses"), &mimirtool, findings)?;
    }
    Ok(())
}

/// Runs a reader, which must take everything.
fn refused(what: &str, command: &Command, findings: &mut Findings) -> anyhow::Result<()> {
    let Captured { stdout, stderr, code } = captured(command)?;
    if code != Some(0) {
        println!("{what}:\n{stdout}{stderr}");
    }
    findings.limit(what, Must::AtMost, 0.0, Some(f64::from(u8::from(code != Some(0)))), "runs");
    Ok(())
}
