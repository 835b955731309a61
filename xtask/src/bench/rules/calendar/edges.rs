//! Where a year's calendar has edges, and when one looks at them.

use anyhow::Context as _;
use jiff::{Timestamp, Zoned, civil::date, tz::TimeZone};

use super::super::trace::{DAY_MS, HOUR_MS};

/// Months that begin after a month's end of its own kind: after a leap day or none, after a quarter, after the change
/// to winter time.
const MONTHS: [i8; 5] = [3, 4, 7, 10, 11];

/// How long an edge is measured before and after.
const AROUND_MS: i64 = 36 * HOUR_MS;

/// And the end of a year: from 28 December to 3 January and beyond.
const AROUND_YEAR_MS: i64 = 4 * DAY_MS;

/// When one looks, in minutes after an edge. Five minutes before the edge the old period is there as ever, until five
/// minutes after it the new one has no tile yet.
const LOOKS: [i64; 11] = [-1440, -61, -7, -1, 3, 11, 31, 67, 127, 247, 1507];

/// Rules are evaluated beside the full minute.
const LOOK_OFFSET_MS: i64 = 20_250;

/// A change of the calendar or of clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// What it is.
    pub what: String,
    /// Its millisecond.
    pub at_ms: i64,
    around_ms: i64,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its beginning.
    pub from_ms: i64,
    /// Its end.
    pub until_ms: i64,
}

/// A look at an edge.
#[derive(Clone, Copy, Debug)]
pub struct Look<'e> {
    /// The edge.
    pub edge: &'e Edge,
    /// How long after it, or before.
    pub minutes: i64,
    /// When.
    pub at_ms: i64,
}

/// Returns the edges of a year in a zone, from its beginning to the next one's.
pub fn of_year(zone: &TimeZone, year: i16) -> anyhow::Result<Vec<Edge>> {
    let midnight = |year: i16, month: i8| -> anyhow::Result<Timestamp> {
        let day = date(year, month, 1).to_zoned(zone.clone());
        Ok(day.with_context(|| format!("no first day of {year}-{month}"))?.timestamp())
    };
    let (first, last) = (midnight(year, 1)?, midnight(year + 1, 1)?);
    let edge = |what: String, at: Timestamp, around_ms| Edge { what, at_ms: at.as_millisecond(), around_ms };
    let mut edges = vec![
        edge(format!("{year} begins"), first, AROUND_YEAR_MS),
        edge(format!("{} begins", year + 1), last, AROUND_YEAR_MS),
    ];
    for month in MONTHS {
        edges.push(edge(format!("{year}-{month:02} begins"), midnight(year, month)?, AROUND_MS));
    }
    for change in zone.following(first).take_while(|it| it.timestamp() < last) {
        let at = change.timestamp();
        let local: Zoned = at.to_zoned(zone.clone());
        edges.push(edge(format!("clocks change on {}", local.date()), at, AROUND_MS));
    }
    edges.sort_by_key(|it| it.at_ms);
    Ok(edges)
}

/// Returns what is measured: everything around the edges, in whole hours of UTC. An hour that is not measured to its
/// end is never added to a quarter or a year.
pub fn spans(edges: &[Edge]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for it in edges {
        let hour = |at_ms: i64| at_ms.div_euclid(HOUR_MS) * HOUR_MS;
        let from_ms = hour(it.at_ms - it.around_ms);
        let span = Span { from_ms, until_ms: hour(it.at_ms + it.around_ms + HOUR_MS - 1) };
        match spans.last_mut() {
            Some(last) if span.from_ms <= last.until_ms => last.until_ms = last.until_ms.max(span.until_ms),
            _ => spans.push(span),
        }
    }
    spans
}

/// Returns every look at every edge, in the order of time.
pub fn looks(edges: &[Edge]) -> Vec<Look<'_>> {
    let look = |edge, minutes| Look { edge, minutes, at_ms: edge_ms(edge, minutes) };
    let mut looks: Vec<_> = edges.iter().flat_map(|edge| LOOKS.map(|minutes| look(edge, minutes))).collect();
    looks.sort_by_key(|it| it.at_ms);
    looks.dedup_by_key(|it| it.at_ms);
    looks
}

fn edge_ms(edge: &Edge, minutes: i64) -> i64 {
    edge.at_ms + minutes * 60_000 + LOOK_OFFSET_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: &str, changes: &[&str], spans_count: usize) {
        let edges = of_year(&TimeZone::get(zone).unwrap(), 2024).unwrap();
        let found: Vec<_> = edges.iter().filter(|it| it.what.starts_with("clocks")).collect();
        assert_eq!(found.iter().map(|it| it.what.as_str()).collect::<Vec<_>>(), changes);
        assert_eq!(edges.len(), 7 + changes.len());
        assert_eq!(spans(&edges).len(), spans_count);
    }

    #[test]
    fn a_year_has_its_edges() {
        check("Asia/Shanghai", &[], 7);
        check("Europe/Berlin", &["clocks change on 2024-03-31", "clocks change on 2024-10-27"], 8);
        check("America/New_York", &["clocks change on 2024-03-10", "clocks change on 2024-11-03"], 8);
    }

    #[test]
    fn every_look_is_measured() {
        let edges = of_year(&TimeZone::get("Australia/Lord_Howe").unwrap(), 2026).unwrap();
        let spans = spans(&edges);
        for look in looks(&edges) {
            assert!(spans.iter().any(|it| (it.from_ms..it.until_ms).contains(&look.at_ms)), "{look:?}");
        }
    }
}
