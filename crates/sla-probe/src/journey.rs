//! A journey: calls in order that pass values on, with clean-up that gets its share of the time.

use std::time::{Duration, Instant};

use serde_json::Value;
use sla_model::{
    id::VariableId,
    journey::{Journey, Step, Synthetic},
    json_path::JsonPath,
    probe::HttpCall,
};

use crate::{
    deadline::Deadline,
    host::Host,
    http::{self, Session},
    outcome::{Failure, Outcome, StepOutcome},
    phase::Stopwatch,
    reason::Reason,
    template::Variables,
};

/// One part in this many of a run's time is kept for its `always` steps, in equal shares: without it, a step
/// that hangs until the deadline would leave its order behind. A quarter is plenty for a few clean-up calls,
/// and still leaves the steps that are measured most of the time.
const CLEAN_UP_PART: u32 = 4;

/// The longest value that a step may save. Tokens have some hundred bytes; headers of more than this are
/// refused by most servers.
const SAVED_BYTES_MAX: usize = 8 * 1024;

/// Walks the journey once, over one connection per server where the servers allow it.
///
/// After a failure only the `always` steps are run; one that needs a value that was never saved is left out,
/// because then there is nothing to clean. The first failure is the run's, be it of a clean-up step.
pub async fn run(journey: &Journey, host: &Host, deadline: Deadline) -> Outcome {
    let started = Instant::now();
    let mut session = Session::new(host);
    let mut variables = host.secrets().variables();
    let mut verdict: Result<(), Failure> = Ok(());
    let mut steps = Vec::new();
    for (place, step) in journey.steps.iter().enumerate() {
        if verdict.is_err() && !step.always {
            continue;
        }
        let call = match host.secrets().fill(&step.call, &variables) {
            Ok(call) => marked(call, journey.synthetic.as_ref()),
            Err(_) if verdict.is_err() => continue,
            Err(missing) => {
                verdict = Err(missing.at(&step.id));
                continue;
            }
        };
        let end = step_end(journey, place, started, deadline);
        let outcome = walk(step, &call, &mut session, &mut variables, end).await;
        verdict = verdict.and(outcome.verdict.clone());
        steps.push(outcome);
    }
    Outcome { verdict, took: started.elapsed(), phases: Vec::new(), steps }
}

/// Adds what tells the walked system that nobody is buying.
fn marked(mut call: HttpCall, synthetic: Option<&Synthetic>) -> HttpCall {
    if let Some(Synthetic { header, .. }) = synthetic {
        call.headers.retain(|it| !it.0.eq_ignore_ascii_case(&header.0));
        call.headers.push(header.clone());
    }
    call
}

/// Returns when a step must have ended: each `always` step behind it keeps its share.
fn step_end(journey: &Journey, place: usize, started: Instant, deadline: Deadline) -> Deadline {
    let count =
        |steps: &[Step]| u32::try_from(steps.iter().filter(|it| it.always).count()).unwrap_or(u32::MAX);
    let all = count(&journey.steps);
    if all == 0 {
        return deadline;
    }
    let share = deadline.0.saturating_duration_since(started) / CLEAN_UP_PART / all;
    let kept: Duration = share * count(&journey.steps[place + 1..]);
    Deadline(deadline.0.checked_sub(kept).unwrap_or(started))
}

async fn walk(
    step: &Step,
    call: &HttpCall,
    session: &mut Session<'_>,
    variables: &mut Variables,
    end: Deadline,
) -> StepOutcome {
    let mut stopwatch = Stopwatch::default();
    let answered = http::call(session, call, end, &mut stopwatch).await;
    // Values are saved from wrong and late answers too: an order that came too late must still be cancelled.
    let saved = match &answered.answer {
        Some(answer) if !step.save.is_empty() => save(&step.save, answer.json().as_ref(), variables),
        _ => Ok(()),
    };
    // What was called is told by the template, because the filled URL holds saved values.
    let verdict = answered.verdict.and(saved).map_err(|it| http::located(&step.call, it).at(&step.id));
    StepOutcome { step: step.id.clone(), verdict, took: answered.took }
}

fn save(
    wanted: &[(VariableId, JsonPath)],
    document: Option<&Value>,
    variables: &mut Variables,
) -> Result<(), Failure> {
    let mut verdict = Ok(());
    for (name, path) in wanted {
        match document.and_then(|it| path.find(it)).map_or(Err("is missing"), saved_text) {
            Ok(text) => {
                variables.insert(name.clone(), text);
            }
            Err(wrong) => {
                let detail = format!("`{path}` {wrong}, so `{name}` cannot be saved");
                verdict = verdict.and(Err(Failure::new(Reason::Assertion, detail)));
            }
        }
    }
    verdict
}

fn saved_text(value: &Value) -> Result<String, &'static str> {
    let text = match value {
        Value::String(it) => it.clone(),
        Value::Number(it) => it.to_string(),
        _ => return Err("is neither text nor a number"),
    };
    match text.len() {
        // An empty id would turn `DELETE /orders/{{order}}` into `DELETE /orders/`.
        0 => Err("is empty"),
        1..=SAVED_BYTES_MAX => Ok(text),
        _ => Err("is too long"),
    }
}
