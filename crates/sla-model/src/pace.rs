//! How fast model time runs.

use std::{fmt, num::NonZeroU32, str::FromStr, time::Duration};

/// The divisor of everything that judges or schedules: 1 in production, 60 in a drill.
///
/// Windows, offsets, holds, intervals and deadlines are divided. What the world takes is not: limits, bucket
/// bounds, timeouts of databases, calendar periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace(NonZeroU32);

/// The fastest pace: at 60, a 30 s interval lasts half a second, and Prometheus still keeps up; at 3,000 it
/// would last 10 ms, which no scrape can hold.
pub const PACE_MAX: u32 = 300;

/// Why a text is not a pace.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a pace; write a whole number from 1 to {PACE_MAX}")]
pub struct PaceError(String);

impl Pace {
    /// Model time is wall time.
    pub const REAL: Self = Self(NonZeroU32::MIN);

    /// Returns how long a nominal duration really takes.
    pub fn real(self, nominal: Duration) -> Duration {
        nominal / self.0.get()
    }

    /// Returns the divisor.
    pub fn divisor(self) -> u32 {
        self.0.get()
    }
}

impl FromStr for Pace {
    type Err = PaceError;

    fn from_str(text: &str) -> Result<Self, PaceError> {
        let pace = text.parse::<NonZeroU32>().ok().filter(|it| it.get() <= PACE_MAX);
        pace.map(Self).ok_or_else(|| PaceError(text.to_owned()))
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_divides() {
        let drill: Pace = "60".parse().unwrap();
        assert_eq!(drill.real(Duration::from_secs(30)), Duration::from_millis(500));
        assert_eq!(Pace::REAL.real(Duration::from_secs(30)), Duration::from_secs(30));
        assert!("0".parse::<Pace>().is_err());
        assert!("301".parse::<Pace>().is_err());
        assert!("6.5".parse::<Pace>().is_err());
    }
}
