//! A run that writes. Each file is written beside its place as soon as it is known, so that its text is not kept;
//! when all of them are known they take their places.

use std::{
    collections::BTreeSet,
    fmt, fs,
    path::{Path, PathBuf},
    sync::Mutex,
};

use anyhow::Context as _;
use sla_spec::parallel;
use tempfile::TempPath;

use super::{
    Folder, Selection, beside, cannot,
    made::Made,
    manifest::{self, Manifest, State},
    read, whole,
};
use crate::target::{File, MARK, Target, is_loaded};

/// Files of a run, in no order. Whatever was not finished leaves nothing behind.
pub struct Stage<'f> {
    folder: &'f Folder,
    files: Mutex<Vec<anyhow::Result<Staged>>>,
    /// Goes after the files that were written into it.
    made: Made,
    /// Held until nothing of the run is left.
    _lock: fs::File,
}

/// A file of a run.
struct Staged {
    path: String,
    sum: String,
    found: Found,
}

/// What stands in the place of a file.
enum Found {
    /// The same.
    Same,
    /// Nothing, or what an earlier run wrote; the new text is written beside it.
    Other(TempPath),
    /// What no run of ours wrote.
    Foreign,
}

/// How many files are named one by one.
const NAMED_MAX: usize = 10;

/// What a run changed, to be printed.
pub struct Written {
    pub(super) changed: usize,
    all: usize,
    pub(super) others: usize,
    pub(super) pruned: Vec<String>,
    pub(super) stale: Vec<String>,
}

impl<'f> Stage<'f> {
    pub(super) fn new(folder: &'f Folder, made: Made, lock: fs::File) -> Self {
        Self { folder, files: Mutex::default(), made, _lock: lock }
    }

    /// Takes a file. What goes wrong with it is told in the end.
    pub fn add(&self, file: &File) {
        let staged = self.staged(file);
        self.files.lock().expect("nothing that holds it panics").push(staged);
    }

    fn staged(&self, file: &File) -> anyhow::Result<Staged> {
        let path = self.folder.root.join(&file.path);
        let found = match read(&path)? {
            Some(text) if text == file.text => Found::Same,
            Some(text) if !text.contains(MARK) => Found::Foreign,
            _ => {
                self.made.folder(parent(&path)).with_context(|| cannot(&path))?;
                let written = beside(parent(&path), &file.text).with_context(|| cannot(&path))?;
                Found::Other(written.into_temp_path())
            }
        };
        Ok(Staged { path: file.path.clone(), sum: manifest::sum(&file.text), found })
    }

    /// Puts the files that differ in their places; they are all the files of these targets. First comes the list of
    /// what will stand there, marked pending; last the same list, marked complete.
    pub fn finish(self, targets: &[&'static Target], prune: bool) -> anyhow::Result<Written> {
        let files = self.files.into_inner().expect("nothing that holds it panics");
        let files = files.into_iter().collect::<anyhow::Result<Vec<Staged>>>()?;
        refuse_foreign(&files)?;
        let folder = self.folder;
        let selection = Selection { paths: files.iter().map(|it| it.path.as_str()).collect(), targets };
        let stale = folder.stale(&selection);
        let mut kept = folder.others(&selection);
        let others = kept.len();
        let sum = |path: &String| folder.before.files.get(path).map(|it| (path.clone(), it.clone()));
        kept.extend(stale.iter().filter_map(sum));
        let given = files.iter().map(|it| (it.path.clone(), it.sum.clone()));
        let list = Manifest::of(given, kept, State::Pending);
        let all = files.len();
        let differing: Vec<(TempPath, PathBuf)> =
            files.into_iter().filter_map(|it| Some((it.found.other()?, folder.root.join(it.path)))).collect();
        let changed = differing.len();
        if changed > 0 {
            folder.put(&list.file())?;
            put(differing)?;
        }
        let (pruned, stale): (Vec<String>, Vec<String>) =
            stale.into_iter().partition(|it| prune && folder.is_ours(it));
        for path in &pruned {
            fs::remove_file(folder.root.join(path)).with_context(|| format!("{path} cannot be removed"))?;
        }
        let complete = list.complete(&pruned).file();
        if read(&folder.root.join(&complete.path))?.as_deref() != Some(&*complete.text) {
            folder.put(&complete)?;
        }
        Ok(Written { changed, all, others, pruned, stale })
    }
}

impl Found {
    fn other(self) -> Option<TempPath> {
        match self {
            Self::Other(written) => Some(written),
            Self::Same | Self::Foreign => None,
        }
    }
}

/// Refuses when a file would be written over something that no run of ours wrote: a hand-made routing must not be
/// lost.
fn refuse_foreign(files: &[Staged]) -> anyhow::Result<()> {
    let foreign: BTreeSet<&str> =
        files.iter().filter(|it| matches!(it.found, Found::Foreign)).map(|it| it.path.as_str()).collect();
    anyhow::ensure!(
        foreign.is_empty(),
        "not written by slaforge, so nothing was written over it: {}; move it away or choose another folder with `--out`",
        foreign.into_iter().collect::<Vec<_>>().join(", ")
    );
    Ok(())
}

/// Flushes files to the disk and gives them their names. A folder is flushed once, when all its files have theirs.
fn put(files: Vec<(TempPath, PathBuf)>) -> anyhow::Result<()> {
    let flush = |path: &Path| fs::File::open(path)?.sync_all();
    // The disk has had time to write most of them when the first is waited for.
    let flushed = parallel::map(&files, |(written, path)| flush(written).with_context(|| cannot(path)));
    flushed.into_iter().collect::<anyhow::Result<()>>()?;
    let folders: BTreeSet<PathBuf> = files.iter().map(|it| parent(&it.1).to_owned()).collect();
    for (written, path) in files {
        written.persist(&path).with_context(|| cannot(&path))?;
    }
    folders.iter().try_for_each(|it| flush(it).with_context(|| cannot(it)))
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

impl Folder {
    /// Puts one file in its place.
    pub(super) fn put(&self, file: &File) -> anyhow::Result<()> {
        let path = self.root.join(&file.path);
        let rename = |it: tempfile::NamedTempFile| it.persist(&path).map_err(|it| it.error);
        whole(&path, &file.text, rename).with_context(|| cannot(&path))
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} files, {} changed", self.all, self.changed)?;
        if self.others > 0 {
            writeln!(
                f,
                "{} files of other targets were left as they are; `--target` writes them",
                self.others
            )?;
        }
        some(f, &self.pruned, "removed ")?;
        some(f, &self.stale, "left over from an earlier run: ")?;
        if !self.stale.is_empty() {
            writeln!(f, "`--prune` removes what is left over unless it was changed by hand")?;
        }
        Ok(())
    }
}

fn some(f: &mut fmt::Formatter<'_>, paths: &[String], what: &str) -> fmt::Result {
    paths.iter().take(NAMED_MAX).try_for_each(|it| writeln!(f, "{what}{it}"))?;
    match paths.len().saturating_sub(NAMED_MAX) {
        0 => Ok(()),
        more => writeln!(f, "{what}{more} more"),
    }
}

impl Written {
    /// Says that rules are there twice, if they are: the configuration that we write loads every rule file of the
    /// folder.
    pub fn warning(&self) -> Option<String> {
        let count = self.stale.iter().filter(|it| is_loaded(it)).count();
        (count > 0).then(|| {
            format!(
                "warning: {count} rule files of an earlier run are still loaded beside the new ones; what stands in both \
                 is recorded twice and alerts twice\nrun again with `--prune`"
            )
        })
    }
}
