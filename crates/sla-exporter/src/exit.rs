//! Why the exporter stops, and with which exit code: decided here and nowhere else.

use std::{fmt, process::ExitCode};

/// Why the exporter stops.
#[derive(Debug)]
pub enum Stop {
    /// The specification is invalid; the text is the whole report.
    Spec(String),
    /// The world does not play along.
    World(anyhow::Error),
}

impl Stop {
    /// Returns the exit code.
    pub fn code(&self) -> ExitCode {
        match self {
            Self::Spec(_) => ExitCode::from(1),
            Self::World(_) => ExitCode::from(2),
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spec(report) => f.write_str(report.trim_end()),
            Self::World(error) => write!(f, "error: {error:#}"),
        }
    }
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Self {
        Self::World(error)
    }
}
