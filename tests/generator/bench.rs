//! A folder and the command.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// The example that every user sees first.
pub fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/pharmacy")
}

/// A temporary folder with a specification.
pub struct Bench {
    folder: TempDir,
}

/// What a command did.
pub struct Outcome {
    pub exit: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Bench {
    /// Starts from the example, with some of its text replaced.
    #[track_caller]
    pub fn with(replacements: &[(&str, &str)]) -> Self {
        let mut text = fs::read_to_string(example().join("sla.yaml")).unwrap();
        for (old, new) in replacements {
            assert!(text.contains(old), "the example holds no {old:?}");
            text = text.replacen(old, new, 1);
        }
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("sla.yaml"), text).unwrap();
        Self { folder }
    }

    /// The temporary folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    pub fn specification(&self) -> PathBuf {
        self.folder.path().join("sla.yaml")
    }

    /// A temporary folder without anything.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// Runs `slaforge VERB sla.yaml ARGUMENTS` in the folder.
    pub fn run(&self, verb: &str, arguments: &[&str]) -> Outcome {
        self.start(&[&[verb, "sla.yaml"], arguments].concat())
    }

    /// Runs `slaforge ARGUMENTS` in the folder; nobody sits at the terminal.
    pub fn start(&self, arguments: &[&str]) -> Outcome {
        let mut command = Command::new(env!("CARGO_BIN_EXE_slaforge"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        let output = command.output().unwrap();
        Outcome {
            exit: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Returns every file below the output folder.
    pub fn files(&self) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        let mut open = vec![self.out()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let text = fs::read_to_string(&path).unwrap();
                    found.insert(path.strip_prefix(self.out()).unwrap().to_owned(), text);
                }
            }
        }
        found
    }
}
