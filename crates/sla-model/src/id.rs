//! Names that are checked once: each kind of name is a type of its own, so that a probe's name cannot be
//! passed where a module's is wanted.

use std::{fmt, str::FromStr, sync::Arc};

/// The longest name, in bytes: names become file names, label values and parts of URLs.
pub const ID_BYTES_MAX: usize = 63;

/// The longest metric or label name, in bytes: those are often other people's, and no file is named after them.
pub const METRIC_BYTES_MAX: usize = 255;

/// Why a text is not a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is empty.
    #[error("a name is empty")]
    Empty,
    /// The text is longer than so many bytes.
    #[error("a name has at most {0} bytes")]
    TooLong(usize),
    /// The text holds a character that names may not hold, at this place.
    #[error("`{0}` may not stand in this name; {1}")]
    Character(char, &'static str),
}

fn check(
    text: &str,
    first: fn(char) -> bool,
    rest: fn(char) -> bool,
    rule: &'static str,
    bytes_max: usize,
) -> Result<(), IdError> {
    let Some(head) = text.chars().next() else {
        return Err(IdError::Empty);
    };
    if text.len() > bytes_max {
        return Err(IdError::TooLong(bytes_max));
    }
    if !first(head) {
        return Err(IdError::Character(head, rule));
    }
    match text.chars().find(|&it| !rest(it)) {
        Some(wrong) => Err(IdError::Character(wrong, rule)),
        None => Ok(()),
    }
}

macro_rules! id {
    ($(#[$doc:meta] $name:ident: $first:expr, $rest:expr, $rule:expr, $bytes_max:expr;)*) => { $(
        #[$doc]
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Returns the name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                check(text, $first, $rest, $rule, $bytes_max)?;
                Ok(Self(text.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )* };
}

fn letter(it: char) -> bool {
    it.is_ascii_alphabetic()
}

fn word(it: char) -> bool {
    it.is_ascii_alphanumeric() || it == '-' || it == '_'
}

fn metric_first(it: char) -> bool {
    it.is_ascii_alphabetic() || it == '_'
}

fn metric_rest(it: char) -> bool {
    it.is_ascii_alphanumeric() || it == '_'
}

fn recorded_rest(it: char) -> bool {
    metric_rest(it) || it == ':'
}

const WORD: &str = "start with a letter, then letters, digits, `-` and `_`";
const METRIC: &str = "start with a letter or `_`, then letters, digits and `_`";
const SERIES: &str = "start with a letter or `_`, then letters, digits, `_` and `:`";

id! {
    /// Names the whole specification; the `sla` label of every series and alert.
    SlaId: letter, word, WORD, ID_BYTES_MAX;
    /// Names a tier, for example `P1`.
    TierId: letter, word, WORD, ID_BYTES_MAX;
    /// Names a person or group that is paged.
    OwnerId: letter, word, WORD, ID_BYTES_MAX;
    /// Names a part of the system that can fail and be owned.
    ModuleId: letter, word, WORD, ID_BYTES_MAX;
    /// Names a probe or a journey; unique over both, the `probe` label.
    ProbeId: letter, word, WORD, ID_BYTES_MAX;
    /// Names a step of a journey, the `step` label.
    StepId: letter, word, WORD, ID_BYTES_MAX;
    /// Names an objective, the `slo` label.
    ObjectiveId: letter, word, WORD, ID_BYTES_MAX;
    /// Names a limit, the `limit` label.
    LimitId: letter, word, WORD, ID_BYTES_MAX;
    /// Names a foreign scrape target, the `job` label.
    JobId: letter, word, WORD, ID_BYTES_MAX;
    /// Names a database or server that business numbers are read from.
    SourceId: letter, word, WORD, ID_BYTES_MAX;
    /// Names a variable that a journey's step saves.
    VariableId: letter, word, WORD, ID_BYTES_MAX;
    /// Names an exposed or recorded series.
    MetricName: metric_first, recorded_rest, SERIES, METRIC_BYTES_MAX;
    /// Names a label.
    LabelName: metric_first, metric_rest, METRIC, METRIC_BYTES_MAX;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        assert_eq!(text.parse::<ProbeId>().unwrap_err().to_string(), expected);
    }

    #[test]
    fn names_are_checked() {
        assert_eq!("check-out_2".parse::<ProbeId>().unwrap().as_str(), "check-out_2");
        assert_eq!("slo:events:rate5m".parse::<MetricName>().unwrap().as_str(), "slo:events:rate5m");
        refused("", "a name is empty");
        refused(
            "2x",
            "`2` may not stand in this name; start with a letter, then letters, digits, `-` and `_`",
        );
        refused(
            "a b",
            "` ` may not stand in this name; start with a letter, then letters, digits, `-` and `_`",
        );
        refused(&"x".repeat(64), "a name has at most 63 bytes");
    }
}
