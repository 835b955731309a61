//! Tiles: one sample per five minutes, or per hour, that holds a count. Long windows are sums of tiles.

use std::time::Duration;

use sla_model::{
    Model,
    indicator::{BASE_WINDOW, Judged},
    names::slo,
    objective::Objective,
    window::{Period, Window},
};

use super::{
    calendar::{Calendar, PERIOD},
    labels::{identity, recorded, split},
};
use crate::{
    plan::Rule,
    promql::{
        Expr,
        build::{aggregate, before, over_time, seconds, select, time, vector},
        expr::Matching,
    },
};

/// The length of an hourly tile.
pub const HOUR: Duration = Duration::from_hours(1);

/// How long after its edge a tile is still written, when no evaluation came sooner: Prometheus was gone for a minute,
/// or evaluates too slowly. A tile of slices stands for two and a half minutes before, so it stays in its period.
pub const LATE_MAX: Duration = Duration::from_mins(2);

/// Holds the twelve tiles of the hour that ended, and no thirteenth: that of its beginning may be late.
pub const OF_HOUR: Duration = HOUR.saturating_sub(LATE_MAX);

/// Longer periods are sums of hourly tiles: a twelfth of the samples, and up to an hour late, which is 0.1 % of
/// such a period.
const FINE_MAX: Duration = Duration::from_hours(35 * 24);

/// Returns a range that holds exactly the tiles of `window`: Prometheus 2 closes both ends of a range, so a
/// whole hour would hold thirteen tiles of five minutes there and twelve on Prometheus 3.
pub fn range(window: Duration) -> Duration {
    window.saturating_sub(Duration::from_secs(1))
}

/// Whether the period of an objective is added up from hourly tiles.
pub fn is_hourly(objective: &Objective) -> bool {
    match objective.window {
        Window::Rolling(length) => length > FINE_MAX,
        Window::Calendar(Period::Month) => false,
        Window::Calendar(Period::Quarter | Period::Year) => true,
    }
}

/// Returns the names of the tiles that the period of an objective is added up from: events and bad events.
pub fn of_period(objective: &Objective) -> (&'static str, &'static str) {
    if is_hourly(objective) {
        (slo::EVENTS_HOUR, slo::ERRORS_HOUR)
    } else {
        (slo::EVENTS_TILE, slo::ERRORS_TILE)
    }
}

/// Returns the tile rules of an objective.
pub fn rules(model: &Model, objective: &Objective) -> Vec<Rule> {
    let record = |name: &str, expr: Expr, tile: Duration| Rule::Record {
        name: name.to_owned(),
        labels: identity(model, objective),
        expr: expr.and_on(&[], due(model, objective, tile)),
    };
    let calendar = Calendar::of(model, objective);
    let tile = |base: &str| {
        let count = count(model, objective, base);
        match &calendar {
            None => count,
            Some(calendar) => count.labelled(PERIOD, calendar.label()),
        }
    };
    let mut kept = split(objective);
    let period: &[&str] = if calendar.is_some() { &[PERIOD] } else { &[] };
    kept.extend(period);
    let over_hour = |function, name: &str| over_time(function, &recorded(model, objective, name), OF_HOUR);
    let hourly = |name: &str| aggregate("sum", &kept, over_hour("sum_over_time", name));
    let observed = aggregate("max", period, over_hour("count_over_time", slo::EVENTS_TILE));
    let mut rules = vec![
        record(slo::EVENTS_TILE, tile(slo::EVENTS_RATE), BASE_WINDOW),
        record(slo::ERRORS_TILE, tile(slo::ERRORS_RATE), BASE_WINDOW),
        record(slo::TILES_HOUR, observed, HOUR),
    ];
    if is_hourly(objective) {
        rules.push(record(slo::EVENTS_HOUR, hourly(slo::EVENTS_TILE), HOUR));
        rules.push(record(slo::ERRORS_HOUR, hourly(slo::ERRORS_TILE), HOUR));
    }
    rules
}

/// The share, not the value, of the evaluation on which a tile is written: the first since its edge. That is one which
/// comes in time, or a late one, when the edge is nearer than the evaluation before. Half an interval tells that from
/// this one. Where nothing was recorded before, as after a deployment, no tile is due that had no time to be whole.
///
/// `time() % 300 < 30` alone is refused: two scalars can only be compared with `bool`.
fn due(model: &Model, objective: &Objective, tile: Duration) -> Expr {
    let since_edge = || vector(time()).binary("%", Matching::All, seconds(tile));
    let evaluated = before(&recorded(model, objective, slo::EVENTS_RATE), model.interval() / 2);
    let last = aggregate("max", &[], Expr::Call("timestamp", vec![evaluated]));
    let late = since_edge().below(seconds(LATE_MAX)).below(time().minus(last));
    since_edge().below(seconds(model.interval())).or(late)
}

/// Returns the expression of a rule for where no evaluation is late, or can be told to be: its tile is written in
/// time or not at all.
pub fn punctual(expr: Expr) -> Expr {
    let is_late = |it: &Expr| {
        let mut asks = false;
        it.walk(&mut |it| asks |= matches!(it, Expr::Call("timestamp", _)));
        asks
    };
    let Expr::Binary { left: count, op: "and", matching, right: due } = expr else { return expr };
    let due = match *due {
        Expr::Binary { left: in_time, op: "or", right: late, .. } if is_late(&late) => in_time,
        other => Box::new(other),
    };
    Expr::Binary { left: count, op: "and", matching, right: due }
}

/// The count of a tile. Of events it is the mean of the base evaluations inside it: a single rate per tile
/// sees nine of ten scrape gaps, so that a burst on the tile's edge would count as nothing. The range leaves
/// half an interval out, so that it holds the tile's evaluations on Prometheus 2 and 3 alike. A slice was
/// judged over the whole five minutes already.
fn count(model: &Model, objective: &Objective, base: &str) -> Expr {
    let base = recorded(model, objective, base);
    let rate = match objective.indicator.judged() {
        Judged::Events | Judged::Time => {
            over_time("avg_over_time", &base, BASE_WINDOW.saturating_sub(model.interval() / 2))
        }
        Judged::Slices => select(&base),
    };
    seconds(BASE_WINDOW).times(rate)
}
