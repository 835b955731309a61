//! Runs of a probe or journey.

use std::{sync::Arc, time::Instant};

use sla_model::{
    id::ProbeId,
    journey::Journey,
    probe::{HttpCall, ProbeKind},
};
use sla_probe::{Deadline, Failure, Host, Outcome, Reason, http, journey};

use super::guarded;
use crate::{
    run::Clock,
    schedule::Job,
    state::{ProbeStats, Shared, lock},
    voice::{Voice, Word},
};

/// What is run.
pub enum Work {
    /// One HTTP call.
    Http(HttpCall),
    /// A journey.
    Journey(Journey),
}

impl From<&ProbeKind> for Work {
    fn from(kind: &ProbeKind) -> Self {
        match kind {
            ProbeKind::Http(call) => Self::Http(call.clone()),
        }
    }
}

/// Runs a probe or journey and notes what came of it.
pub struct ProbeJob {
    probe: ProbeId,
    work: Work,
    host: Arc<Host>,
    stats: Shared<ProbeStats>,
    clock: Clock,
    voice: Voice,
}

impl ProbeJob {
    /// Makes the job of one probe.
    pub fn new(probe: ProbeId, work: Work, host: Arc<Host>, stats: Shared<ProbeStats>, clock: Clock) -> Self {
        Self { probe, work, host, stats, clock, voice: Voice::default() }
    }

    fn tell(&mut self, verdict: &Result<(), Failure>) {
        let step = |failure: &Failure| failure.step.as_ref().map_or_else(String::new, ToString::to_string);
        let what = verdict.as_ref().err().map(|it| format!("{} {}", step(it), it.reason));
        match (self.voice.hear(what, Instant::now()), verdict) {
            (Word::Fails(unsaid), Err(failure)) => tracing::warn!(
                probe = %self.probe,
                step = step(failure),
                reason = %failure.reason,
                detail = failure.detail,
                unsaid,
                "probe fails"
            ),
            (Word::Recovered, _) => tracing::info!(probe = %self.probe, "probe is good again"),
            _ => {}
        }
    }
}

impl Job for ProbeJob {
    async fn run(&mut self, deadline: Deadline) {
        let started = Instant::now();
        let work = async {
            match &self.work {
                Work::Http(call) => http::run(call, &self.host, deadline).await,
                Work::Journey(journey) => journey::run(journey, &self.host, deadline).await,
            }
        };
        let outcome = guarded(work, deadline).await.unwrap_or_else(|fault| Outcome {
            verdict: Err(Failure::new(Reason::Internal, fault)),
            took: started.elapsed(),
            phases: Vec::new(),
            steps: Vec::new(),
        });
        self.tell(&outcome.verdict);
        lock(&self.stats).record(outcome, (self.clock)());
    }

    fn skipped(&mut self, ticks: u64) {
        lock(&self.stats).skipped += ticks;
        tracing::debug!(probe = %self.probe, ticks, "runs were left out");
    }
}
