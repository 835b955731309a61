//! Size, header and registration of source files.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use super::Metadata;

/// The longest file: beyond this it holds more than one concept.
const LINES_MAX: usize = 500;

/// Where our source files stand.
const FOLDERS: [&str; 3] = ["crates", "xtask", "tests"];

/// Returns every source file that is too long, says nothing of itself, or belongs to no crate.
pub fn problems(root: &Path, metadata: &Metadata) -> anyhow::Result<Vec<String>> {
    let targets: BTreeSet<PathBuf> = metadata
        .packages
        .iter()
        .flat_map(|it| &it.targets)
        .filter_map(|it| fs::canonicalize(&it.src_path).ok())
        .collect();
    let mut problems = Vec::new();
    for folder in FOLDERS.iter().map(|it| root.join(it)).filter(|it| it.exists()) {
        for path in sources(&folder)? {
            let text =
                fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            problems.extend(too_long(&shown, &text));
            problems.extend(without_header(&shown, &text));
            let target = fs::canonicalize(&path).is_ok_and(|it| targets.contains(&it));
            if !target && !is_registered(&path) {
                problems.push(format!(
                    "{shown} belongs to no crate: add `mod {};` to the file of the folder it stands in, or a `[[test]]` for it, or remove it",
                    module(&path)
                ));
            }
        }
    }
    Ok(problems)
}

fn sources(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn too_long(shown: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > LINES_MAX)
        .then(|| format!("{shown} has {lines} lines, more than {LINES_MAX}: split it, one concept a file"))
}

fn without_header(shown: &str, text: &str) -> Option<String> {
    (!text.starts_with("//!")).then(|| {
        format!(
            "{shown} does not begin with `//!`: say in one sentence what the file owns and what it does not"
        )
    })
}

/// Returns the name under which a file is a module.
fn module(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    match path.parent().and_then(Path::file_name) {
        Some(folder) if stem == "mod" => folder.to_string_lossy().into_owned(),
        _ => stem,
    }
}

/// Returns whether a file of the folder above declares the module: `mod.rs`, a crate's root, a test.
fn is_registered(path: &Path) -> bool {
    let own = if path.ends_with("mod.rs") { path.parent() } else { Some(path) };
    let Some(folder) = own.and_then(Path::parent) else {
        return false;
    };
    let declaration = format!("mod {};", module(path));
    let declares = |parent: &Path| {
        let text = fs::read_to_string(parent).unwrap_or_default();
        text.lines()
            .any(|it| it.trim().trim_start_matches("pub ").trim_start_matches("pub(crate) ") == declaration)
    };
    let beside = fs::read_dir(folder).into_iter().flatten().flatten().map(|it| it.path());
    // A module may also be declared by the file that is named like its folder.
    beside.filter(|it| it.extension().is_some_and(|end| end == "rs") && it != path).any(|it| declares(&it))
        || declares(&folder.with_extension("rs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_it_is_and_stays_small() {
        assert!(without_header("a.rs", "use x;\n").unwrap().contains("`//!`"));
        assert!(without_header("a.rs", "//! Owns x.\n").is_none());
        assert!(too_long("a.rs", &"\n".repeat(501)).unwrap().contains("501 lines"));
        assert!(too_long("a.rs", &"\n".repeat(500)).is_none());
    }

    #[test]
    fn a_file_that_no_module_names_is_found() {
        let root = tempfile::tempdir().unwrap();
        let src = root.path().join("crates/x/src");
        fs::create_dir_all(src.join("part")).unwrap();
        fs::write(src.join("lib.rs"), "//! X.\n\nmod part;\npub mod other;\n").unwrap();
        fs::write(src.join("other.rs"), "//! Other.\n").unwrap();
        fs::write(src.join("part/mod.rs"), "//! Part.\n\nmod leaf;\n").unwrap();
        fs::write(src.join("part/leaf.rs"), "//! Leaf.\n").unwrap();
        fs::write(src.join("part/lost.rs"), "//! Lost.\n").unwrap();
        let path = src.join("lib.rs").display().to_string();
        let text = serde_json::json!({"packages": [{"name": "x", "dependencies": [], "targets": [{"src_path": path}]}]});
        let metadata = serde_json::from_value(text).unwrap();
        let problems = problems(root.path(), &metadata).unwrap();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with("crates/x/src/part/lost.rs belongs to no crate: add `mod lost;`"));
    }
}
