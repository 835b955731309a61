//! Imports the examples that the peers publish with their own sources: none may panic, and whatever is imported
//! must pass the check.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::{
    bench::keep,
    go_module::GoModule,
    packages,
    process::{Captured, captured},
    stage,
};

/// A Go module with examples.
struct Source {
    module: GoModule,
    /// The folders with examples.
    folders: &'static [&'static str],
}

const SOURCES: [Source; 4] = [
    Source {
        module: GoModule {
            path: "github.com/slok/sloth",
            version: "v0.16.0",
            sum: "h1:3CpcWE0H0Ixe60b+DnBAfdiusnuNm8+t1MIGkksfsuQ=",
        },
        folders: &["examples", "test/integration/prometheus"],
    },
    Source {
        module: GoModule {
            path: "github.com/pyrra-dev/pyrra",
            version: "v0.10.1",
            sum: "h1:WfGdRfoufO4gqHvuyCQBcXoowuOakmq8AGRxiwVz8NM=",
        },
        folders: &["examples"],
    },
    Source {
        module: GoModule {
            path: "github.com/OpenSLO/oslo",
            version: "v0.13.0",
            sum: "h1:Y+2oSysjLNsZXuJP7EgU/yhMki/aa9fCkIJAFX+8N88=",
        },
        folders: &["test/inputs", "internal/files/testdata"],
    },
    Source {
        module: GoModule {
            path: "github.com/OpenSLO/go-sdk",
            version: "v0.9.1",
            sum: "h1:7T9isJZzaDSHT23Nb+IoaQWF7ThIpsQZ4ve8htsH8IE=",
        },
        folders: &["pkg"],
    },
];

/// What in a text says which language it is.
const LANGUAGES: [(&str, &[&str]); 3] = [
    ("sloth", &["prometheus/v1", "sloth.slok.dev/v1"]),
    ("pyrra", &["pyrra.dev/v1alpha1"]),
    ("openslo", &["openslo/v1"]),
];

/// What was found.
#[derive(Serialize)]
struct Evidence {
    claim: &'static str,
    command: &'static str,
    sources: Vec<String>,
    files: usize,
    objectives: usize,
    lost: usize,
    changed: usize,
    refused: usize,
    examples: Vec<Example>,
    holds: bool,
}

/// One import.
#[derive(Serialize)]
struct Example {
    /// The file below its module, or a folder whose files belong together.
    path: String,
    language: &'static str,
    outcome: Outcome,
    objectives: usize,
    lost: usize,
    changed: usize,
    /// Why it was refused or failed.
    words: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// Imported, and the check accepts it.
    Imported,
    /// Not a text of the language, or not YAML; it was said why.
    Refused,
    /// A panic, or a text that the check does not accept.
    Failed,
}

/// What the report of an import counts.
#[derive(Default, Deserialize)]
struct Counts {
    objectives: usize,
    lost: usize,
    changed: usize,
}

