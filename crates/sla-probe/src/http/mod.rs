//! HTTP by hand, so that each phase is measured and each failure has its reason: resolve, connect, TLS, request,
//! head, body. Redirects are not followed, a 3xx is a status like any other.

mod assert;
pub(crate) mod connect;
mod link;
mod request;
mod session;
mod target;

use std::time::{Duration, Instant};

use sla_model::probe::HttpCall;

use crate::{
    deadline::Deadline,
    host::Host,
    outcome::{Failure, Outcome},
    phase::Stopwatch,
    reason::Reason,
};

pub(crate) use link::Answer;
pub use link::BODY_BYTES_MAX;
pub(crate) use session::Session;

/// What a call came to.
pub(crate) struct Called {
    /// Good, or why not.
    pub verdict: Result<(), Failure>,
    /// How long it took.
    pub took: Duration,
    /// The answer, if a whole one came.
    pub answer: Option<Answer>,
}

/// Runs a single call.
pub async fn run(probe: &HttpCall, host: &Host, deadline: Deadline) -> Outcome {
    let mut stopwatch = Stopwatch::default();
    let filled = match host.secrets().fill(probe, &host.secrets().variables()) {
        Ok(filled) => filled,
        Err(failure) => {
            let verdict = Err(located(probe, failure));
            return Outcome { verdict, took: Duration::ZERO, phases: Vec::new(), steps: Vec::new() };
        }
    };
    let called = call(&mut Session::new(host), &filled, deadline, &mut stopwatch).await;
    // What was called is told by the template, because the filled URL may hold secrets.
    let verdict = called.verdict.map_err(|it| located(probe, it));
    Outcome { verdict, took: called.took, phases: stopwatch.into_phases(), steps: Vec::new() }
}

/// Makes one call over a session and holds the answer against what is expected.
pub(crate) async fn call(
    session: &mut Session<'_>,
    call: &HttpCall,
    deadline: Deadline,
    stopwatch: &mut Stopwatch,
) -> Called {
    let started = Instant::now();
    let answer = exchange(session, call, deadline, stopwatch).await;
    stopwatch.stop();
    let took = started.elapsed();
    match answer {
        Ok(answer) => {
            let verdict = assert::check(&call.expect, &answer).and_then(|()| in_time(call, took));
            Called { verdict, took, answer: Some(answer) }
        }
        Err(failure) => Called { verdict: Err(failure), took, answer: None },
    }
}

async fn exchange(
    session: &mut Session<'_>,
    call: &HttpCall,
    deadline: Deadline,
    stopwatch: &mut Stopwatch,
) -> Result<Answer, Failure> {
    let (target, request) = request::prepare(call)?;
    let answer = deadline.bound(session.exchange(&target, request, deadline, stopwatch)).await;
    answer.unwrap_or_else(|| {
        let phase = stopwatch.running().map_or("nothing", |it| it.label());
        let detail = format!("no whole answer by the deadline; `{phase}` was running");
        Err(Failure::new(Reason::Timeout, detail))
    })
}

fn in_time(call: &HttpCall, took: Duration) -> Result<(), Failure> {
    match call.within {
        Some(within) if took > within => {
            let detail =
                format!("the answer took {} ms, allowed are {} ms", took.as_millis(), within.as_millis());
            Err(Failure::new(Reason::Slow, detail))
        }
        _ => Ok(()),
    }
}

/// Adds what was called to the detail of a failure.
pub(crate) fn located(call: &HttpCall, failure: Failure) -> Failure {
    let detail = format!("{} {}: {}", call.method.as_str(), target::bare(&call.url), failure.detail);
    Failure { detail, ..failure }
}
