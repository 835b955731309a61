//! How an output folder differs from what the specification gives.

use std::{fmt, fs, io::ErrorKind, path::Path};

use anyhow::Context as _;
use similar::TextDiff;

use crate::target::{DASHBOARDS, RULES};

/// What `generate --check` found.
#[derive(Default)]
pub struct Drift {
    missing: Vec<String>,
    changed: Vec<String>,
    extra: Vec<String>,
}

impl Drift {
    /// Returns whether nothing differs.
    pub fn is_none(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty() && self.extra.is_empty()
    }

    /// Notes how one file differs.
    pub fn compare(&mut self, path: &str, found: Option<&str>, expected: &str) {
        match found {
            None => self.missing.push(path.to_owned()),
            Some(found) if found != expected => {
                let diff = TextDiff::from_lines(found, expected);
                let there = format!("{path} (as it is)");
                let wanted = format!("{path} (as the specification gives it)");
                self.changed.push(diff.unified_diff().context_radius(2).header(&there, &wanted).to_string());
            }
            Some(_) => {}
        }
    }

    /// Notes a file that nothing gives.
    pub fn extra(&mut self, path: String) {
        if !self.extra.contains(&path) {
            self.extra.push(path);
        }
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return writeln!(f, "every generated file is what the specification gives");
        }
        self.changed.iter().try_for_each(|it| writeln!(f, "{it}"))?;
        self.missing.iter().try_for_each(|it| writeln!(f, "missing: {it}"))?;
        self.extra.iter().try_for_each(|it| writeln!(f, "not from this specification: {it}"))?;
        let count = self.changed.len() + self.missing.len() + self.extra.len();
        writeln!(
            f,
            "{count} generated files differ; change the specification, run `slaforge generate --prune`, commit the result"
        )
    }
}

/// Returns every file below the folders that we write to, whoever wrote it.
pub fn there(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for folder in [RULES, DASHBOARDS] {
        find(root, folder, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn find(root: &Path, folder: &str, found: &mut Vec<String>) -> anyhow::Result<()> {
    let entries = match fs::read_dir(root.join(folder)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        other => other.with_context(|| format!("{folder} cannot be read"))?,
    };
    for entry in entries {
        let entry = entry.with_context(|| format!("{folder} cannot be read"))?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            find(root, &path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
