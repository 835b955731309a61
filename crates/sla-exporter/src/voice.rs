//! What is worth a line in the log: a change, and a reminder now and then.

use std::time::{Duration, Instant};

/// A failure that goes on is repeated this often: at four runs a second, each run would be a flood.
const REMINDER: Duration = Duration::from_mins(1);

/// The memory of what was last said of one job.
#[derive(Debug, Default)]
pub struct Voice {
    said: Option<Said>,
}

#[derive(Debug)]
struct Said {
    what: String,
    at: Instant,
    /// Failures since then.
    unsaid: u64,
}

/// What to say of a run.
#[derive(Debug, PartialEq, Eq)]
pub enum Word {
    /// Nothing.
    Silence,
    /// It fails, and so many failures were not told.
    Fails(u64),
    /// It is good again.
    Recovered,
}

impl Voice {
    /// Hears of a run at `now`: `None` for a good one, else what failed, in words that stay the same while the
    /// same thing fails.
    pub fn hear(&mut self, failure: Option<String>, now: Instant) -> Word {
        let Some(what) = failure else {
            return if self.said.take().is_some() { Word::Recovered } else { Word::Silence };
        };
        let unsaid = self.said.as_ref().map_or(0, |it| it.unsaid);
        match &mut self.said {
            Some(said) if said.what == what && now.saturating_duration_since(said.at) < REMINDER => {
                said.unsaid += 1;
                Word::Silence
            }
            _ => {
                self.said = Some(Said { what, at: now, unsaid: 0 });
                Word::Fails(unsaid)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changes_and_reminders_are_said() {
        let start = Instant::now();
        let mut voice = Voice::default();
        let mut check = |failure: Option<&str>, seconds: u64, expected: Word| {
            let word = voice.hear(failure.map(str::to_owned), start + Duration::from_secs(seconds));
            assert_eq!(word, expected, "{failure:?} at {seconds} s");
        };
        check(None, 0, Word::Silence);
        check(Some("timeout"), 1, Word::Fails(0));
        check(Some("timeout"), 2, Word::Silence);
        check(Some("timeout"), 60, Word::Silence);
        check(Some("timeout"), 61, Word::Fails(2));
        check(Some("dns"), 62, Word::Fails(0));
        check(None, 63, Word::Recovered);
        check(None, 64, Word::Silence);
        check(Some("dns"), 65, Word::Fails(0));
    }
}
