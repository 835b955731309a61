//! When a customer's visits are due: at fixed times, whatever the shop does. A shop that slows down
//! must not slow down the payments that are counted.

use std::{future::Future, time::Duration};

use tokio::time::Instant;

use crate::day::Day;

/// Nominal time between two visits of a customer.
const PERIOD: Duration = Duration::from_mins(1);

/// A visit that is due less than this share of a visit from now is the one that is made now.
const ROUNDING: f64 = 1e-4;

/// The fixed times of one customer's visits.
#[derive(Clone, Copy)]
pub struct Schedule {
    start: Instant,
    first: Instant,
    period: Duration,
    /// The day curve and this customer's share of a visit by which they differ from the first.
    curve: Option<(Day, f64)>,
}

impl Schedule {
    /// Spreads customers evenly over the period; the first customer is 0.
    pub fn new(start: Instant, customer: u32, customers: u32, pace: u32) -> Self {
        let period = PERIOD / pace.max(1);
        Self { start, first: start + period * customer / customers.max(1), period, curve: None }
    }

    /// Lets visits follow a day curve that begins where the schedule does.
    pub fn follow(mut self, day: Day, customer: u32, customers: u32) -> Self {
        let share = f64::from(customer) / f64::from(customers.max(1));
        self.first = self.start + day.time_of(share);
        self.curve = Some((day, share));
        self
    }

    /// Makes visits when they are due. A visit that is due while the last one still goes on is skipped.
    pub async fn keep<F: Future<Output = ()>>(self, mut visit: impl FnMut(u64) -> F) {
        let mut due = self.first;
        for number in 1.. {
            tokio::time::sleep_until(due).await;
            visit(number).await;
            due = self.next(Instant::now().max(due));
        }
    }

    /// Returns the first time that is later than `now`.
    fn next(self, now: Instant) -> Instant {
        if let Some((day, share)) = self.curve {
            let made = (day.visits(now.saturating_duration_since(self.start)) - share + ROUNDING).floor();
            return self.start + day.time_of(made + 1.0 + share);
        }
        let since = now.saturating_duration_since(self.first);
        let into_period = since.as_nanos() % self.period.as_nanos();
        let into_period = u64::try_from(into_period).unwrap_or(0);
        now + self.period - Duration::from_nanos(into_period)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milliseconds(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    /// Returns how many visits 20 customers start in a minute, if each visit takes that long.
    fn visits_in_a_minute(pace: u32, visit: Duration) -> u32 {
        let start = Instant::now();
        let mut visits = 0;
        for customer in 0..20 {
            let schedule = Schedule::new(start, customer, 20, pace);
            let mut due = schedule.first;
            while due < start + PERIOD {
                visits += 1;
                due = schedule.next(due + visit);
            }
        }
        visits
    }

    #[test]
    fn visits_come_at_the_asked_rate_unless_one_takes_longer_than_the_period() {
        assert_eq!(visits_in_a_minute(1, milliseconds(10)), 20);
        assert_eq!(visits_in_a_minute(60, milliseconds(10)), 1_200);
        assert_eq!(visits_in_a_minute(60, milliseconds(999)), 1_200);
        assert_eq!(visits_in_a_minute(60, milliseconds(1_500)), 600);
    }

    #[test]
    fn a_day_curve_moves_visits_and_makes_none_up() {
        let (start, hour) = (Instant::now(), Duration::from_hours(1));
        // From 00:00 in the shop's zone on.
        let schedule = Schedule::new(start, 1, 4, 1).follow(Day::new(16 * 3_600_000, 1), 1, 4);
        let mut visits = [0_u32; 24];
        let mut due = schedule.first;
        while due < start + hour * 24 {
            let into_day = (due - start).as_secs() / 3_600;
            visits[usize::try_from(into_day).unwrap()] += 1;
            due = schedule.next(due);
        }
        assert_eq!(visits.iter().sum::<u32>(), 1_440);
        assert!((9..=13).contains(&visits[4]) && (105..=110).contains(&visits[16]), "{visits:?}");
    }

    #[test]
    fn offsets_spread_over_the_period_and_stay() {
        let start = Instant::now();
        let schedule = Schedule::new(start, 5, 20, 60);
        let at = |number| start + milliseconds(number);
        assert_eq!(schedule.first, at(250));
        assert_eq!(schedule.next(at(250)), at(1_250));
        assert_eq!(schedule.next(at(1_249)), at(1_250));
        // Busy past two visits: both are skipped, and the times stay.
        assert_eq!(schedule.next(at(3_900)), at(4_250));
    }
}
