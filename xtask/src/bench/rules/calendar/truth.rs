//! What a period's numbers are at a moment: from the events and the calendar, not from the rules.

use anyhow::Context as _;
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use sla_model::window::Period;

use super::{
    super::trace::{HOUR_MS, Truth},
    traffic::Traffic,
};

/// A tile is written every so often.
const TILE_MS: i64 = 300_000;

/// A tile is the mean of evaluations that each look back five minutes, so it ends, on the whole, so long before it
/// is written.
const LATE_MS: i64 = TILE_MS / 2;

/// The numbers of a period, as a moment knows them.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    /// The events up to what the newest tile tells.
    pub events: Truth,
    /// Events in a minute, for what is counted a little too early or late: at the period's beginning or now, whichever
    /// is more.
    pub events_per_minute: f64,
    /// The length of the whole period.
    pub minutes: f64,
    /// How much of it was measured up to what the newest tile tells.
    pub measured_minutes: f64,
    /// The share that was measured of the period's hours so far, and how many tiles that are.
    pub coverage: f64,
    /// The tiles of the period's hours so far.
    pub tiles: f64,
}

/// Returns the numbers of a period at a moment; nothing where its first tile or hour is not complete.
pub fn at(
    zone: &TimeZone,
    period: Period,
    traffic: &Traffic,
    at_ms: i64,
) -> anyhow::Result<Option<Expected>> {
    // Until the first tile of a period is written, the one before it is shown.
    let shown = Timestamp::from_millisecond(at_ms - TILE_MS)?;
    let day = first(period, shown.to_zoned(zone.clone()).date())?;
    let midnight = |day: Date| day.to_zoned(zone.clone()).map(|it| it.timestamp().as_millisecond());
    let from_ms = midnight(day)?;
    let until_ms = midnight(day.checked_add(i64::from(period.months()).months())?)?;
    let hour_ms = at_ms.div_euclid(HOUR_MS) * HOUR_MS;
    // Long periods are sums of hours.
    let newest_ms = match period {
        Period::Month => at_ms.div_euclid(TILE_MS) * TILE_MS,
        Period::Quarter | Period::Year => hour_ms,
    };
    if newest_ms <= from_ms {
        return Ok(None);
    }
    let known_ms = newest_ms - LATE_MS;
    let rate = |until_ms: i64| traffic.between(until_ms - 2 * TILE_MS, until_ms).all;
    let most = rate(known_ms).max(rate(from_ms + TILE_MS));
    let due_ms = hour_ms - from_ms;
    Ok(Some(Expected {
        events: traffic.between(from_ms, known_ms),
        events_per_minute: most as f64 / 10.0,
        minutes: (until_ms - from_ms) as f64 / 60_000.0,
        measured_minutes: traffic.measured_ms(from_ms, known_ms) as f64 / 60_000.0,
        coverage: traffic.measured_ms(from_ms, hour_ms) as f64 / due_ms as f64,
        tiles: due_ms as f64 / TILE_MS as f64,
    }))
}

/// Returns the first day of a day's period.
fn first(period: Period, day: Date) -> anyhow::Result<Date> {
    let month = match period {
        Period::Month => day.month(),
        Period::Quarter => (day.month() - 1) / 3 * 3 + 1,
        Period::Year => 1,
    };
    Date::new(day.year(), month, 1).context("every month has a first day")
}
