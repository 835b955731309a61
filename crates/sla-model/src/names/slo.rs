//! Names of recorded series, `level:metric:operations`. Others may rely on those that the design lists.

/// Events per second over five minutes, recorded once per objective.
pub const EVENTS_RATE: &str = "slo:events:rate5m";
/// Bad events per second over five minutes.
pub const ERRORS_RATE: &str = "slo:errors:rate5m";
/// Events of a five-minute tile; lives for one evaluation, read it by range functions only.
pub const EVENTS_TILE: &str = "slo:events:increase5m";
/// Bad events of a five-minute tile.
pub const ERRORS_TILE: &str = "slo:errors:increase5m";
/// Observed tiles of an hour, 0 to 12.
pub const TILES_HOUR: &str = "slo:tiles:count1h";
/// The condition of a burn tier; its value is the worst error ratio. Of a page it stays while data are gone.
pub const BURNING: &str = "slo:burning:ratio";
/// The promise, as a share.
pub const OBJECTIVE: &str = "slo:objective:ratio";
/// The error ratio of the whole period.
pub const PERIOD_RATIO: &str = "slo:period_error_ratio";
/// The share of the error budget that is left, were the period over now; below 0 the promise is broken.
pub const BUDGET_REMAINING: &str = "slo:error_budget_remaining:ratio";
/// How much of the period was observed.
pub const COVERAGE: &str = "slo:coverage:ratio";
/// Always 1; its labels say what may change: module, title, window.
pub const INFO: &str = "slo_info";
/// The mean of a five-minute slice in seconds.
pub const MEAN: &str = "slo:mean_seconds:rate5m";
/// The worst mean of a gauge over a five-minute slice.
pub const GAUGE: &str = "slo:gauge:avg5m";
/// The error ratio of a composite at this moment.
pub const COMPOSITE: &str = "slo:composite_error_ratio:rate5m";
/// Events of an hourly tile; lives for one evaluation.
pub const EVENTS_HOUR: &str = "slo:hourly_events:increase1h";
/// Bad events of an hourly tile.
pub const ERRORS_HOUR: &str = "slo:hourly_errors:increase1h";
/// What the zone adds to UTC now.
pub const ZONE_OFFSET: &str = "sla:zone_offset:seconds";
/// By how much the zone's clocks were moved since the present period began; its label `window` says which kind of it.
pub const CLOCKS_MOVED: &str = "sla:clocks_moved:seconds";
/// By how much they are moved from the beginning of the present period to its end.
pub const CLOCKS_MOVED_IN_ALL: &str = "sla:clocks_moved_in_all:seconds";
/// Bad events that may still happen until the budget of the period's events so far is gone.
pub const EVENTS_LEFT: &str = "slo:error_budget_remaining:events";
/// Minutes of total failure at the period's mean traffic until the budget of the whole period is gone.
pub const MINUTES_LEFT: &str = "slo:error_budget_remaining:minutes";
/// Seconds until the budget is gone at the burn rate of the last hour.
pub const EXHAUSTION: &str = "slo:error_budget_exhaustion:seconds";
/// A journey without a good run: the condition of `ServiceDown`.
pub const JOURNEY_DOWN: &str = "sla:journey_down:bool";
/// A signal above its limit: the condition of `LimitExceeded`; its value is the signal.
pub const OVER_LIMIT: &str = "sla:over_limit:value";

/// Returns the name of the events of a window, for example `slo:events:increase6h`.
pub fn events(window: &str) -> String {
    format!("slo:events:increase{window}")
}

/// Returns the name of the bad events of a window.
pub fn errors(window: &str) -> String {
    format!("slo:errors:increase{window}")
}

/// Returns the name of the observed tiles of a window.
pub fn tiles(window: &str) -> String {
    format!("slo:tiles:count{window}")
}

/// Returns the name of the error ratio of a window, for example `slo:error_ratio:rate6h`.
pub fn error_ratio(window: &str) -> String {
    format!("slo:error_ratio:rate{window}")
}

/// Returns the name of the burn rate of a window, for example `slo:burn_rate:6h`.
pub fn burn_rate(window: &str) -> String {
    format!("slo:burn_rate:{window}")
}
