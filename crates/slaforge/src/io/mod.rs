//! The only writes: generated files all or nothing, and never over somebody's own file.

mod drift;
mod manifest;

use std::{
    collections::BTreeMap,
    fmt, fs,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;

pub use drift::Drift;
use manifest::{Manifest, State};
use tempfile::NamedTempFile;

use crate::target::{File, MARK};

/// An output folder.
pub struct Folder {
    root: PathBuf,
    before: Manifest,
}

/// What a run changed, to be printed.
pub struct Written {
    changed: usize,
    all: usize,
    pruned: Vec<String>,
    stale: Vec<String>,
}

impl Folder {
    /// Reads what earlier runs wrote there. A run that was cut off left its list behind, so that this one
    /// finishes or replaces what it began.
    pub fn open(root: &Path) -> anyhow::Result<Self> {
        let before = match read(&root.join(manifest::PATH))? {
            None => Manifest::default(),
            Some(text) => Manifest::parse(&text).with_context(|| {
                format!("{} is damaged; remove it and generate again", root.join(manifest::PATH).display())
            })?,
        };
        Ok(Self { root: root.to_owned(), before })
    }

    /// Compares what stands there with what would be written.
    pub fn compare(&self, files: &[File]) -> anyhow::Result<Drift> {
        let mut expected: Vec<File> = files.to_vec();
        expected.push(Manifest::of(files, &BTreeMap::new(), State::Complete).file());
        let mut drift = Drift::default();
        for file in &expected {
            let found = read(&self.root.join(&file.path))?;
            drift.compare(&file.path, found.as_deref(), &file.text);
        }
        for path in drift::loaded(&self.root)?.into_iter().chain(self.stale(files)) {
            if !expected.iter().any(|it| it.path == path) && self.root.join(&path).exists() {
                drift.extra(path);
            }
        }
        Ok(drift)
    }

    /// Writes the files that differ. First the list of what will stand there, marked pending; last the same
    /// list, marked complete.
    pub fn write(&self, files: &[File], prune: bool) -> anyhow::Result<Written> {
        let differing = self.differing(files)?;
        let stale = self.stale(files);
        let kept: BTreeMap<String, String> = self
            .before
            .files
            .iter()
            .filter(|(path, _)| stale.contains(path))
            .map(|(path, sum)| (path.clone(), sum.clone()))
            .collect();
        if !differing.is_empty() {
            self.put(&Manifest::of(files, &kept, State::Pending).file())?;
        }
        for file in &differing {
            self.put(file)?;
        }
        // What somebody changed since is theirs now, and stays.
        let ours = |path: &String| {
            read(&self.root.join(path)).ok().flatten().is_some_and(|it| self.before.wrote(path, &it))
        };
        let (pruned, stale): (Vec<String>, Vec<String>) = stale.into_iter().partition(|it| prune && ours(it));
        for path in &pruned {
            fs::remove_file(self.root.join(path)).with_context(|| format!("{path} cannot be removed"))?;
        }
        let kept = kept.into_iter().filter(|(path, _)| stale.contains(path)).collect();
        let complete = Manifest::of(files, &kept, State::Complete).file();
        if read(&self.root.join(&complete.path))?.as_deref() != Some(&*complete.text) {
            self.put(&complete)?;
        }
        Ok(Written { changed: differing.len(), all: files.len(), pruned, stale })
    }

    /// Returns the files of earlier runs that are still there and that this one does not give.
    fn stale(&self, files: &[File]) -> Vec<String> {
        let given = |path: &String| files.iter().any(|it| it.path == *path);
        let there = |path: &&String| !given(path) && self.root.join(path).exists();
        self.before.files.keys().filter(there).cloned().collect()
    }

    /// Returns the files that are not there as given. Refuses when one of them would be written over something
    /// that no run of ours wrote: a hand-made routing must not be lost.
    fn differing<'f>(&self, files: &'f [File]) -> anyhow::Result<Vec<&'f File>> {
        let (mut differing, mut foreign) = (Vec::new(), Vec::new());
        for file in files {
            let found = read(&self.root.join(&file.path))?;
            if found.as_deref() != Some(&*file.text) {
                differing.push(file);
                foreign.extend(found.filter(|it| !it.contains(MARK)).map(|_| file.path.as_str()));
            }
        }
        anyhow::ensure!(
            foreign.is_empty(),
            "not written by slaforge, so nothing was written over it: {}; move it away or choose another folder with `--out`",
            foreign.join(", ")
        );
        Ok(differing)
    }

    fn put(&self, file: &File) -> anyhow::Result<()> {
        let path = self.root.join(&file.path);
        whole(&path, &file.text, |temporary| temporary.persist(&path).map_err(|it| it.error))
            .with_context(|| format!("{} cannot be written", path.display()))
    }
}

/// Writes a new file and returns true; if something stands there already, leaves it and returns false.
pub fn create(path: &Path, text: &str) -> anyhow::Result<bool> {
    let written = whole(path, text, |temporary| temporary.persist_noclobber(path).map_err(|it| it.error));
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error).with_context(|| format!("{} cannot be written", path.display())),
    }
}

