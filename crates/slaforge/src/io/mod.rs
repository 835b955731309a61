//! The only writes: generated files all or nothing, and never over somebody's own file.

mod drift;
mod lock;
mod made;
mod manifest;
mod stage;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use sla_spec::parallel;
use tempfile::NamedTempFile;

pub use drift::Drift;
use made::Made;
use manifest::{Manifest, State};
pub use stage::Stage;

use crate::target::{File, TARGETS, Target};

/// How the names of files begin that are written beside their places.
const BESIDE: &str = ".slaforge-";

/// What a run is about: the paths that it gives, and the targets that they are all the files of. Files of other
/// targets are none of its business.
struct Selection<'f> {
    paths: BTreeSet<&'f str>,
    targets: &'f [&'static Target],
}

impl Selection<'_> {
    /// Returns whether a file would be of this run, if the specification gave it.
    fn owns(&self, path: &str) -> bool {
        self.targets.iter().any(|it| (it.owns)(path))
    }
}

/// An output folder.
pub struct Folder {
    root: PathBuf,
    before: Manifest,
}

impl Folder {
    /// Reads what earlier runs wrote there. A run that was cut off left its list behind, so that this one
    /// finishes or replaces what it began.
    pub fn open(root: &Path) -> anyhow::Result<Self> {
        Ok(Self { root: root.to_owned(), before: before(root)? })
    }

    /// Compares what stands there with what would be written: all files of some targets.
    pub fn compare(&self, files: &[File], targets: &[&'static Target]) -> anyhow::Result<Drift> {
        let mut drift = Drift::default();
        let selection = Selection { paths: files.iter().map(|it| it.path.as_str()).collect(), targets };
        let given = parallel::map(files, |it| (it.path.clone(), manifest::sum(&it.text)));
        let list = Manifest::of(given, self.others(&selection), State::Complete).file();
        for file in files.iter().chain([&list]) {
            let found = read(&self.root.join(&file.path))?;
            drift.compare(&file.path, found.as_deref(), &file.text);
        }
        let there = drift::there(&self.root)?.into_iter().filter(|it| selection.owns(it));
        for path in there.chain(self.stale(&selection)) {
            if !selection.paths.contains(path.as_str()) {
                let is_ours = self.is_ours(&path);
                drift.extra(path, is_ours);
            }
        }
        Ok(drift)
    }

    /// Begins a run that writes; no other is under way in this folder. What a run that was killed left beside its files
    /// goes first.
    pub fn stage(&mut self) -> anyhow::Result<Stage<'_>> {
        let made = Made::default();
        let lock = lock::of(&self.root, &made)?;
        // The run that this one waited for has written another list.
        self.before = before(&self.root)?;
        let is_left = |path: &&String| path.rsplit('/').next().is_some_and(|it| it.starts_with(BESIDE));
        for path in drift::there(&self.root)?.iter().filter(is_left) {
            fs::remove_file(self.root.join(path)).with_context(|| format!("{path} cannot be removed"))?;
        }
        Ok(Stage::new(self, made, lock))
    }

    /// Returns whether a file is as an earlier run wrote it: what somebody changed since is theirs now, and stays.
    fn is_ours(&self, path: &str) -> bool {
        read(&self.root.join(path)).ok().flatten().is_some_and(|it| self.before.wrote(path, &it))
    }

    /// Returns the files of earlier runs that are still there, that this one might give and does not. What no
    /// target owns is from a time when one did.
    fn stale(&self, selection: &Selection<'_>) -> Vec<String> {
        let given = &selection.paths;
        let owned = |path: &str| selection.owns(path) || !TARGETS.iter().any(|it| (it.owns)(path));
        let there =
            |path: &&String| owned(path) && !given.contains(path.as_str()) && self.root.join(path).exists();
        self.before.files.keys().filter(there).cloned().collect()
    }

    /// Returns what earlier runs wrote for other targets. It stays, and stays listed.
    fn others(&self, selection: &Selection<'_>) -> BTreeMap<String, String> {
        let other = |path: &str| !selection.owns(path) && TARGETS.iter().any(|it| (it.owns)(path));
        self.before
            .files
            .iter()
            .filter(|it| other(it.0))
            .map(|(path, sum)| (path.clone(), sum.clone()))
            .collect()
    }
}

