//! The stretches of time about which it is worth asking: an empty day costs the server nearly as much as a full one.

/// How far a stretch reaches beyond what was seen: further than any tile looks, and a whole number of hours, so that
/// each hour is asked for whole.
const AROUND_SECONDS: i64 = 3 * 3600;

/// An hour.
const HOUR_SECONDS: i64 = 3600;

/// Returns the stretches around the moments at which something was seen, first and last second of each, within a
/// time. They begin at full hours and do not touch.
pub fn stretches(seen: impl IntoIterator<Item = i64>, first: i64, last: i64) -> Vec<(i64, i64)> {
    let hour = |it: i64| it.div_euclid(HOUR_SECONDS) * HOUR_SECONDS;
    let mut seen: Vec<i64> = seen.into_iter().collect();
    seen.sort_unstable();
    let mut found: Vec<(i64, i64)> = Vec::new();
    for at in seen {
        let from = (hour(at) - AROUND_SECONDS).max(hour(first));
        let to = (hour(at) + HOUR_SECONDS + AROUND_SECONDS).min(last);
        match found.last_mut() {
            Some(before) if from <= before.1 => before.1 = before.1.max(to),
            _ if from < to => found.push((from, to)),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * HOUR_SECONDS;

    #[test]
    fn what_lies_near_is_one_stretch() {
        let seen = [10 * HOUR_SECONDS, 10 * HOUR_SECONDS + 300, 16 * HOUR_SECONDS];
        assert_eq!(stretches(seen, 0, DAY), [(7 * HOUR_SECONDS, 20 * HOUR_SECONDS)]);
    }

    #[test]
    fn empty_days_are_left_out() {
        let found = stretches([9 * DAY, 0], 0, 10 * DAY);
        assert_eq!(
            found,
            [(0, 4 * HOUR_SECONDS), (9 * DAY - AROUND_SECONDS, 9 * DAY + AROUND_SECONDS + HOUR_SECONDS)]
        );
        assert!(stretches([], 0, DAY).is_empty());
    }

    #[test]
    fn no_stretch_reaches_beyond_the_end_and_each_begins_with_an_hour() {
        assert_eq!(stretches([DAY - 300], DAY - 900, DAY - 60), [(DAY - HOUR_SECONDS, DAY - 60)]);
    }
}
