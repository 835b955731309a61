//! Traffic around the edges of periods: whole numbers of events in every hour, so that any span's truth is exact.

use super::{
    super::{
        random::Random,
        trace::{HOUR_MS, Truth},
    },
    edges::Span,
};
use crate::backfill::blocks::Blocks;

/// How often the service is scraped, and when within that time.
const SCRAPE_MS: i64 = 30_000;
const SCRAPE_OFFSET_MS: i64 = 11_125;

/// Traffic and its share of failures change a quarter past every hour. So they are steady around every edge of a
/// period, in zones of half hours too: a ratio just beside an edge has one true value, and an hour that is counted to
/// the wrong side shows.
const TURN_MS: i64 = HOUR_MS / 4;

/// Scraping goes on for so long after a span, so that its last tile is whole.
const AFTER_MS: i64 = 60_000;

/// The traffic of one service that is only there in some spans of time.
pub struct Traffic {
    spans: Vec<Span>,
    hours: Vec<Hour>,
}

/// An hour of steady traffic, and what came before it.
struct Hour {
    from_ms: i64,
    each: Truth,
    before: Truth,
}

impl Traffic {
    /// Draws traffic for spans of whole hours.
    pub fn new(seed: u64, spans: &[Span]) -> Self {
        let mut random = Random::new(seed, "calendar");
        let mut before = Truth::default();
        let mut hours = Vec::new();
        for span in spans {
            let mut from_ms = span.from_ms + TURN_MS;
            while from_ms + HOUR_MS <= span.until_ms {
                let all = 72_000 + random.below(144_000).unsigned_abs();
                // From a tenth of the budget to three times of it.
                let bad = all * (1 + random.below(30).unsigned_abs()) / 1000;
                let each = Truth { bad, all };
                hours.push(Hour { from_ms, each, before });
                before = Truth { bad: before.bad + bad, all: before.all + all };
                from_ms += HOUR_MS;
            }
        }
        Self { spans: spans.to_vec(), hours }
    }

    /// Counts the events after `from` up to `until`.
    pub fn between(&self, from_ms: i64, until_ms: i64) -> Truth {
        let (from, until) = (self.until(from_ms), self.until(until_ms));
        Truth { bad: until.bad - from.bad, all: until.all - from.all }
    }

    fn until(&self, at_ms: i64) -> Truth {
        let Some(hour) = self.hours[..self.hours.partition_point(|it| it.from_ms < at_ms)].last() else {
            return Truth::default();
        };
        let passed = (at_ms - hour.from_ms).min(HOUR_MS).unsigned_abs();
        let of = |count: u64| count * passed / HOUR_MS.unsigned_abs();
        Truth { bad: hour.before.bad + of(hour.each.bad), all: hour.before.all + of(hour.each.all) }
    }

    /// Returns how much of a stretch was measured, in milliseconds.
    pub fn measured_ms(&self, from_ms: i64, until_ms: i64) -> i64 {
        let overlap = |it: &Span| (it.until_ms.min(until_ms) - it.from_ms.max(from_ms)).max(0);
        self.spans.iter().map(overlap).sum()
    }

    /// Writes every sample that Prometheus would have scraped.
    pub fn scrape(&self, blocks: &mut Blocks) -> anyhow::Result<()> {
        for span in &self.spans {
            let mut at_ms = span.from_ms + SCRAPE_OFFSET_MS;
            while at_ms < span.until_ms + AFTER_MS {
                let Truth { bad, all } = self.until(at_ms);
                blocks.add("http_requests_total{code=\"200\"}", all - bad, at_ms)?;
                blocks.add("http_requests_total{code=\"500\"}", bad, at_ms)?;
                at_ms += SCRAPE_MS;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_span_are_the_whole() {
        let spans = [1, 40].map(|it| Span { from_ms: it * HOUR_MS, until_ms: (it + 20) * HOUR_MS });
        let traffic = Traffic::new(7, &spans);
        let whole = traffic.between(0, 100 * HOUR_MS);
        // The first quarter of an hour and the last three are quiet, so 19 hours of each span are not.
        assert_eq!(traffic.hours.len(), 38);
        let parts = (0..1000).map(|it| traffic.between(it * HOUR_MS / 10, (it + 1) * HOUR_MS / 10));
        let sum =
            parts.fold(Truth::default(), |sum, it| Truth { bad: sum.bad + it.bad, all: sum.all + it.all });
        assert_eq!(sum, whole);
        assert_eq!(traffic.between(21 * HOUR_MS, 40 * HOUR_MS), Truth::default());
        assert_eq!(traffic.measured_ms(20 * HOUR_MS, 41 * HOUR_MS), 2 * HOUR_MS);
    }
}
