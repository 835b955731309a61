//! Sources of a Go module, as it was published.

use std::{path::PathBuf, process::Command};

use anyhow::Context as _;
use serde::Deserialize;

use crate::{
    packages,
    process::{Captured, captured},
};

/// A module. The checksum is Go's own of the whole module, so that everybody reads the same texts.
pub struct GoModule {
    /// Its path.
    pub path: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Its checksum.
    pub sum: &'static str,
}

/// What `go mod download -json` says of a module.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Downloaded {
    dir: PathBuf,
    sum: String,
}

impl GoModule {
    /// Returns the folder of the module, which Go fetches if it is missing.
    pub fn fetch(&self) -> anyhow::Result<PathBuf> {
        let mut download = Command::new(packages::GO.command);
        download.args(["mod", "download", "-json"]).arg(format!("{}@{}", self.path, self.version));
        // Outside of every module, so that nothing else is resolved.
        let outside = tempfile::tempdir()?;
        download.current_dir(outside.path());
        let Captured { stdout, stderr, code } = captured(&download)?;
        anyhow::ensure!(code == Some(0), "{} cannot be fetched:\n{stdout}{stderr}", self.path);
        let found: Downloaded = serde_json::from_str(&stdout).context("go answered something else")?;
        anyhow::ensure!(found.sum == self.sum, "{} is not what was pinned: {}", self.path, found.sum);
        Ok(found.dir)
    }
}
