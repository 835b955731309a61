//! Taking a changed specification: read and check it first, then change over; a bad one changes nothing.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use jiff::Timestamp;
use sla_model::Model;
use tokio::sync::oneshot;

use crate::{
    config::{Loaded, Refused},
    exit::Stop,
    state::{Shared, State, lock},
};

/// Reads and checks the specification anew; returns nothing if it is what is known.
pub type Load = Arc<dyn Fn(Option<&Loaded>) -> Result<Option<Loaded>, Refused> + Send + Sync>;

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

/// Why a specification was not taken.
#[derive(Debug)]
pub struct Problem {
    /// What to tell people.
    pub text: String,
    /// Which files to look at for something better.
    pub files: Vec<PathBuf>,
}

/// Reads the specification; returns it if it is to be taken. The outcome is noted and logged.
pub async fn read(
    load: &Load,
    why: Why,
    known: &Arc<Loaded>,
    note: &Shared<Note>,
    now: Timestamp,
) -> Result<Option<Loaded>, Problem> {
    let load = Arc::clone(load);
    // Who asks gets a reload; an event may have been about something else in the same folder.
    let known = (why == Why::Files).then(|| Arc::clone(known));
    // A large specification takes a second; probes run on.
    let read = tokio::task::spawn_blocking(move || load(known.as_deref())).await;
    let read =
        read.unwrap_or_else(|fault| Err(Refused { stop: Stop::World(fault.into()), files: Vec::new() }));
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
        Err(Refused { stop, files }) => {
            let problem = stop.to_string();
            let told = note.problem.as_ref().is_some_and(|it| it.1 == problem);
            if !told || why == Why::Asked {
                tracing::error!(problem, "the specification was not taken; the old one stays");
                note.problem = Some((now, problem.clone()));
            }
            Err(Problem { text: problem, files })
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
