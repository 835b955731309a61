//! The phases of an HTTP call, and the stopwatch that measures them.

use std::{
    fmt,
    time::{Duration, Instant},
};

/// A phase of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// From a name to its addresses. An address or `localhost` needs none.
    Resolve,
    /// Until TCP is connected.
    Connect,
    /// The TLS handshake.
    Tls,
    /// From sending the request to the head of the answer.
    FirstByte,
    /// The body of the answer.
    Transfer,
}

impl Phase {
    /// Returns the label value.
    pub fn label(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::FirstByte => "first_byte",
            Self::Transfer => "transfer",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// Measures phases that follow each other. It lives outside the measured future, so that a run that was cut
/// at its deadline still tells which phase was running.
#[derive(Debug, Default)]
pub(crate) struct Stopwatch {
    done: Vec<(Phase, Duration)>,
    running: Option<(Phase, Instant)>,
}

impl Stopwatch {
    /// Ends the running phase and begins another.
    pub(crate) fn enter(&mut self, phase: Phase) {
        self.stop();
        self.running = Some((phase, Instant::now()));
    }

    /// Ends the running phase.
    pub(crate) fn stop(&mut self) {
        if let Some((phase, since)) = self.running.take() {
            self.done.push((phase, since.elapsed()));
        }
    }

    /// Returns the phase that is running.
    pub(crate) fn running(&self) -> Option<Phase> {
        self.running.map(|it| it.0)
    }

    /// Ends the running phase and returns all of them in order.
    pub(crate) fn into_phases(mut self) -> Vec<(Phase, Duration)> {
        self.stop();
        self.done
    }
}
