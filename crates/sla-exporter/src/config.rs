//! The specification as the exporter takes it.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use anyhow::Context;
use sha2::{Digest, Sha256};
use sla_model::Model;
use sla_spec::{SourceSet, report::Report};

use crate::{cli::Cli, exit::Stop};

/// Where the specification stands.
#[derive(Clone, Debug)]
pub struct Config {
    /// A file or a folder.
    pub path: PathBuf,
    /// Overrides of variables.
    pub variables: BTreeMap<String, String>,
}

/// A specification without errors.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What it says.
    pub model: Model,
    /// What is worth a second look.
    pub warnings: Option<String>,
    /// The checksum of its files.
    pub checksum: String,
}

impl From<&Cli> for Config {
    fn from(cli: &Cli) -> Self {
        Self { path: cli.config_file.clone(), variables: cli.vars.iter().cloned().collect() }
    }
}

impl Config {
    /// Reads and checks the specification.
    pub fn load(&self, colour: bool) -> Result<Loaded, Stop> {
        self.check(self.read()?, colour)
    }

    /// The same without colour, if its files do not have the given checksum any more.
    pub fn load_changed(&self, known: Option<&str>) -> Result<Option<Loaded>, Stop> {
        let set = self.read()?;
        if known == Some(checksum(&set).as_str()) {
            return Ok(None);
        }
        self.check(set, false).map(Some)
    }

    fn read(&self) -> anyhow::Result<SourceSet> {
        sla_spec::read(&self.path).context("cannot read the specification")
    }

    fn check(&self, set: SourceSet, colour: bool) -> Result<Loaded, Stop> {
        let checksum = checksum(&set);
        match sla_spec::load(&set, &self.variables) {
            Ok(loaded) => {
                let warnings = (!loaded.warnings.is_empty())
                    .then(|| Report { diagnostics: loaded.warnings, set }.text(colour).trim_end().to_owned());
                Ok(Loaded { model: loaded.model, warnings, checksum })
            }
            Err(diagnostics) => Err(Stop::Spec(Report { diagnostics, set }.text(colour))),
        }
    }
}

/// Returns the SHA-256 over the names and texts of all files.
fn checksum(set: &SourceSet) -> String {
    let mut hash = Sha256::new();
    for source in set.sources() {
        // Lengths keep a text from passing for the end of a name.
        hash.update(source.path.len().to_le_bytes());
        hash.update(&source.path);
        hash.update(source.text.len().to_le_bytes());
        hash.update(source.text.as_bytes());
    }
    hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
