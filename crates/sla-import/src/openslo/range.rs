//! Queries that know nothing of our window: a fixed range becomes it, and a bare counter becomes its rate.

use crate::query::{self, Query, WINDOW};

/// What became of a query.
pub struct Ranged {
    /// The query in our words.
    pub query: Query,
    /// What is different now, if something is.
    pub note: Option<String>,
}

/// How a query without any range is to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bare {
    /// It is a counter, so its rate is what counts.
    Counter,
    /// It is a value, of which the mean over the window counts.
    Value,
    /// It is a number of events per sample, for which there is no query.
    Events,
}

/// Reads a query; the error says why it cannot be ours.
pub fn ranged(text: &str, bare: Bare) -> Result<Ranged, String> {
    if text.contains("{{") {
        return query::templated(text).map(|query| Ranged { query, note: None });
    }
    let text = query::on_one_line(text);
    if text.contains(WINDOW) {
        return query::parsed(&text).map(|query| Ranged { query, note: None });
    }
    let ranges = ranges(&text);
    let mut lengths: Vec<&str> = ranges.iter().map(|it| text[it.clone()].trim()).collect();
    lengths.sort_unstable();
    lengths.dedup();
    match lengths.as_slice() {
        [] => without(&text, bare),
        [length] => {
            let note = format!("the range `[{length}]` became the window of each rule");
            let mut replaced = text.clone();
            for range in ranges.into_iter().rev() {
                replaced.replace_range(range, WINDOW);
            }
            query::parsed(&replaced).map(|query| Ranged { query, note: Some(note) })
        }
        _ => Err(format!(
            "the query has several ranges ({}), and one of them is our window",
            lengths.join(", ")
        )),
    }
}

fn without(text: &str, bare: Bare) -> Result<Ranged, String> {
    // Whatever it is, it must be PromQL first.
    query::parsed(text)?;
    match bare {
        Bare::Counter => {
            let rated = query::counter(text)
                .ok_or("the query has no range, and is more than the sum of one counter".to_owned())?;
            let note =
                "the query names no range: the rate of the counter over the window is counted".to_owned();
            Ok(Ranged { query: rated, note: Some(note) })
        }
        Bare::Value => {
            let query = query::parsed(&format!("avg_over_time(({text})[{WINDOW}:])"))?;
            let note = "the query names no range: its mean over the window is taken".to_owned();
            Ok(Ranged { query, note: Some(note) })
        }
        Bare::Events => {
            Err("the query gives a number of events at each sample (`counter: false`), which no rule can sum"
                .to_owned())
        }
    }
}

/// Returns where the ranges stand: between `[` and `]` or `:`, outside of quotes.
fn ranges(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut quote = None;
    let mut escaped = false;
    let mut start = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(_), _) if escaped => escaped = false,
            (Some(open), '\\') if open != '`' => escaped = true,
            (Some(open), _) if letter == open => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(letter),
            (None, '[') => start = Some(at + 1),
            (None, ']' | ':') => found.extend(start.take().map(|start| start..at)),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(text: &str, bare: Bare, expected: Result<&str, &str>) {
        let found = ranged(text, bare).map(|it| it.query.text);
        assert_eq!(found.as_ref().map(String::as_str).map_err(String::as_str), expected);
    }

    #[test]
    fn a_range_becomes_the_window() {
        read("sum(rate(x{a=\"[1m]\"}[5m]))", Bare::Counter, Ok("sum(rate(x{a=\"[1m]\"}[$window]))"));
        read("max_over_time(x[1h:1m])", Bare::Counter, Ok("max_over_time(x[$window:1m])"));
        read("sum(rate(x[{{.window}}]))", Bare::Events, Ok("sum(rate(x[$window]))"));
        read("rate(x[$window])", Bare::Events, Ok("rate(x[$window])"));
        let several = "the query has several ranges (1h, 5m), and one of them is our window";
        read("max_over_time(rate(x[5m])[1h:])", Bare::Counter, Err(several));
    }

    #[test]
    fn a_query_without_range_is_what_it_is_said_to_be() {
        read("sum(x{a=\"b\"})", Bare::Counter, Ok("sum(rate(x{a=\"b\"}[$window]))"));
        read("sum by (c) (x)", Bare::Counter, Ok("sum by (c) (rate(x[$window]))"));
        read("x", Bare::Counter, Ok("sum(rate(x[$window]))"));
        let more = "the query has no range, and is more than the sum of one counter";
        read("x - y", Bare::Counter, Err(more));
        read("x / y", Bare::Value, Ok("avg_over_time((x / y)[$window:])"));
        assert!(ranged("x", Bare::Events).is_err());
        assert!(ranged("sum:x{*}.as_count()", Bare::Counter).is_err());
    }
}
