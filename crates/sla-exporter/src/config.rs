//! The specification as the exporter takes it.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use sha2::{Digest, Sha256};
use sla_model::{Model, secret::Secret};
use sla_probe::Secrets;
use sla_spec::{SourceSet, report::Report};

use crate::{cli::Cli, exit::Stop, secret};

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
    pub model: Arc<Model>,
    /// What is worth a second look.
    pub warnings: Option<String>,
    /// The checksum of its files; of secrets only the names take part, because it is told to everybody.
    pub checksum: String,
    /// The secrets that it names.
    pub secrets: Secrets,
    /// Every file that takes part.
    pub files: Vec<PathBuf>,
}

/// A specification that cannot be taken.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub stop: Stop,
    /// Every file that took part, as far as it is known.
    pub files: Vec<PathBuf>,
}

impl From<&Cli> for Config {
    fn from(cli: &Cli) -> Self {
        Self { path: cli.config_file.clone(), variables: cli.vars.iter().cloned().collect() }
    }
}

impl Config {
    /// Reads and checks the specification.
    pub fn load(&self, colour: bool) -> Result<Loaded, Stop> {
        let set = self.read().map_err(|it| it.stop)?;
        self.check(set, colour).map_err(|it| it.stop)
    }

    /// The same without colour, if anything is different from what is known.
    pub fn load_changed(&self, known: Option<&Loaded>) -> Result<Option<Loaded>, Refused> {
        let set = self.read()?;
        if let Some(known) = known
            && known.checksum == checksum(&set)
            && known.secrets == secret::read(&known.model)
        {
            return Ok(None);
        }
        self.check(set, false).map(Some)
    }

    fn read(&self) -> Result<SourceSet, Refused> {
        let read = sla_spec::read(&self.path).context("cannot read the specification");
        read.map_err(|error| Refused { stop: error.into(), files: vec![self.path.clone()] })
    }

    fn check(&self, set: SourceSet, colour: bool) -> Result<Loaded, Refused> {
        let checksum = checksum(&set);
        let mut files: Vec<_> = set.sources().iter().map(|it| PathBuf::from(&it.path)).collect();
        files.push(self.path.clone());
        // What is included and not there yet.
        files.extend(set.absent().map(Path::to_path_buf));
        match sla_spec::load(&set, &self.variables) {
            Ok(loaded) => {
                let warnings = (!loaded.warnings.is_empty())
                    .then(|| Report { diagnostics: loaded.warnings, set }.text(colour).trim_end().to_owned());
                let model = Arc::new(loaded.model);
                let secrets = secret::read(&model);
                files.extend(model.secrets.values().filter_map(|it| match it {
                    Secret::File(path) => Some(path.clone()),
                    Secret::Env(_) => None,
                }));
                Ok(Loaded { model, warnings, checksum, secrets, files })
            }
            Err(diagnostics) => {
                let stop = Stop::Spec(Report { diagnostics, set }.text(colour));
                Err(Refused { stop, files })
            }
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
