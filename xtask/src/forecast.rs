//! When the model says that a page must come, for a fault in a shop with the history that it has.

use std::time::Duration;

use sla_model::{Model, Pace, objective::Objective, share::Share, state::down_window};

/// How much a page may differ from the forecast: one scrape and one evaluation of half a second each. The
/// forecast is exact for samples at every instant; a sample is up to one scrape old, and a rule looks every
/// evaluation.
pub fn tolerance(model: &Model, pace: Pace) -> Duration {
    pace.real(model.interval() * 2)
}

/// Returns how long after a total outage of a journey `ServiceDown` is due, in real time.
pub fn service_down(every: Duration, pace: Pace) -> Duration {
    pace.real(down_window(every))
}

/// Returns how long after `share` of all events began to fail the fastest burn alert of an objective is due,
/// in real time, with so much nominal history of equally dense clean traffic.
pub fn burn(objective: &Objective, share: Share, history: Duration, pace: Pace) -> Option<Duration> {
    let burns = objective.burns();
    let (fast, _) = burns.first()?;
    fast.detection(objective.target, share, history).map(|it| pace.real(it))
}
