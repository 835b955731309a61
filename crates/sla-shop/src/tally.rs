//! Counters of what happened. They start as the journal's sums and grow when a change is committed, so
//! that at any quiet moment, also after the process was killed, they are what the journal says.

use prometheus::{IntCounterVec, Opts, core::Collector};

use crate::journal::Event;

/// The counters of one shop.
#[derive(Clone)]
pub struct Tally {
    events: IntCounterVec,
}

impl Tally {
    /// Returns counters that stand at 0, each of them there from the start.
    pub fn new() -> prometheus::Result<Self> {
        let events = IntCounterVec::new(
            Opts::new(
                "shop_events_total",
                "Rows of the journal, by event and whether the test payer did it.",
            ),
            &["event", "synthetic"],
        )?;
        let tally = Self { events };
        for event in Event::ALL {
            tally.count(event, false, 0);
            tally.count(event, true, 0);
        }
        Ok(tally)
    }

    /// Takes over what happened before the start.
    pub fn restore(&self, counts: &[(Event, bool, u64)]) {
        for &(event, synthetic, count) in counts {
            self.count(event, synthetic, count);
        }
    }

    /// Counts an event that is true now.
    pub fn count(&self, event: Event, synthetic: bool, times: u64) {
        let synthetic = if synthetic { "true" } else { "false" };
        self.events.with_label_values(&[event.name(), synthetic]).inc_by(times);
    }

    /// Returns what a registry collects.
    pub fn collector(&self) -> Box<dyn Collector> {
        Box::new(self.events.clone())
    }
}
