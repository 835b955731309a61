//! Looking at the file and what it names: whether anything changed, and what it says then.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use super::{
    Rules,
    file::{self, WebConfigError, Wrong},
};
use crate::patience::Busy;

/// What changes with a file: its place on the disk, its size and its times. A file that was put in the place of another
/// may have its size and time of change, but not its number.
#[derive(PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// Every file that was read or should have been.
#[derive(Default)]
pub struct Tried {
    files: Vec<(PathBuf, Option<Stamp>)>,
    busy: Busy,
}

/// What reading came to.
pub struct Look {
    /// The rules, or why there are none.
    pub read: Result<Rules, WebConfigError>,
    /// What must change for another outcome.
    pub tried: Tried,
}

impl Tried {
    /// Tells for which file reading waits.
    pub fn of(busy: Busy) -> Self {
        Self { files: Vec::new(), busy }
    }

    /// Reads a file as text.
    pub fn read(&mut self, path: &Path) -> Result<String, Wrong> {
        // Before it is read: a change while it is read is seen next time.
        self.files.push((path.to_owned(), stamp(path)));
        let text = self.busy.with(path).and_then(|()| fs::read_to_string(path));
        text.map_err(|source| Wrong::Read { path: path.to_owned(), source })
    }

    fn is_as_before(&self) -> bool {
        self.files.iter().all(|(path, before)| stamp(path) == *before)
    }
}

/// Reads the file if anything changed since `known`, or if it must be.
pub fn look(path: &Path, known: &Tried, must: bool, busy: Busy) -> Option<Look> {
    (must || !known.is_as_before()).then(|| file::read(path, Tried::of(busy)))
}

fn stamp(path: &Path) -> Option<Stamp> {
    let found = fs::metadata(path).ok()?;
    Some(Stamp {
        device: found.dev(),
        inode: found.ino(),
        bytes: found.len(),
        modified: (found.mtime(), found.mtime_nsec()),
        changed: (found.ctime(), found.ctime_nsec()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_the_place_of_another_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let [here, there] = ["here", "there"].map(|it| folder.path().join(it));
        fs::write(&here, "a").unwrap();
        let mut tried = Tried::default();
        assert_eq!(tried.read(&here).unwrap(), "a");
        assert!(tried.is_as_before());
        // As `cp -p` and `rsync` do it: the size and the time are the old ones.
        let time = fs::metadata(&here).unwrap().modified().unwrap();
        fs::write(&there, "b").unwrap();
        fs::File::options().write(true).open(&there).unwrap().set_modified(time).unwrap();
        fs::rename(&there, &here).unwrap();
        assert!(!tried.is_as_before());
    }

    #[test]
    fn what_is_missing_may_come() {
        let folder = tempfile::tempdir().unwrap();
        let mut tried = Tried::default();
        assert!(tried.read(&folder.path().join("later")).is_err());
        assert!(tried.is_as_before());
        fs::write(folder.path().join("later"), "").unwrap();
        assert!(!tried.is_as_before());
    }
}
