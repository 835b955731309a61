//! Tiles: one sample per five minutes that holds a count. Long windows are sums of tiles.

use std::time::Duration;

use sla_model::{
    Model,
    indicator::{BASE_WINDOW, Indicator},
    names::slo,
    objective::Objective,
};

use super::labels::{identity, recorded};
use crate::{
    plan::Rule,
    promql::{
        Expr,
        build::{aggregate, on_tile, over_time, seconds, select},
    },
};

/// The length of an hourly tile.
pub const HOUR: Duration = Duration::from_hours(1);

/// Returns a range that holds exactly the tiles of `window`: Prometheus 2 closes both ends of a range, so a
/// whole hour would hold thirteen tiles of five minutes there and twelve on Prometheus 3.
pub fn range(window: Duration) -> Duration {
    window.saturating_sub(Duration::from_secs(1))
}

/// Returns the tile rules of an objective.
pub fn rules(model: &Model, objective: &Objective) -> Vec<Rule> {
    let interval = model.interval();
    let record = |name: &str, expr: Expr, tile: Duration| Rule::Record {
        name: name.to_owned(),
        labels: identity(model, objective),
        expr: expr.and_on(&[], on_tile(tile, interval)),
    };
    let tile = |base: &str| count(model, objective, base);
    let observed = over_time("count_over_time", &recorded(model, objective, slo::EVENTS_TILE), range(HOUR));
    vec![
        record(slo::EVENTS_TILE, tile(slo::EVENTS_RATE), BASE_WINDOW),
        record(slo::ERRORS_TILE, tile(slo::ERRORS_RATE), BASE_WINDOW),
        record(slo::TILES_HOUR, aggregate("max", &[], observed), HOUR),
    ]
}

/// The count of a tile. Of events it is the mean of the base evaluations inside it: a single rate per tile
/// sees nine of ten scrape gaps, so that a burst on the tile's edge would count as nothing. The range leaves
/// half an interval out, so that it holds the tile's evaluations on Prometheus 2 and 3 alike. A slice was
/// judged over the whole five minutes already.
fn count(model: &Model, objective: &Objective, base: &str) -> Expr {
    let base = recorded(model, objective, base);
    let rate = match objective.indicator {
        Indicator::Journey(_) | Indicator::Ratio { .. } => {
            over_time("avg_over_time", &base, BASE_WINDOW.saturating_sub(model.interval() / 2))
        }
        Indicator::Mean { .. } => select(&base),
    };
    seconds(BASE_WINDOW).times(rate)
}
