//! What is generated from the committed examples, for those who read it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use crate::{
    packages,
    process::{Captured, captured, enclosed},
    stage,
};

/// A shop with all that it needs, and an objective of every kind, edge and period.
pub const EXAMPLES: [&str; 2] = ["examples/pharmacy", "examples/kinds/sla.yaml"];

/// Generates a target of an example below a folder, and returns the YAML files of one of its folders.
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
