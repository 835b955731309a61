//! The day curve: when customers come, by the hour of the shop's zone.
//!
//! At hour `h` of the day in Asia/Shanghai (+08:00 since 1991) visits come `1 + 9/11 · cos(2π(h − 16)/24)`
//! times as often as without the curve: 20/11 at 16:00, 2/11 at 4:00, ten to one. The mean is 1, so a day
//! has as many visits with the curve as without. Time is model time: it starts at the hour of the wall
//! clock and runs `pace` times faster.

use std::{f64::consts::TAU, time::Duration};

const SWING: f64 = 9.0 / 11.0;
const PEAK_HOUR: f64 = 16.0;
const DAY_HOURS: f64 = 24.0;

/// How far the curve's sum can be from the straight line, in hours, and a little more.
const LEAD_MAX_HOURS: f64 = 7.0;

/// Halvings of that until the error is far below a microsecond.
const HALVINGS: u32 = 60;

/// The curve from a start on.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    start_hour: f64,
    pace: f64,
}

impl Day {
    /// Returns the curve of a model time that starts then and runs that much faster.
    pub fn new(start_ms: i64, pace: u32) -> Self {
        let into_day = (start_ms + 8 * 3_600_000).rem_euclid(24 * 3_600_000);
        let into_day = Duration::from_millis(into_day.unsigned_abs());
        Self { start_hour: into_day.as_secs_f64() / 3_600.0, pace: f64::from(pace.max(1)) }
    }

    /// Returns how many visits of one customer are due after that time.
    pub fn visits(&self, since: Duration) -> f64 {
        60.0 * self.sum(since.as_secs_f64() * self.pace / 3_600.0)
    }

    /// Returns after which time that many visits are due.
    pub fn time_of(&self, visits: f64) -> Duration {
        let target = visits / 60.0;
        let (mut low, mut high) = ((target - LEAD_MAX_HOURS).max(0.0), target + LEAD_MAX_HOURS);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if self.sum(middle) < target {
                low = middle;
            } else {
                high = middle;
            }
        }
        Duration::from_secs_f64(high * 3_600.0 / self.pace)
    }

    /// Returns the curve's integral over the first model hours.
    fn sum(&self, hours: f64) -> f64 {
        let sine = |hour: f64| (TAU * (hour - PEAK_HOUR) / DAY_HOURS).sin();
        hours + SWING * DAY_HOURS / TAU * (sine(self.start_hour + hours) - sine(self.start_hour))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    /// Returns the visits in an hour around a time of a day that starts at 00:00 in the shop's zone.
    fn around(hour: u32) -> f64 {
        let day = Day::new(16 * 3_600_000, 1);
        let half = 30 * (2 * hour - 1);
        day.visits(HOUR / 60 * (half + 60)) - day.visits(HOUR / 60 * half)
    }

    #[test]
    fn the_peak_is_ten_times_the_night_and_a_day_is_a_day() {
        let ratio = around(16) / around(4);
        assert!((9.7..=10.1).contains(&ratio), "{ratio}");
        for start_ms in [0, 1_700_000_000_000] {
            let visits = Day::new(start_ms, 1).visits(HOUR * 24);
            assert!((visits - 1_440.0).abs() < 1e-6, "{visits}");
        }
        assert!((around(10) - 60.0).abs() < 0.1, "between night and peak the curve is 1");
    }

    #[test]
    fn times_and_visits_are_each_others_inverse_and_a_pace_divides() {
        let (slow, fast) = (Day::new(1_700_000_000_000, 1), Day::new(1_700_000_000_000, 60));
        for visits in [0.25, 1.0, 77.5, 1_440.0, 100_000.0] {
            let time = slow.time_of(visits);
            assert!((slow.visits(time) - visits).abs() < 1e-3, "{visits}");
            let scaled = fast.time_of(visits).as_secs_f64() * 60.0;
            assert!((time.as_secs_f64() - scaled).abs() < 1e-3, "{visits}");
        }
    }
}
