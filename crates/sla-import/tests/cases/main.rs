//! Imports of the cases in `tests/import`, one folder each: the foreign files (`*.in.yaml`), what becomes of them
//! (`sla.yaml`) and what is said of it (`report.txt`).
#![expect(clippy::unwrap_used, reason = "a test that cannot read its cases should stop at once")]

mod corpus;
mod every_key;
mod golden;

use std::{
    fs,
    path::{Path, PathBuf},
};

use sla_import::{Format, Import, Options, Refused};
use sla_spec::SourceSet;

/// A case.
struct Case {
    folder: PathBuf,
    format: Format,
    /// Names without folders, with their bytes.
    files: Vec<(String, Vec<u8>)>,
    options: Options,
}

impl Case {
    fn import(&self) -> Result<Import, Refused> {
        self.import_files(self.files.clone())
    }

    fn import_files(&self, files: Vec<(String, Vec<u8>)>) -> Result<Import, Refused> {
        sla_import::import(self.format, SourceSet::new(files), self.options)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Returns every case; a line `# --window 28d` in a file is a flag.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, format) in [("sloth", Format::Sloth), ("pyrra", Format::Pyrra), ("openslo", Format::OpenSlo)] {
        for folder in sorted(&root().join("tests/import").join(name)) {
            let mut options = Options::default();
            let mut files = Vec::new();
            for path in sorted(&folder).into_iter().filter(|it| it.to_string_lossy().ends_with(".in.yaml")) {
                let text = fs::read_to_string(&path).unwrap();
                if let Some(window) = text.lines().find_map(|it| it.strip_prefix("# --window ")) {
                    options.window_days = window.trim_end_matches('d').parse().unwrap();
                }
                files.push((path.file_name().unwrap().to_string_lossy().into_owned(), text.into_bytes()));
            }
            assert!(!files.is_empty(), "{} has no `*.in.yaml`", folder.display());
            cases.push(Case { folder, format, files, options });
        }
    }
    cases
}
