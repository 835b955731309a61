//! How events are counted: by a plain selector, or by `PromQL` that a person wrote.

use std::{fmt, time::Duration};

use crate::{duration, selector::Selector};

/// Counts events.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Counter {
    /// Every increase of these counters is an event.
    Selector(Selector),
    /// The expression gives events per second.
    Query(Query),
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Selector(selector) => selector.fmt(f),
            Self::Query(query) => query.fmt(f),
        }
    }
}

/// The word that stands for the window in a query.
pub const WINDOW: &str = "$window";

/// An expression that a person wrote; every range in it is [`WINDOW`], or it reads no series at all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    parts: Vec<String>,
}

impl Query {
    /// Makes a query of its text. The caller has checked that it is an expression once the window is filled in.
    pub fn new(text: &str) -> Self {
        Self { parts: text.trim().split(WINDOW).map(str::to_owned).collect() }
    }

    /// Returns the expression over a window.
    pub fn at(&self, window: Duration) -> String {
        self.parts.join(&duration::text(window))
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts.join(WINDOW))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_filled_in() {
        let query = Query::new(" sum(rate(x[$window])) / sum(rate(y[$window])) ");
        assert_eq!(query.at(Duration::from_mins(5)), "sum(rate(x[5m])) / sum(rate(y[5m]))");
        assert_eq!(query.to_string(), "sum(rate(x[$window])) / sum(rate(y[$window]))");
        assert_eq!(Query::new("vector(1)").at(Duration::from_mins(5)), "vector(1)");
    }
}
