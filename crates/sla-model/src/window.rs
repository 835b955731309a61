//! The period over which an objective is judged.

use std::{fmt, time::Duration};

use crate::duration;

/// A period of judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The last so many days, moving with time.
    Rolling(Duration),
}

impl Window {
    /// The shortest rolling window: below a week the burn tiers of the SRE workbook lose their meaning.
    pub const ROLLING_MIN: Duration = Duration::from_hours(7 * 24);
    /// The longest rolling window that 5-minute tiles serve (25,920 tiles); longer ones need hourly tiles.
    pub const ROLLING_MAX: Duration = Duration::from_hours(90 * 24);

    /// Returns the length of the window.
    pub fn length(self) -> Duration {
        match self {
            Self::Rolling(length) => length,
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rolling(length) => f.write_str(&duration::text(*length)),
        }
    }
}
