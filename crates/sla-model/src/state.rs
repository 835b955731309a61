//! "Wholly unavailable" as a state, not a budget: when a journey counts as down.

use std::time::Duration;

/// The shortest time without a good run that counts as down.
const DOWN_WINDOW_MIN: Duration = Duration::from_mins(2);

/// So many runs must fit into the window, or three failures could not be told from a pause.
const RUNS_IN_WINDOW_MIN: u32 = 4;

/// This many failed runs, and no good one, make a journey down; a single failed run never does.
pub const FAILED_RUNS_MIN: u32 = 3;

/// Returns the window without a good run after which a journey that runs every `every` is down: two minutes,
/// or longer where four runs do not fit into that.
pub fn down_window(every: Duration) -> Duration {
    DOWN_WINDOW_MIN.max(every * RUNS_IN_WINDOW_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_journeys_get_a_longer_window() {
        assert_eq!(down_window(Duration::from_secs(15)), Duration::from_mins(2));
        assert_eq!(down_window(Duration::from_secs(30)), Duration::from_mins(2));
        assert_eq!(down_window(Duration::from_mins(1)), Duration::from_mins(4));
    }
}
