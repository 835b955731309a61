//! Taking a changed specification: read and check it first, then change over; a bad one changes nothing.

use std::{
    future::pending,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::Timestamp;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use sla_model::Model;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::{
    config::Loaded,
    exit::Stop,
    state::{Shared, State, lock},
};

/// Events of a file come in bunches; so long it must have been quiet before it is read.
const QUIET: Duration = Duration::from_millis(250);

/// A folder that is never quiet does not keep a change waiting longer than this.
const QUIET_MAX: Duration = Duration::from_secs(2);

/// So often the files are read without any event: NFS and some containers tell of none.
const POLL: Duration = Duration::from_secs(30);

/// Reads and checks the specification anew; returns nothing if it is what is known.
pub type Load = Arc<dyn Fn(Option<&Loaded>) -> Result<Option<Loaded>, Stop> + Send + Sync>;

/// What is measured right now, and what it came to. Replaced as a whole.
#[derive(Clone, Debug)]
pub struct World {
    /// The specification.
    pub model: Arc<Model>,
    /// What was measured.
    pub state: Arc<State>,
}

/// Why the specification is read anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Somebody asked for it.
    Asked,
    /// A file may have changed.
    Files,
}

/// A wish to have it read.
pub struct Request {
    /// Why.
    pub why: Why,
    /// Where the outcome goes, if anybody waits.
    pub answer: Option<oneshot::Sender<Result<(), String>>>,
}

/// How the last reload went.
#[derive(Clone, Debug)]
pub struct Note {
    /// When the specification in use was taken.
    pub taken: Timestamp,
    /// The checksum of its files.
    pub checksum: String,
    /// Why a later one was not taken, and when.
    pub problem: Option<(Timestamp, String)>,
}

impl Note {
    /// Notes the specification of the start.
    pub fn new(checksum: String, now: Timestamp) -> Shared<Self> {
        Arc::new(Mutex::new(Self { taken: now, checksum, problem: None }))
    }
}

/// Reads the specification; returns it if it is to be taken. The outcome is noted and logged.
pub async fn read(
    load: &Load,
    why: Why,
    known: &Arc<Loaded>,
    note: &Shared<Note>,
    now: Timestamp,
) -> Result<Option<Loaded>, String> {
    let load = Arc::clone(load);
    // Who asks gets a reload; an event may have been about something else in the same folder.
    let known = (why == Why::Files).then(|| Arc::clone(known));
    // A large specification takes a second; probes run on.
    let read = tokio::task::spawn_blocking(move || load(known.as_deref())).await;
    let read = read.unwrap_or_else(|fault| Err(Stop::World(fault.into())));
    let mut note = lock(note);
    match read {
        Ok(None) => {
            // Back to what is in use: whatever was wrong in between is right again.
            note.problem = None;
            Ok(None)
        }
        Ok(Some(loaded)) => {
            tell(&loaded);
            *note = Note { taken: now, checksum: loaded.checksum.clone(), problem: None };
            Ok(Some(loaded))
        }
        Err(stop) => {
            let problem = stop.to_string();
            let told = note.problem.as_ref().is_some_and(|it| it.1 == problem);
            if !told || why == Why::Asked {
                tracing::error!(problem, "the specification was not taken; the old one stays");
                note.problem = Some((now, problem.clone()));
            }
            Err(problem)
        }
    }
}

/// Logs what is worth a second look.
fn tell(loaded: &Loaded) {
    if let Some(warnings) = &loaded.warnings {
        tracing::warn!(%warnings, "the specification has warnings");
    }
    tell_missing(loaded);
}

/// Logs which secrets cannot be read.
pub fn tell_missing(loaded: &Loaded) {
    for (name, why) in loaded.secrets.missing() {
        tracing::warn!(secret = %name, why, "a secret cannot be read; what needs it fails");
    }
}

/// Asks for a reload whenever the files may have changed, for ever.
pub async fn watch(paths: Vec<PathBuf>, requests: mpsc::Sender<Request>) {
    let changed = Arc::new(Notify::new());
    // Dropped with this future, and the watching ends.
    let _watcher = watcher(&paths, &changed);
    loop {
        let event = tokio::time::timeout(POLL, changed.notified()).await;
        let quiet = async { while tokio::time::timeout(QUIET, changed.notified()).await.is_ok() {} };
        if event.is_ok() {
            // Quiet or not, it is time to look.
            let _ = tokio::time::timeout(QUIET_MAX, quiet).await;
        }
        if requests.send(Request { why: Why::Files, answer: None }).await.is_err() {
            return pending().await;
        }
    }
}

/// Watches directories, because editors and Kubernetes replace files instead of writing them: what is seen is a new
/// name in the directory, not a change of the file.
fn watcher(paths: &[PathBuf], changed: &Arc<Notify>) -> Option<RecommendedWatcher> {
    let told = Arc::clone(changed);
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Our own reading is an event too: without this, each reload would cause the next.
        if event.is_ok_and(|it| !it.kind.is_access()) {
            told.notify_one();
        }
    });
    let mut watcher = watcher.inspect_err(cannot_watch).ok()?;
    for path in paths {
        let directory = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let watching = watcher.watch(directory, RecursiveMode::NonRecursive);
        watching.inspect_err(cannot_watch).ok();
    }
    Some(watcher)
}

fn cannot_watch(error: &notify::Error) {
    tracing::warn!(%error, seconds = POLL.as_secs(), "cannot watch the specification; it is read now and then");
}
