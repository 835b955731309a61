//! The written rules that no compiler checks: who may depend on whom, how large a file may be, that no file lies
//! about unused. Each problem says what to do.

mod edges;
mod files;

use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;

use crate::process::tied;

/// What `cargo metadata` knows of the workspace.
#[derive(Deserialize)]
pub struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// Set for crates of this workspace.
    path: Option<String>,
}

#[derive(Deserialize)]
struct Target {
    src_path: String,
}

/// Returns everything that breaks a rule below a root.
pub fn problems(root: &Path) -> anyhow::Result<Vec<String>> {
    let metadata = metadata(root)?;
    let mut problems = edges::problems(&metadata);
    problems.extend(files::problems(root, &metadata)?);
    Ok(problems)
}

fn metadata(root: &Path) -> anyhow::Result<Metadata> {
    let mut command = std::process::Command::new(env!("CARGO"));
    command.args(["metadata", "--no-deps", "--format-version", "1", "--offline"]).current_dir(root);
    let output = tied(&command).output().context("cargo cannot be run")?;
    anyhow::ensure!(
        output.status.success(),
        "cargo metadata failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).context("cargo metadata answered something else")
}
