//! Folders that a run makes. Those that are empty at its end go: a refused run leaves nothing behind.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Mutex,
};

/// The folders of a run.
#[derive(Default)]
pub struct Made(Mutex<BTreeSet<PathBuf>>);

impl Made {
    /// Makes a folder, and those above it.
    pub fn folder(&self, path: &Path) -> io::Result<()> {
        let is_missing = |it: &&Path| !it.as_os_str().is_empty() && !it.exists();
        let missing: Vec<&Path> = path.ancestors().take_while(is_missing).collect();
        let mut made = self.0.lock().expect("nothing that holds it panics");
        made.extend(missing.into_iter().map(Path::to_owned));
        drop(made);
        fs::create_dir_all(path)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let made = std::mem::take(&mut *self.0.lock().expect("nothing that holds it panics"));
        // What is inside a folder is sorted behind it. One that holds something stays.
        made.iter().rev().for_each(|it| drop(fs::remove_dir(it)));
    }
}
