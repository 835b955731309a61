//! Runs of a probe or journey.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sla_model::{
    id::ProbeId,
    probe::{HttpCall, ProbeKind},
};
use sla_probe::{Deadline, Failure, Host, Outcome, Reason, http, journey};

use tokio::sync::watch;

use super::guarded;
use crate::{
    jobs::Definition,
    run::Clock,
    schedule::Job,
    state::{ProbeState, Shared, lock},
    trace::{self, TraceId, Traces},
    voice::{Voice, Word},
};

/// Runs a probe or journey and notes what came of it.
pub struct ProbeJob {
    probe: ProbeId,
    work: Arc<Definition>,
    host: watch::Receiver<Arc<Host>>,
    state: Shared<ProbeState>,
    traces: Arc<Traces>,
    clock: Clock,
    voice: Voice,
}

impl ProbeJob {
    /// Makes the job of one probe.
    pub fn new(
        probe: ProbeId,
        work: Arc<Definition>,
        host: watch::Receiver<Arc<Host>>,
        state: Shared<ProbeState>,
        traces: Arc<Traces>,
        clock: Clock,
    ) -> Self {
        Self { probe, work, host, state, traces, clock, voice: Voice::default() }
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

/// Runs the work once, as the beginning of a trace.
async fn work(work: &Definition, host: &Host, deadline: Deadline, trace: TraceId) -> Outcome {
    match work {
        Definition::Probe(probe) => match &probe.kind {
            ProbeKind::Http(call) => {
                let mut call = call.clone();
                mark(&mut call, trace);
                http::run(&call, host, deadline).await
            }
        },
        Definition::Journey(journey) => {
            let mut journey = journey.clone();
            journey.steps.iter_mut().for_each(|it| mark(&mut it.call, trace));
            journey::run(&journey, host, deadline).await
        }
        Definition::Query(..) => failed("a query is no probe", Duration::ZERO),
    }
}

/// Adds the header of the trace, unless the specification has one of its own.
fn mark(call: &mut HttpCall, trace: TraceId) {
    if !call.headers.iter().any(|it| it.0.eq_ignore_ascii_case(trace::HEADER)) {
        call.headers.push((trace::HEADER.to_owned(), trace.parent()));
    }
}

fn failed(fault: &'static str, took: Duration) -> Outcome {
    let verdict = Err(Failure::new(Reason::Internal, fault));
    Outcome { verdict, took, phases: Vec::new(), steps: Vec::new() }
}

impl Job for ProbeJob {
    async fn run(&mut self, deadline: Deadline) {
        let started = Instant::now();
        let trace = self.traces.next();
        let host = Arc::clone(&self.host.borrow());
        // On the heap only while it runs: twenty thousand jobs that wait would hold as many connections' room.
        let work = Box::pin(work(&self.work, &host, deadline, trace));
        let outcome = guarded(work, deadline).await.unwrap_or_else(|fault| failed(fault, started.elapsed()));
        self.tell(&outcome.verdict);
        lock(&self.state).record(outcome, Some(trace), (self.clock)());
    }

    fn skipped(&mut self, ticks: u64) {
        lock(&self.state).stats.skipped += ticks;
        tracing::debug!(probe = %self.probe, ticks, "runs were left out");
    }

    fn planned(&mut self, wait: Duration) {
        lock(&self.state).next = (self.clock)().checked_add(wait).ok();
    }
}