/// Puts one file in place whole: written beside it, flushed to the disk, then renamed.
fn whole(
    path: &Path,
    text: &str,
    rename: impl FnOnce(NamedTempFile) -> std::io::Result<fs::File>,
) -> std::io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut temporary = tempfile::Builder::new().prefix(".slaforge-").tempfile_in(folder)?;
    temporary.write_all(text.as_bytes())?;
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    temporary.as_file().set_permissions(readable)?;
    temporary.as_file().sync_all()?;
    rename(temporary)?;
    fs::File::open(folder)?.sync_all()
}

fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        // Not text: it differs from everything that we write, and it is not ours.
        Err(error) if error.kind() == ErrorKind::InvalidData => Ok(Some(String::new())),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} files, {} changed", self.all, self.changed)?;
        self.pruned.iter().try_for_each(|it| writeln!(f, "removed {it}"))?;
        self.stale.iter().try_for_each(|it| {
            writeln!(
                f,
                "left over from an earlier run: {it}; `--prune` removes it unless it was changed by hand"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: format!("# {MARK}\n{text}\n") }
    }

    #[test]
    fn a_second_run_changes_nothing_and_an_old_file_is_pruned_only_on_demand() {
        let root = tempfile::tempdir().unwrap();
        let both = [file("rules/a.rules.yaml", "a"), file("rules/b.rules.yaml", "b")];
        let one = &both[..1];
        let open = || Folder::open(root.path()).unwrap();
        assert_eq!(open().write(&both, false).unwrap().changed, 2);
        assert_eq!(open().write(&both, false).unwrap().changed, 0);
        assert!(open().compare(&both).unwrap().is_none());
        let written = open().write(one, false).unwrap();
        assert_eq!(written.stale, ["rules/b.rules.yaml"]);
        assert!(!open().compare(one).unwrap().is_none(), "a left-over rule file is still loaded");
        let written = open().write(one, true).unwrap();
        assert_eq!(written.pruned, ["rules/b.rules.yaml"]);
        assert!(open().compare(one).unwrap().is_none());
        assert!(!root.path().join("rules/b.rules.yaml").exists());
    }

    #[test]
    fn a_file_of_somebody_else_is_never_written_over() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("rules")).unwrap();
        fs::write(root.path().join("rules/alertmanager.yaml"), "by hand\n").unwrap();
        let files = [file("rules/a.rules.yaml", "a"), file("rules/alertmanager.yaml", "generated")];
        let error = Folder::open(root.path()).unwrap().write(&files, false).err().unwrap();
        assert!(error.to_string().contains("rules/alertmanager.yaml"), "{error}");
        assert_eq!(fs::read_to_string(root.path().join("rules/alertmanager.yaml")).unwrap(), "by hand\n");
        assert!(!root.path().join("rules/a.rules.yaml").exists());
    }

    #[test]
    fn what_was_changed_by_hand_is_neither_overwritten_nor_pruned() {
        let root = tempfile::tempdir().unwrap();
        let both = [file("rules/a.rules.yaml", "a"), file("rules/b.rules.yaml", "b")];
        let open = || Folder::open(root.path()).unwrap();
        open().write(&both, false).unwrap();
        let theirs = root.path().join("rules/b.rules.yaml");
        fs::write(&theirs, "mine now\n").unwrap();
        assert!(open().write(&both, false).is_err());
        let written = open().write(&both[..1], true).unwrap();
        assert_eq!((written.pruned.len(), written.stale.len()), (0, 1));
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "mine now\n");
    }

    #[test]
    fn a_new_file_never_replaces_an_old_one() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("deep/sla.yaml");
        assert!(create(&path, "first\n").unwrap());
        assert!(!create(&path, "second\n").unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "first\n");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "a temporary file is left");
    }

    #[test]
    fn a_list_that_names_other_folders_is_refused() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("rules")).unwrap();
        for path in ["../victim", "/etc/passwd", "rules/../../victim", "src/main.rs"] {
            let list = format!(r#"{{"state": "complete", "files": {{"{path}": "00"}}}}"#);
            fs::write(root.path().join(manifest::PATH), list).unwrap();
            assert!(Folder::open(root.path()).is_err(), "{path}");
        }
    }

    #[test]
    fn a_run_that_was_cut_off_is_finished_by_the_next() {
        let root = tempfile::tempdir().unwrap();
        let files = [file("rules/a.rules.yaml", "a"), file("rules/b.rules.yaml", "b")];
        let folder = Folder::open(root.path()).unwrap();
        folder.put(&Manifest::of(&files, &BTreeMap::new(), State::Pending).file()).unwrap();
        folder.put(&files[0]).unwrap();
        assert!(!Folder::open(root.path()).unwrap().compare(&files).unwrap().is_none());
        assert_eq!(Folder::open(root.path()).unwrap().write(&files, false).unwrap().changed, 1);
        assert!(Folder::open(root.path()).unwrap().compare(&files).unwrap().is_none());
    }
}