/// Reads the list of earlier runs.
fn before(root: &Path) -> anyhow::Result<Manifest> {
    let path = root.join(manifest::PATH);
    read(&path)?.map_or_else(
        || Ok(Manifest::default()),
        |text| {
            Manifest::parse(&text)
                .with_context(|| format!("{} is damaged; remove it and generate again", path.display()))
        },
    )
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

/// Puts a new text in the place of a file that is there; who may read it stays as it was.
pub fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let written = || {
        let permissions = fs::metadata(path)?.permissions();
        whole(path, text, |temporary| {
            temporary.as_file().set_permissions(permissions)?;
            temporary.persist(path).map_err(|it| it.error)
        })
    };
    written().with_context(|| format!("{} cannot be written", path.display()))
}

/// Puts one file in place whole: written beside it, flushed to the disk, then renamed.
fn whole(
    path: &Path,
    text: &str,
    rename: impl FnOnce(NamedTempFile) -> std::io::Result<fs::File>,
) -> std::io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = beside(folder, text)?;
    temporary.as_file().sync_all()?;
    rename(temporary)?;
    fs::File::open(folder)?.sync_all()
}

/// Writes a text to a temporary file of a folder, which is made.
fn beside(folder: &Path, text: &str) -> std::io::Result<NamedTempFile> {
    fs::create_dir_all(folder)?;
    let mut temporary = tempfile::Builder::new().prefix(BESIDE).tempfile_in(folder)?;
    temporary.write_all(text.as_bytes())?;
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    temporary.as_file().set_permissions(readable)?;
    Ok(temporary)
}

