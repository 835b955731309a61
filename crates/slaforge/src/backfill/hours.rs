//! Hours, added up from the five-minute tiles within them. The server could do it, but each of its hours would compute
//! twelve tiles anew.

use std::collections::BTreeMap;

use sla_model::names::slo;

use super::Found;
use crate::compile::{HOUR, PERIOD};

/// How an hour follows from the tiles within it.
#[derive(Clone, Copy)]
enum How {
    /// Their sum, for each series.
    Summed,
    /// How many there are in the series that has the most; the period is told apart.
    Counted,
}

/// What is recorded once an hour, of which tiles, and how.
const HOURLY: [(&str, &str, How); 3] = [
    (slo::TILES_HOUR, slo::EVENTS_TILE, How::Counted),
    (slo::EVENTS_HOUR, slo::EVENTS_TILE, How::Summed),
    (slo::ERRORS_HOUR, slo::ERRORS_TILE, How::Summed),
];

/// Returns whether a series is recorded once an hour.
pub fn is_hourly(name: &str) -> bool {
    HOURLY.iter().any(|it| it.0 == name)
}

/// Returns an hourly series up to the last full hour, of the tiles by their names.
pub fn hours(name: &str, tiles: &BTreeMap<String, Vec<Found>>, last: i64) -> Vec<Found> {
    let Some((_, of, how)) = HOURLY.iter().find(|it| it.0 == name) else { return Vec::new() };
    let mut whole: BTreeMap<BTreeMap<String, String>, BTreeMap<i64, f64>> = BTreeMap::new();
    for found in tiles.get(*of).into_iter().flatten() {
        let metric = match how {
            How::Summed => found.metric.clone(),
            How::Counted => found.metric.clone().into_iter().filter(|it| it.0 == PERIOD).collect(),
        };
        let hours = whole.entry(metric).or_default();
        for (hour, value) in of_series(found, *how) {
            if hour <= last {
                let seen = hours.entry(hour).or_insert(value);
                *seen = seen.max(value);
            }
        }
    }
    let found = whole.into_iter().map(|(metric, hours)| {
        #[expect(clippy::cast_precision_loss, reason = "seconds of this millennium")]
        let values = hours.into_iter().map(|(hour, value)| (hour as f64, value.to_string())).collect();
        Found { metric, values }
    });
    found.filter(|it| !it.values.is_empty()).collect()
}

/// The hours of one series of tiles. A tile stands at its end, so that of the full hour is the last of twelve.
fn of_series(found: &Found, how: How) -> BTreeMap<i64, f64> {
    let length = i64::try_from(HOUR.as_secs()).unwrap_or(i64::MAX);
    let mut hours: BTreeMap<i64, f64> = BTreeMap::new();
    for (seconds, value) in &found.values {
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds of this millennium")]
        let hour = (*seconds as i64 + length - 1).div_euclid(length) * length;
        let value = match how {
            How::Summed => value.parse().unwrap_or(f64::NAN),
            How::Counted => 1.0,
        };
        *hours.entry(hour).or_default() += value;
    }
    hours
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiles(period: &str, region: &str, values: &[(i32, &str)]) -> Found {
        let labels = [(PERIOD, period), ("region", region)];
        let metric = labels.map(|(label, value)| (label.to_owned(), value.to_owned())).into();
        Found { metric, values: values.iter().map(|(at, it)| (f64::from(*at), (*it).to_owned())).collect() }
    }

    #[test]
    fn an_hour_is_the_tiles_that_end_within_it() {
        let of_eu =
            tiles("202611", "eu", &[(3600, "9"), (3900, "0.5"), (7200, "2"), (7500, "1"), (10_800, "4")]);
        let of_us = tiles("202611", "us", &[(3900, "7")]);
        let tiles = BTreeMap::from([(slo::EVENTS_TILE.to_owned(), vec![of_eu, of_us])]);
        let values = |name: &str| -> Vec<Vec<(f64, String)>> {
            hours(name, &tiles, 7200).into_iter().map(|it| it.values).collect()
        };
        let at = |seconds: f64, value: &str| (seconds, value.to_owned());
        assert_eq!(
            values(slo::EVENTS_HOUR),
            [vec![at(3600.0, "9"), at(7200.0, "2.5")], vec![at(7200.0, "7")]]
        );
        assert_eq!(values(slo::TILES_HOUR), [[at(3600.0, "1"), at(7200.0, "2")]]);
        assert!(values(slo::ERRORS_HOUR).is_empty());
    }

    #[test]
    fn an_hour_of_two_periods_is_two() {
        let found =
            [tiles("202611", "eu", &[(3900, "1")]), tiles("202612", "eu", &[(4200, "1"), (4500, "1")])];
        let tiles = BTreeMap::from([(slo::EVENTS_TILE.to_owned(), found.into())]);
        let counts: Vec<String> =
            hours(slo::TILES_HOUR, &tiles, 7200).into_iter().map(|it| it.values[0].1.clone()).collect();
        assert_eq!(counts, ["1", "2"]);
    }
}
