//! Files that never answer: pipes, and file systems whose server is gone. Reading is given up after a while, what is no
//! file is not opened at all, and whoever waits learns for which one.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    task::{JoinError, JoinHandle, spawn_blocking},
    time::timeout,
};

use crate::state::lock;

/// How long reading all files may take; a large specification takes a second.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Which file is being read.
#[derive(Clone, Debug, Default)]
pub struct Busy(Arc<Mutex<Option<PathBuf>>>);

impl Busy {
    /// Notes what is read next, and refuses what is no file: opening a pipe waits for somebody who writes.
    pub fn with(&self, path: &Path) -> io::Result<()> {
        *lock(&self.0) = Some(path.to_owned());
        regular(path)
    }

    /// Returns what is being read.
    pub fn file(&self) -> Option<PathBuf> {
        lock(&self.0).clone()
    }
}

/// Refuses what is neither a file nor a folder. What is not there is left to whoever opens it.
pub fn regular(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() && !found.is_dir() => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "it is neither a file nor a folder"))
        }
        _ => Ok(()),
    }
}

/// Why work brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// It is given up.
    #[error("{} still cannot be read after {seconds} s; is its file system gone?", told(file.as_deref()))]
    Patience {
        /// What it waits for.
        file: Option<PathBuf>,
        /// So long.
        seconds: f64,
    },
    /// It broke.
    #[error("reading failed; this is a fault of sla_exporter")]
    Broken(#[from] JoinError),
}

fn told(file: Option<&Path>) -> String {
    file.map_or_else(|| "a file".to_owned(), |it| format!("`{}`", it.display()))
}

/// Work off the runtime's threads, one at a time: what hangs is not begun again until it ended, or each look around
/// would cost a thread.
pub struct Patient<T> {
    patience: Duration,
    hanging: Option<(JoinHandle<T>, Busy)>,
}

impl<T: Send + 'static> Patient<T> {
    /// Gives up after a time.
    pub fn new(patience: Duration) -> Self {
        Self { patience, hanging: None }
    }

    /// Does work.
    pub async fn wait(&mut self, work: impl FnOnce(&Busy) -> T + Send + 'static) -> Result<T, Lost> {
        if let Some((hanging, busy)) = &mut self.hanging {
            // What it brings is of then and not of now.
            if timeout(self.patience, hanging).await.is_err() {
                return Err(Lost::Patience { file: busy.file(), seconds: self.patience.as_secs_f64() });
            }
        }
        self.hanging = None;
        let busy = Busy::default();
        let noted = busy.clone();
        let mut working = spawn_blocking(move || work(&noted));
        if let Ok(done) = timeout(self.patience, &mut working).await {
            return Ok(done?);
        }
        let file = busy.file();
        self.hanging = Some((working, busy));
        Err(Lost::Patience { file, seconds: self.patience.as_secs_f64() })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn what_hangs_is_told_and_not_begun_again() {
        let mut patient = Patient::new(Duration::from_millis(50));
        let (wake, sleep) = mpsc::channel::<()>();
        let hung = patient.wait(move |busy| {
            // It is not there, which is left to whoever opens it.
            busy.with(Path::new("/nowhere/sla.yaml")).unwrap();
            let _ = sleep.recv();
            1
        });
        let told = hung.await.unwrap_err().to_string();
        assert!(told.starts_with("`/nowhere/sla.yaml` still cannot be read after 0.05 s"), "{told}");
        let again = patient.wait(|_| unreachable!("the first one still hangs")).await;
        assert!(again.unwrap_err().to_string().contains("/nowhere/sla.yaml"));
        drop(wake);
        patient.patience = PATIENCE;
        assert_eq!(patient.wait(|_| 2).await.unwrap(), 2);
    }

    #[test]
    fn devices_are_no_files() {
        assert!(regular(Path::new("/dev/null")).is_err());
        assert!(regular(Path::new("/dev")).is_ok() && regular(Path::new("/nowhere")).is_ok());
    }
}
