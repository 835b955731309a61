//! Does every engine's own reader take the rules of the examples?

use std::{path::PathBuf, process::Command};

use crate::{
    bench::report::{Findings, Must},
    full::examples::{EXAMPLES, generate},
    packages, peers,
    process::{Captured, captured},
};

/// Lets each reader read every file of its target.
pub fn check(findings: &mut Findings) -> anyhow::Result<()> {
    for example in EXAMPLES {
        let folder = tempfile::tempdir()?;
        let flagged = |flag: &str, files: &[PathBuf]| -> Vec<String> {
            files.iter().map(|it| format!("{flag}{}", it.display())).collect()
        };
        let files = generate(&packages::root().join(example), "victoria", folder.path(), "rules/victoria")?;
        let mut vmalert = Command::new(peers::VMALERT.ensure()?);
        vmalert.arg("-dryRun").args(flagged("-rule=", &files));
        refused(&format!("{example}: files that vmalert refuses"), &vmalert, findings)?;
        let files = generate(&packages::root().join(example), "prometheus", folder.path(), "rules")?;
        let mut thanos = Command::new(peers::THANOS.ensure()?);
        thanos.args(["tools", "rules-check"]).args(flagged("--rules=", &files));
        refused(&format!("{example}: files that thanos refuses"), &thanos, findings)?;
        let files = generate(&packages::root().join(example), "mimir", folder.path(), "rules/mimir")?;
        let mut mimirtool = Command::new(peers::MIMIRTOOL.ensure()?);
        // `rules check` wants a colon in every recorded name, and `slo_info` has none, as `kube_pod_info` has none.
        mimirtool.args(["rules", "lint", "--dry-run"]).args(&files);
        refused(&format!("{example}: files that mimirtool refuses"), &mimirtool, findings)?;
    }
    Ok(())
}

/// Runs a reader, which must take everything.
fn refused(what: &str, command: &Command, findings: &mut Findings) -> anyhow::Result<()> {
    let Captured { stdout, stderr, code } = captured(command)?;
    if code != Some(0) {
        println!("{what}:\n{stdout}{stderr}");
    }
    findings.limit(what, Must::AtMost, 0.0, Some(f64::from(u8::from(code != Some(0)))), "runs");
    Ok(())
}
