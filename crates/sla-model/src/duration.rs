//! Durations in Prometheus' own notation: `30d`, `4m45s`, `250ms`.

use std::{str::FromStr, time::Duration};

use rust_decimal::Decimal;

/// One day. Days and weeks in this notation are always 24 h and 7 × 24 h, as in Prometheus.
pub const DAY: Duration = Duration::from_hours(24);

/// The units of the notation, largest first, in milliseconds. Prometheus' year (365 d) is left out: a promise
/// over a year is written `365d` or as a calendar year, so that nobody has to guess which one is meant.
const UNITS: [(&str, u64); 6] =
    [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// A number without a unit, or a text without a number.
    #[error("`{0}` is not a duration")]
    Shape(String),
    /// A unit that the notation does not know.
    #[error("`{0}` is not a unit of time")]
    Unit(String),
    /// The duration is longer than can be held.
    #[error("`{0}` is too long")]
    TooLong(String),
}

/// Reads `30d`, `1h30m`, `250ms`; the units must fall in size, as Prometheus demands.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let shape = || DurationError::Shape(text.to_owned());
    let mut rest = text;
    let mut next_unit = 0;
    let mut total: u64 = 0;
    if rest.is_empty() {
        return Err(shape());
    }
    while !rest.is_empty() {
        let digits = rest.find(|it: char| !it.is_ascii_digit()).ok_or_else(shape)?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|it: char| it.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        if number.is_empty() {
            return Err(shape());
        }
        let place =
            UNITS.iter().position(|it| it.0 == unit).ok_or_else(|| DurationError::Unit(unit.to_owned()))?;
        if place < next_unit {
            return Err(shape());
        }
        next_unit = place + 1;
        let too_long = || DurationError::TooLong(text.to_owned());
        let count = u64::from_str(number).map_err(|_| too_long())?;
        let part = count.checked_mul(UNITS[place].1).ok_or_else(too_long)?;
        total = total.checked_add(part).ok_or_else(too_long)?;
        rest = tail;
    }
    Ok(Duration::from_millis(total))
}

/// Writes a duration with the fewest units, cut to whole milliseconds: `29d23h59m59s`, `4s750ms`.
/// Weeks are never written, as in Prometheus' own output for ranges people know as days.
pub fn text(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    if rest == 0 {
        return "0s".to_owned();
    }
    let parts = UNITS[1..].iter().filter_map(|(unit, size)| {
        let count = rest / size;
        rest %= size;
        (count > 0).then(|| format!("{count}{unit}"))
    });
    parts.collect()
}

/// Returns a duration as an exact number of seconds, cut to whole milliseconds.
pub fn seconds(duration: Duration) -> Decimal {
    let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    Decimal::new(millis, 3).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn round_trip(input: &str, millis: u64, expected: &str) {
        let duration = parse(input).unwrap();
        assert_eq!(duration, Duration::from_millis(millis));
        assert_eq!(text(duration), expected);
    }

    #[test]
    fn the_notation_is_prometheus_own() {
        round_trip("30d", 2_592_000_000, "30d");
        round_trip("4w", 2_419_200_000, "28d");
        round_trip("1h30m", 5_400_000, "1h30m");
        round_trip("90s", 90_000, "1m30s");
        round_trip("250ms", 250, "250ms");
        round_trip("0s", 0, "0s");
        assert_eq!(seconds(Duration::from_millis(4750)).to_string(), "4.75");
    }

    #[track_caller]
    fn refused(input: &str, expected: &str) {
        assert_eq!(parse(input).unwrap_err().to_string(), expected);
    }

    #[test]
    fn a_duration_says_what_is_wrong() {
        refused("", "`` is not a duration");
        refused("30", "`30` is not a duration");
        refused("d30", "`d30` is not a duration");
        refused("1m1h", "`1m1h` is not a duration");
        refused("30 days", "` days` is not a unit of time");
        refused("1.5h", "`.` is not a unit of time");
        refused("99999999999999999999d", "`99999999999999999999d` is too long");
    }
}
