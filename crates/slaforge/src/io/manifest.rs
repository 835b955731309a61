//! The list of what stands in an output folder, with checksums.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::target::File;

/// Where the list stands.
pub const PATH: &str = "rules/.slaforge.json";

/// Every file that runs of ours wrote there, with its SHA-256.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    state: State,
    /// Path to checksum.
    pub files: BTreeMap<String, String>,
}

/// Whether the run that wrote the list came to its end.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is under way, or was cut off.
    Pending,
    /// It ended.
    #[default]
    Complete,
}

impl Manifest {
    /// Reads a list.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    /// Lists files, and those of earlier runs that are kept.
    pub fn of(files: &[File], kept: &BTreeMap<String, String>, state: State) -> Self {
        let sum = |text: &str| format!("{:x}", Sha256::digest(text));
        let given = files.iter().map(|it| (it.path.clone(), sum(&it.text)));
        Self { state, files: kept.clone().into_iter().chain(given).collect() }
    }

    /// Returns the list as a file.
    pub fn file(&self) -> File {
        let text = serde_json::to_string_pretty(self).expect("a map of texts can always be written");
        File { path: PATH.to_owned(), text: text + "\n" }
    }
}
