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

use crate::{cli::Cli, exit::Stop, patience::Busy, secret};

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
    /// What is worth a second look, each by itself and without values, of which any may be secret.
    pub warnings: Vec<String>,
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
    pub fn load(&self, busy: &Busy) -> Result<Loaded, Stop> {
        let set = self.read(busy).map_err(|it| it.stop)?;
        self.check(set, busy).map_err(|it| it.stop)
    }

    /// The same, if anything is different from what is known.
    pub fn load_changed(&self, known: Option<&Loaded>, busy: &Busy) -> Result<Option<Loaded>, Refused> {
        let set = self.read(busy)?;
        if let Some(known) = known
            && known.checksum == checksum(&set)
            && known.secrets == secret::read(&known.model, busy)
        {
            return Ok(None);
        }
        self.check(set, busy).map(Some)
    }

    fn read(&self, busy: &Busy) -> Result<SourceSet, Refused> {
        let read =
            sla_spec::read_guarded(&self.path, &|it| busy.with(it)).context("cannot read the specification");
        read.map_err(|error| Refused { stop: error.into(), files: vec![self.path.clone()] })
    }

    fn check(&self, set: SourceSet, busy: &Busy) -> Result<Loaded, Refused> {
        let checksum = checksum(&set);
        let mut files: Vec<_> = set.sources().iter().map(|it| PathBuf::from(&it.path)).collect();
        files.push(self.path.clone());
        // What is included and not there yet.
        files.extend(set.absent().map(Path::to_path_buf));
        match sla_spec::load(&set, &self.variables) {
            Ok(loaded) => {
                let report = Report { diagnostics: loaded.warnings, set };
                let warnings = report.discreet_problems(&self.variables);
                let model = Arc::new(loaded.model);
                let secrets = secret::read(&model, busy);
                files.extend(model.secrets.values().filter_map(|it| match it {
                    Secret::File(path) => Some(path.clone()),
                    Secret::Env(_) => None,
                }));
                Ok(Loaded { model, warnings, checksum, secrets, files })
            }
            Err(diagnostics) => {
                let stop = Stop::Spec(Report { diagnostics, set }.discreet(&self.variables));
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
