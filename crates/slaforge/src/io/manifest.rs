//! The list of what stands in an output folder, with checksums.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::target::{DASHBOARDS, File, RULES};

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
    /// Reads a list. Paths that no run of ours writes are refused: what the list names may be removed.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let manifest: Self = serde_json::from_str(text)?;
        let inside = |path: &str| {
            let below = [RULES, DASHBOARDS].iter().any(|it| path.starts_with(&format!("{it}/")));
            below && !path.split('/').any(|it| it == ".." || it.is_empty())
        };
        if let Some(strange) = manifest.files.keys().find(|it| !inside(it)) {
            anyhow::bail!("it names `{strange}`, which is not below {RULES}/ or {DASHBOARDS}/");
        }
        Ok(manifest)
    }

    /// Returns whether a text is what a run of ours wrote at a path.
    pub fn wrote(&self, path: &str, text: &str) -> bool {
        self.files.get(path).is_some_and(|it| *it == sum(text))
    }

    /// Lists files with their checksums, and those of earlier runs that are kept.
    pub fn of(
        given: impl IntoIterator<Item = (String, String)>,
        kept: BTreeMap<String, String>,
        state: State,
    ) -> Self {
        Self { state, files: kept.into_iter().chain(given).collect() }
    }

    /// Returns the list when its run has ended, without what was removed.
    pub fn complete(mut self, removed: &[String]) -> Self {
        self.files.retain(|path, _| !removed.contains(path));
        Self { state: State::Complete, ..self }
    }

    /// Returns the list as a file.
    pub fn file(&self) -> File {
        let text = serde_json::to_string_pretty(self).expect("a map of texts can always be written");
        File { path: PATH.to_owned(), text: text + "\n" }
    }
}

/// Returns the SHA-256 of a text, in hexadecimal digits.
pub fn sum(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}
