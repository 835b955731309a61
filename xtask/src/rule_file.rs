//! A file of Prometheus rules, as far as we read and write it.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// The file.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RuleFile {
    /// Its groups.
    pub groups: Vec<Group>,
}

/// Rules that are evaluated together, one after the other.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How often it is evaluated; the server's own interval, if it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Rule {
    /// The series that it records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The alert that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    /// Its expression.
    pub expr: String,
    /// The labels that it adds.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

impl RuleFile {
    /// Reads a file.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        serde_yaml::from_str(&text).with_context(|| format!("{} is no rule file", path.display()))
    }
}
