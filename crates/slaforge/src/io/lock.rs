//! One run at a time writes to an output folder. The folder itself is locked, so that nothing more lies in it, and the
//! kernel lets go of it when a run ends in whatever way.

use std::{
    fs::{self, File, TryLockError},
    io::ErrorKind,
    os::unix::fs::MetadataExt as _,
    path::Path,
};

use anyhow::Context as _;

use super::made::Made;

/// Locks a folder, which is made, until the file is closed. While another run goes on there, it says so and waits.
pub fn of(root: &Path, made: &Made) -> anyhow::Result<File> {
    let cannot = || format!("{} cannot be written to", root.display());
    loop {
        made.folder(root).with_context(cannot)?;
        let folder = match File::open(root) {
            // A run that was refused has just taken it away.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            other => other.with_context(cannot)?,
        };
        match folder.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                eprintln!("another run is writing to {}; this one waits for its end", root.display());
                folder.lock().with_context(cannot)?;
            }
            // A file system that knows no locks: two runs at once may still hinder each other there.
            Err(TryLockError::Error(_)) => return Ok(folder),
        }
        // Had the other run to take its empty folder away, the lock would be on nothing that others see.
        let id = |it: fs::Metadata| (it.dev(), it.ino());
        if fs::metadata(root).map(id).ok() == folder.metadata().map(id).ok() {
            return Ok(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread, time::Duration};

    use super::*;

    #[test]
    fn a_second_run_waits_for_the_first() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("out");
        let made = Made::default();
        let first = of(&out, &made).unwrap();
        let (told, heard) = mpsc::channel();
        let second = thread::spawn(move || {
            let made = Made::default();
            let lock = of(&out, &made).unwrap();
            told.send(()).unwrap();
            drop((lock, made));
        });
        assert!(heard.recv_timeout(Duration::from_millis(200)).is_err(), "both had the lock");
        drop(first);
        heard.recv_timeout(Duration::from_mins(1)).unwrap();
        second.join().unwrap();
    }

    #[test]
    fn a_folder_that_was_taken_away_is_locked_anew() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("out");
        let made = Made::default();
        let first = of(&out, &made).unwrap();
        let there = out.clone();
        let second = thread::spawn(move || {
            let made = Made::default();
            let lock = of(&there, &made).unwrap();
            assert_eq!(lock.metadata().unwrap().ino(), fs::metadata(&there).unwrap().ino());
        });
        thread::sleep(Duration::from_millis(100));
        // What a refused run does.
        drop(made);
        assert!(!out.exists());
        drop(first);
        second.join().unwrap();
    }
}
