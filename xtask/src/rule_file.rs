//! A file of Prometheus rules, as far as we read and write it.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sla_model::duration;

/// How often groups are evaluated that say nothing of it: as often as our own servers do it.
const INTERVAL: &str = "30s";

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

/// A rule, and how often it is evaluated.
#[derive(Clone, Debug)]
pub struct Timed {
    /// The rule.
    pub rule: Rule,
    /// How often.
    pub every: Duration,
}

impl Timed {
    /// Returns how often, in milliseconds.
    pub fn every_ms(&self) -> i64 {
        i64::try_from(self.every.as_millis()).unwrap_or(i64::MAX)
    }
}

impl RuleFile {
    /// Returns the rules of all groups, in their order.
    pub fn timed(self) -> anyhow::Result<Vec<Timed>> {
        let mut rules = Vec::new();
        for group in self.groups {
            let every = duration::parse(group.interval.as_deref().unwrap_or(INTERVAL))?;
            rules.extend(group.rules.into_iter().map(|rule| Timed { rule, every }));
        }
        Ok(rules)
    }

    /// Reads a file.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        serde_yaml::from_str(&text).with_context(|| format!("{} is no rule file", path.display()))
    }
}