fn cannot(path: &Path) -> String {
    format!("{} cannot be written", path.display())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::MARK;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: format!("# {MARK}\n{text}\n") }
    }

    /// Some files, and the targets that they are all the files of.
    struct Selection<'f>(&'f [File], Vec<&'static Target>);

    fn all(files: &[File]) -> Selection<'_> {
        Selection(files, crate::target::defaults())
    }

    fn of<'f>(name: &str, files: &'f [File]) -> Selection<'f> {
        Selection(files, TARGETS.iter().filter(|it| it.name == name).collect())
    }

    impl Folder {
        fn write(&mut self, selection: &Selection<'_>, prune: bool) -> anyhow::Result<stage::Written> {
            let stage = self.stage()?;
            selection.0.iter().for_each(|it| stage.add(it));
            stage.finish(&selection.1, prune)
        }

        fn drift(&self, selection: &Selection<'_>) -> Drift {
            self.compare(selection.0, &selection.1).unwrap()
        }
    }

    #[test]
    fn a_second_run_changes_nothing_and_an_old_file_is_pruned_only_on_demand() {
        let root = tempfile::tempdir().unwrap();
        let both = [file("rules/a.rules.yaml", "a"), file("rules/b.rules.yaml", "b")];
        let one = &both[..1];
        let open = || Folder::open(root.path()).unwrap();
        assert_eq!(open().write(&all(&both), false).unwrap().changed, 2);
        assert_eq!(open().write(&all(&both), false).unwrap().changed, 0);
        assert!(open().drift(&all(&both)).is_none());
        let written = open().write(&all(one), false).unwrap();
        assert_eq!(written.stale, ["rules/b.rules.yaml"]);
        assert!(!open().drift(&all(one)).is_none(), "a left-over rule file is still loaded");
        let written = open().write(&all(one), true).unwrap();
        assert_eq!(written.pruned, ["rules/b.rules.yaml"]);
        assert!(open().drift(&all(one)).is_none());
        assert!(!root.path().join("rules/b.rules.yaml").exists());
    }

    #[test]
    fn a_file_of_somebody_else_is_never_written_over() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("rules")).unwrap();
        fs::write(root.path().join("rules/alertmanager.yaml"), "by hand\n").unwrap();
        let files = [
            file("rules/a.rules.yaml", "a"),
            file("rules/alertmanager.yaml", "generated"),
            file("dashboards/deep/x.json", "x"),
        ];
        let error = Folder::open(root.path()).unwrap().write(&all(&files), false).err().unwrap();
        assert!(error.to_string().contains("rules/alertmanager.yaml"), "{error}");
        assert_eq!(fs::read_to_string(root.path().join("rules/alertmanager.yaml")).unwrap(), "by hand\n");
        assert!(!root.path().join("rules/a.rules.yaml").exists());
        assert!(!root.path().join("dashboards").exists(), "an empty folder is left");
    }

    #[test]
    fn what_was_changed_by_hand_is_neither_overwritten_nor_pruned() {
        let root = tempfile::tempdir().unwrap();
        let both = [file("rules/a.rules.yaml", "a"), file("rules/b.rules.yaml", "b")];
        let open = || Folder::open(root.path()).unwrap();
        open().write(&all(&both), false).unwrap();
        let theirs = root.path().join("rules/b.rules.yaml");
        fs::write(&theirs, "mine now\n").unwrap();
        assert!(open().write(&all(&both), false).is_err());
        let written = open().write(&all(&both[..1]), true).unwrap();
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
        let given = files.iter().map(|it| (it.path.clone(), manifest::sum(&it.text)));
        folder.put(&Manifest::of(given, BTreeMap::new(), State::Pending).file()).unwrap();
        folder.put(&files[0]).unwrap();
        fs::write(root.path().join("rules/.slaforge-cut-off"), "half").unwrap();
        assert!(!Folder::open(root.path()).unwrap().drift(&all(&files)).is_none());
        assert_eq!(Folder::open(root.path()).unwrap().write(&all(&files), false).unwrap().changed, 1);
        // Both files and the list.
        assert_eq!(fs::read_dir(root.path().join("rules")).unwrap().count(), 3);
        assert!(Folder::open(root.path()).unwrap().drift(&all(&files)).is_none());
    }

    #[test]
    fn a_run_for_one_target_leaves_the_others_alone() {
        let root = tempfile::tempdir().unwrap();
        let open = || Folder::open(root.path()).unwrap();
        let rules = [file("rules/a.rules.yaml", "a"), file("rules/b.rules.yaml", "b")];
        let objects = [file("rules/crd/a.yaml", "a"), file("rules/crd/b.yaml", "b")];
        open().write(&all(&rules), false).unwrap();
        let written = open().write(&of("crd", &objects), true).unwrap();
        assert_eq!((written.others, written.pruned.len(), written.stale.len()), (2, 0, 0));
        assert!(open().drift(&all(&rules)).is_none());
        assert!(open().drift(&of("crd", &objects)).is_none());
        // What the specification no longer gives is left over of its own target only.
        assert!(!open().drift(&of("crd", &objects[..1])).is_none());
        let written = open().write(&all(&rules[..1]), true).unwrap();
        assert_eq!(written.pruned, ["rules/b.rules.yaml"]);
        let written = open().write(&of("crd", &objects[..1]), true).unwrap();
        assert_eq!(written.pruned, ["rules/crd/b.yaml"]);
        assert!(root.path().join("rules/a.rules.yaml").exists());
        assert!(open().drift(&all(&rules[..1])).is_none());
    }

    #[test]
    fn what_no_target_writes_any_more_is_left_over() {
        let root = tempfile::tempdir().unwrap();
        let open = || Folder::open(root.path()).unwrap();
        let old = [file("rules/a.rules.yaml", "a"), file("rules/old-format/a.txt", "a")];
        open().write(&all(&old), false).unwrap();
        let written = open().write(&of("crd", &[]), true).unwrap();
        assert_eq!(written.pruned, ["rules/old-format/a.txt"]);
        assert!(root.path().join("rules/a.rules.yaml").exists());
    }

    #[test]
    fn more_files_than_may_be_open_are_written() {
        let root = tempfile::tempdir().unwrap();
        let path = |number| format!("rules/{number}.rules.yaml");
        let files: Vec<File> = (0..1500).map(|it| file(&path(it), "x")).collect();
        let mut folder = Folder::open(root.path()).unwrap();
        assert_eq!(folder.write(&all(&files), false).unwrap().changed, files.len());
        assert!(Folder::open(root.path()).unwrap().drift(&all(&files)).is_none());
        // Every file, the list, and nothing temporary.
        assert_eq!(fs::read_dir(root.path().join("rules")).unwrap().count(), files.len() + 1);
    }
}
