//! How an output folder differs from what the specification gives.

use std::{fmt, fs, io::ErrorKind, path::Path};

use anyhow::Context as _;
use similar::TextDiff;

use crate::target::{DASHBOARDS, RULES, is_loaded};

/// What `generate --check` found.
#[derive(Default)]
pub struct Drift {
    missing: Vec<String>,
    changed: Vec<String>,
    /// What an earlier run wrote.
    extra: Vec<String>,
    /// What somebody else wrote, or changed since.
    foreign: Vec<String>,
}

impl Drift {
    /// Returns whether nothing differs.
    pub fn is_none(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty() && self.extra.is_empty() && self.foreign.is_empty()
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

    /// Notes a file that nothing gives, and whether it is as an earlier run wrote it.
    pub fn extra(&mut self, path: String, is_ours: bool) {
        let list = if is_ours { &mut self.extra } else { &mut self.foreign };
        if !list.contains(&path) {
            list.push(path);
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
        self.extra.iter().try_for_each(|it| writeln!(f, "left over from an earlier run: {it}"))?;
        self.foreign.iter().try_for_each(|it| writeln!(f, "not from this specification: {it}"))?;
        let count = self.changed.len() + self.missing.len() + self.extra.len();
        if count > 0 {
            writeln!(
                f,
                "{count} generated files differ; change the specification, run `slaforge generate --prune`, commit the result"
            )?;
        }
        if !self.foreign.is_empty() {
            let (count, loaded) =
                (self.foreign.len(), self.foreign.iter().filter(|it| is_loaded(it)).count());
            writeln!(
                f,
                "{count} files were not written by slaforge, or changed since, so no run replaces or removes them; \
                 remove them, or keep them outside of {RULES}/ and {DASHBOARDS}/"
            )?;
            if loaded > 0 {
                writeln!(
                    f,
                    "until then Prometheus loads {loaded} of them as rules; name their new folder under `rule_files:`"
                )?;
            }
        }
        Ok(())
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
