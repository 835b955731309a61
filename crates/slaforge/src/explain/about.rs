//! What each formula says, by the name that it records.

use sla_model::names::slo;

use crate::compile::alerts;

/// Exact names.
const NAMES: [(&str, &str); 19] = [
    (slo::EVENTS_RATE, "events per second over 5 minutes: the only formulas that read raw series"),
    (slo::ERRORS_RATE, "bad events per second, zero wherever there are events"),
    (slo::MEAN, "the mean of the last 5 minutes"),
    (slo::GAUGE, "the worst mean of the gauge over 5 minutes"),
    (slo::COMPOSITE, "the components' error ratios, made one"),
    (slo::EVENTS_TILE, "a tile: the count of five minutes, written once in five minutes"),
    (slo::ERRORS_TILE, "the same of bad events"),
    (slo::EVENTS_HOUR, "an hourly tile, for long periods"),
    (slo::ERRORS_HOUR, "the same of bad events"),
    (slo::TILES_HOUR, "how many tiles of an hour were observed: 12 of 12"),
    (slo::PERIOD_RATIO, "bad events by all events of the whole period: what is held against the promise"),
    (slo::BUDGET_REMAINING, "1 - error ratio / budget: below 0 the promise is broken"),
    (slo::EVENTS_LEFT, "bad events that the events of the period so far allow to happen still"),
    (slo::MINUTES_LEFT, "minutes of total failure that are left of the whole period"),
    (slo::EXHAUSTION, "seconds until the budget is gone at the burn rate of the last hour"),
    (slo::COVERAGE, "observed share of the period"),
    (slo::OBJECTIVE, "the promise itself"),
    (slo::INFO, "what may change: module, title, window"),
    (slo::BURNING, "the condition of a burn tier; its value is the error ratio of the long window"),
];

/// Beginnings of names.
const BEGINNINGS: [(&str, &str); 5] = [
    (
        "slo:events:increase",
        "events of the window: short windows laid out of recorded rates, longer ones sums of tiles",
    ),
    ("slo:errors:increase", "bad events of the window"),
    ("slo:tiles:count", "observed tiles of the whole hours of the period"),
    ("slo:error_ratio:rate", "bad events by all events; absent without traffic, never NaN"),
    ("slo:burn_rate:", "error ratio / budget: at 1 the budget lasts exactly the period"),
];

/// Returns what a formula says.
pub fn of(name: &str) -> &'static str {
    let bare = name.split('{').next().unwrap_or(name);
    let exact = NAMES.iter().find(|it| it.0 == bare);
    let begins = || BEGINNINGS.iter().find(|it| bare.starts_with(it.0));
    let alert = || {
        alerts().into_iter().find(|it| name.strip_prefix("alert ").is_some_and(|name| name.starts_with(it.0)))
    };
    exact.or_else(begins).copied().or_else(alert).map_or("", |it| it.1)
}
