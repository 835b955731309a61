//! Checks of the committed rules that need tools built from source: Prometheus 3's promtool, and pint.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use crate::{packages, peers, process::tied};

/// Checks the rules and runs their tests. Returns whether every check passed.
pub fn run() -> anyhow::Result<bool> {
    let root = packages::root();
    let rules = files(&root.join("rules"), ".rules.yaml")?;
    let tests = files(&root.join("rules/tests"), ".test.yaml")?;
    let promtool = peers::PROMTOOL.ensure()?;
    let pint = peers::PINT.ensure()?;
    let mut check = Command::new(&promtool);
    check.args(["check", "rules", "--lint=all", "--lint-fatal"]).args(&rules);
    let mut test = Command::new(&promtool);
    test.args(["test", "rules"]).args(&tests);
    let mut lint = Command::new(&pint);
    lint.arg("--offline").arg("--config").arg(root.join("tools/peers/pint/pint.hcl"));
    lint.args(["lint", "--fail-on", "warning"]).args(&rules);
    let mut passed = true;
    for (name, command) in
        [("promtool 3: rules", check), ("promtool 3: tests of rules", test), ("pint: rules", lint)]
    {
        println!("\n== {name}");
        let status = tied(&command).current_dir(root).status();
        passed &= status.with_context(|| format!("{name}: cannot be run"))?.success();
    }
    Ok(passed)
}

fn files(folder: &Path, end: &str) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut found = entries.map(|it| it.map(|it| it.path())).collect::<Result<Vec<_>, _>>()?;
    found.retain(|it| it.to_string_lossy().ends_with(end));
    found.sort();
    anyhow::ensure!(!found.is_empty(), "no *{end} in {}", folder.display());
    Ok(found)
}
