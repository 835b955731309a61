//! Checks of the examples' rules that need tools built from source: Prometheus 3's promtool, and pint.

use std::process::Command;

use anyhow::Context as _;

use super::examples::{EXAMPLES, generate};
use crate::{packages, peers, process::tied};

/// Checks the rules and runs their tests. Returns whether every check passed.
pub fn run() -> anyhow::Result<bool> {
    let root = packages::root();
    let promtool = peers::PROMTOOL.ensure()?;
    let pint = peers::PINT.ensure()?;
    let mut passed = true;
    for example in EXAMPLES {
        let folder = tempfile::tempdir()?;
        let rules = generate(&root.join(example), "prometheus", folder.path(), "rules")?;
        let tests = generate(&root.join(example), "promtool", folder.path(), "rules/tests")?;
        let mut check = Command::new(&promtool);
        check.args(["check", "rules", "--lint=all", "--lint-fatal"]).args(&rules);
        let mut test = Command::new(&promtool);
        test.args(["test", "rules"]).args(&tests);
        let mut lint = Command::new(&pint);
        lint.arg("--offline").arg("--config").arg(root.join("tools/peers/pint/pint.hcl"));
        lint.args(["lint", "--fail-on", "warning"]).args(&rules);
        for (name, command) in
            [("promtool 3: rules", check), ("promtool 3: tests of rules", test), ("pint: rules", lint)]
        {
            println!("\n== {example}: {name}");
            let status = tied(&command).current_dir(root).status();
            passed &= status.with_context(|| format!("{name}: cannot be run"))?.success();
        }
    }
    Ok(passed)
}
