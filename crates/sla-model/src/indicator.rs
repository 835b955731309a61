//! What an objective counts.

use std::time::Duration;

use crate::{id::ProbeId, selector::Selector};

/// What is counted as an event, and which events are bad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Indicator {
    /// The runs of a journey; a failed run is bad.
    Journey(ProbeId),
    /// Events of a counter, with the bad ones given.
    Ratio {
        /// Counts every event.
        total: Selector,
        /// Counts the bad ones, a part of `total`.
        bad: Selector,
    },
    /// Five-minute slices of time that had traffic; a slice is bad when its mean exceeds the limit.
    Mean {
        /// The histogram's base name with its label comparisons, without `_sum` and `_count`.
        histogram: Selector,
        /// The largest mean that is still good.
        at_most: Duration,
    },
}

impl Indicator {
    /// Returns for how long an alert's condition stands after the last bad event.
    ///
    /// A rate over five minutes remembers an event for five minutes. A slice is judged at once: the condition
    /// ends with the last bad slice.
    pub fn memory(&self) -> Duration {
        match self {
            Self::Journey(_) | Self::Ratio { .. } => BASE_WINDOW,
            Self::Mean { .. } => Duration::ZERO,
        }
    }

    /// Returns whether the indicator counts single events, so that a minimum of bad ones makes sense.
    pub fn counts_events(&self) -> bool {
        match self {
            Self::Journey(_) | Self::Ratio { .. } => true,
            Self::Mean { .. } => false,
        }
    }
}

/// The window of the base rates, and the length of a tile and of a slice.
pub const BASE_WINDOW: Duration = Duration::from_mins(5);

/// How often targets are scraped and rules evaluated unless the specification says otherwise.
pub const INTERVAL: Duration = Duration::from_secs(30);