/// Imports every example.
pub fn run() -> anyhow::Result<ExitCode> {
    packages::ensure(&[packages::GO, packages::SETPRIV, packages::UNSHARE])?;
    stage::build()?;
    let mut examples = Vec::new();
    for source in &SOURCES {
        let root = source.module.fetch()?;
        for folder in source.folders {
            for (language, paths) in groups(&root.join(folder))? {
                examples.push(example(source, &root, language, &paths)?);
            }
        }
    }
    println!("{:<84} {:<8} {:>10} {:>5} {:>7}", "example", "outcome", "objectives", "lost", "changed");
    for it in &examples {
        let outcome = match it.outcome {
            Outcome::Imported => "imported",
            Outcome::Refused => "refused",
            Outcome::Failed => "FAILED",
        };
        println!("{:<84} {outcome:<8} {:>10} {:>5} {:>7}", it.path, it.objectives, it.lost, it.changed);
        if it.outcome == Outcome::Failed {
            println!("{}", it.words);
        }
    }
    let of = |outcome| examples.iter().filter(move |it| it.outcome == outcome).count();
    let imported = of(Outcome::Imported);
    let holds = of(Outcome::Failed) == 0 && imported > 0;
    let evidence = Evidence {
        claim: "every example that Sloth, Pyrra and OpenSLO publish is imported to a text that passes the check, or refused with a reason",
        command: "cargo xtask full import",
        sources: SOURCES.iter().map(|it| format!("{} {}", it.module.path, it.module.version)).collect(),
        files: examples.len(),
        objectives: examples.iter().map(|it| it.objectives).sum(),
        lost: examples.iter().map(|it| it.lost).sum(),
        changed: examples.iter().map(|it| it.changed).sum(),
        refused: of(Outcome::Refused),
        examples,
        holds,
    };
    let (objectives, refused) = (evidence.objectives, evidence.refused);
    println!("\n{imported} imported with {objectives} objectives, {refused} refused");
    keep("import", &evidence)?;
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Returns every example below a folder: each file alone, and the files of OpenSLO in one folder together, because
/// they refer to each other.
fn groups(folder: &Path) -> anyhow::Result<Vec<(&'static str, Vec<PathBuf>)>> {
    let mut groups = Vec::new();
    let mut together = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut paths = entries.map(|it| Ok(it?.path())).collect::<anyhow::Result<Vec<PathBuf>>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            groups.extend(groups_below(&path)?);
        } else if path.extension().is_some_and(|it| it == "yaml" || it == "yml") {
            let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
            let is = |it: &&(&str, &[&str])| it.1.iter().any(|mark| text.contains(mark));
            let Some((language, _)) = LANGUAGES.iter().find(is) else { continue };
            if *language == "openslo" {
                together.push(path.clone());
            }
            groups.push((*language, vec![path]));
        }
    }
    if together.len() > 1 {
        groups.push(("openslo", together));
    }
    Ok(groups)
}

/// What Sloth generates stands beside what it reads, and names its version too.
fn groups_below(folder: &Path) -> anyhow::Result<Vec<(&'static str, Vec<PathBuf>)>> {
    if folder.ends_with("_gen") { Ok(Vec::new()) } else { groups(folder) }
}

fn example(
    source: &Source,
    root: &Path,
    language: &'static str,
    paths: &[PathBuf],
) -> anyhow::Result<Example> {
    let shown = match paths {
        [path] => path.as_path(),
        _ => paths.first().and_then(|it| it.parent()).unwrap_or(root),
    };
    let path = format!("{}/{}", source.module.path, shown.strip_prefix(root).unwrap_or(shown).display());
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("sla.yaml");
    let slaforge = stage::binary("slaforge")?;
    let mut import = Command::new(&slaforge);
    import.args(["import", language, "--format", "json", "--out"]).arg(&out).args(paths);
    let Captured { stderr, code, .. } = captured(&import)?;
    let mut example = Example {
        path,
        language,
        outcome: Outcome::Refused,
        objectives: 0,
        lost: 0,
        changed: 0,
        words: String::new(),
    };
    if code != Some(0) {
        if code != Some(1) {
            example.outcome = Outcome::Failed;
        }
        // The folder of Go's modules is another one everywhere.
        example.words = stderr.replace(&format!("{}/", root.display()), "");
        return Ok(example);
    }
    let counts: Counts = serde_json::from_str(&stderr).context("the report of an import is no JSON")?;
    (example.objectives, example.lost, example.changed) = (counts.objectives, counts.lost, counts.changed);
    let mut check = Command::new(&slaforge);
    check.arg("check").arg(&out);
    let Captured { stderr, code, .. } = captured(&check)?;
    example.outcome = if code == Some(0) { Outcome::Imported } else { Outcome::Failed };
    if code != Some(0) {
        example.words = stderr;
    }
    Ok(example)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peers;

    #[test]
    fn the_examples_are_of_the_peers_that_we_measure_against() {
        for (source, peer) in SOURCES.iter().zip([peers::SLOTH, peers::PYRRA]) {
            assert_eq!(source.module.version, peer.version().unwrap(), "{}", source.module.path);
        }
    }
}
