//! The period over which an objective is judged.

use std::{fmt, time::Duration};

use crate::duration;

/// A period of judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Window {
    /// The last so many days, moving with time.
    Rolling(Duration),
    /// The calendar period that now lies in, in the specification's zone; it starts with a full budget.
    Calendar(Period),
}

/// A calendar period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// From the first of the month, 00:00.
    Month,
    /// From the first of January, April, July and October.
    Quarter,
    /// From the first of January.
    Year,
}

impl Period {
    /// Every period with its name, shortest first.
    pub const ALL: [(&str, Self); 3] =
        [("month", Self::Month), ("quarter", Self::Quarter), ("year", Self::Year)];

    /// Returns the name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// Returns how many months it has.
    pub fn months(self) -> u8 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }

    /// Returns the length of the longest one.
    pub fn longest(self) -> Duration {
        let days = match self {
            Self::Month => 31,
            Self::Quarter => 92,
            Self::Year => 366,
        };
        duration::DAY * days
    }
}

impl Window {
    /// The shortest rolling window: below a week the burn tiers of the SRE workbook lose their meaning.
    pub const ROLLING_MIN: Duration = Duration::from_hours(7 * 24);
    /// The longest rolling window: a year of hourly tiles.
    pub const ROLLING_MAX: Duration = Duration::from_hours(365 * 24);

    /// Returns the length of the window; of a calendar period, that of the longest one.
    pub fn length(self) -> Duration {
        match self {
            Self::Rolling(length) => length,
            Self::Calendar(period) => period.longest(),
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rolling(length) => f.write_str(&duration::text(*length)),
            Self::Calendar(period) => f.write_str(period.name()),
        }
    }
}
