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
    patience::{Busy, Lost},
    state::{Shared, State, lock},
};

/// Reads and checks the specification anew; returns nothing if it is what is known.
pub type Load = Arc<dyn Fn(Option<&Loaded>, &Busy) -> Read + Send + Sync>;

/// What reading came to.
pub type Read = Result<Option<Loaded>, Refused>;

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

/// Judges what was read; returns it if it is to be taken. The outcome is noted and logged.
pub fn judge(
    read: Result<Read, Lost>,
    why: Why,
    note: &Shared<Note>,
    now: Timestamp,
) -> Result<Option<Loaded>, Problem> {
    let read = read.unwrap_or_else(|lost| Err(Refused { stop: Stop::World(lost.into()), files: Vec::new() }));
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

/// Logs what is worth a second look: each warning, and each secret that cannot be read.
pub fn tell(loaded: &Loaded) {
    for warning in &loaded.warnings {
        tracing::warn!(warning, "the specification has a warning");
    }
    for (name, why) in loaded.secrets.missing() {
        tracing::warn!(secret = %name, why, "a secret cannot be read; what needs it fails");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_that_was_given_up_is_a_problem_that_names_the_file() {
        let now = Timestamp::UNIX_EPOCH;
        let note = Note::new("0".to_owned(), now);
        let lost = Lost::Patience { file: Some("/mnt/sla.yaml".into()), seconds: 10.0 };
        let problem = judge(Err(lost), Why::Files, &note, now).unwrap_err();
        let expected = "error: `/mnt/sla.yaml` still cannot be read after 10 s; is its file system gone?";
        assert_eq!(problem.text, expected);
        // What the page shows and the gauge says.
        assert_eq!(lock(&note).problem, Some((now, expected.to_owned())));
        assert!(judge(Ok(Ok(None)), Why::Files, &note, now).is_ok());
        assert_eq!(lock(&note).problem, None);
    }
}
