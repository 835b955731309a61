//! Multi-window, multi-burn-rate alerting: which tiers an objective gets, and when they fire.
//!
//! The table is the one of the Google SRE Workbook, chapter 5 ("Alerting on SLOs"), recommendation 6:
//! 2 % of the budget in 1 h and 5 % in 6 h page, 10 % in 3 d opens a ticket; 10 % in 1 d is added between them.

use std::time::Duration;

use rust_decimal::Decimal;

use crate::{duration, share::Share, window::Window};

/// Who is told: somebody now, or somebody in working hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Urgency {
    /// Wakes a person.
    Page,
    /// Waits for a person.
    Ticket,
}

/// One burn tier of one objective: the numbers every output quotes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Burn {
    /// The name of the tier and its `burn` label: the nominal long window.
    pub name: String,
    /// Who is told.
    pub urgency: Urgency,
    /// The window that decides that it matters.
    pub long: Duration,
    /// The window that decides that it still happens.
    pub short: Duration,
    /// How many times faster than allowed the budget is spent when the tier fires.
    pub factor: Decimal,
}

/// When somebody is told: so much of the whole budget is gone within this window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spend {
    /// Who is told.
    pub urgency: Urgency,
    /// The share of the budget.
    pub budget: Share,
    /// The long window.
    pub within: Duration,
}

impl Spend {
    const fn new(urgency: Urgency, percent: u32, within: Duration) -> Self {
        // The number as an integer, and how many of its digits are decimals: hundredths.
        let budget = Share::new(Decimal::from_parts(percent, 0, 0, false, 2));
        Self { urgency, budget, within }
    }

    /// The shortest long window: its short window, a twelfth, is the base window.
    pub const WITHIN_MIN: Duration = hours(1);
    /// The longest long window; what burns slower than this is seen in the budget that is left.
    pub const WITHIN_MAX: Duration = hours(7 * 24);

    /// Returns the tier of an objective over `window`: factor = share of the budget × min(window, 30 d) ÷ long
    /// window.
    pub fn burn(&self, window: Window) -> Burn {
        let length = duration::seconds(window.length().min(FACTOR_WINDOW_MAX));
        Burn {
            name: duration::text(self.within),
            urgency: self.urgency,
            long: self.within,
            short: self.within / SHORT_PART,
            factor: (self.budget.decimal() * length / duration::seconds(self.within)).normalize(),
        }
    }
}

/// The short window is this part of the long one, as in the workbook.
const SHORT_PART: u32 = 12;

/// The workbook's table, fastest first.
pub const WORKBOOK: [Spend; 4] = [
    Spend::new(Urgency::Page, 2, hours(1)),
    Spend::new(Urgency::Page, 5, hours(6)),
    Spend::new(Urgency::Ticket, 10, hours(24)),
    Spend::new(Urgency::Ticket, 10, hours(72)),
];

/// Fewer bad events than this never fire a tier: at night one lost request of sixty is 1.67 % of an hour, more
/// than the 1.44 % that pages at 99.9 %.
pub const BAD_EVENTS_MIN: u32 = 3;

/// Windows longer than this are alerted on as if they were this long: 2 % of a year's budget would be spent
/// only after 175 minutes of the month's allowance, and a total outage would page after 10.5 minutes.
const FACTOR_WINDOW_MAX: Duration = hours(30 * 24);

const fn hours(count: u64) -> Duration {
    Duration::from_hours(count)
}

#[cfg(test)]
const fn minutes(count: u64) -> Duration {
    Duration::from_mins(count)
}

/// Returns the tiers of an objective over `window`. A tier whose factor is below 1 would fire while the
/// objective is met, so it is dropped.
pub fn tiers(window: Window, spends: &[Spend]) -> Vec<Burn> {
    spends.iter().map(|it| it.burn(window)).filter(|it| it.factor >= Decimal::ONE).collect()
}

impl Burn {
    /// Returns the error ratio above which the tier fires: factor × error budget.
    pub fn threshold(&self, target: Share) -> Decimal {
        (self.factor * target.rest().decimal()).normalize()
    }

    /// Returns how long a constant failure of `share` of all events must last until the tier fires, if
    /// `history` of clean, equally dense traffic stood before it. `None`: it never fires.
    ///
    /// In a window of length W the error ratio after t is share × t ÷ min(t + history, W). It crosses the
    /// threshold θ at θ × history ÷ (share − θ) while the window is not full, else at θ × W ÷ share; both
    /// windows must cross.
    pub fn detection(&self, target: Share, share: Share, history: Duration) -> Option<Duration> {
        let threshold = self.threshold(target);
        let share = share.decimal();
        if share <= threshold {
            return None;
        }
        let crossing = |window: Duration| {
            let window = duration::seconds(window);
            let filling = threshold * duration::seconds(history) / (share - threshold);
            let full = threshold * window / share;
            filling.min(full)
        };
        let seconds = crossing(self.long).max(crossing(self.short));
        Some(from_seconds(seconds))
    }

    /// Returns how long after the end of a constant failure of `share` the short window stays above the
    /// threshold: errors leave it at an even rate, so (1 − θ ÷ share) of its length.
    pub fn linger(&self, target: Share, share: Share) -> Duration {
        let threshold = self.threshold(target);
        if share.decimal() <= threshold {
            return Duration::ZERO;
        }
        from_seconds(duration::seconds(self.short) * (Decimal::ONE - threshold / share.decimal()))
    }

    /// The same where events come one by one, `every` so often, or slices one after the other: bad ones come every
    /// `every` ÷ `share`, the first that late, and of `least` or more a window must hold more than θ. `None` also
    /// where so many never fall into it.
    pub fn detection_in_steps(
        &self,
        target: Share,
        share: Share,
        every: Duration,
        least: u32,
    ) -> Option<Duration> {
        let threshold = self.threshold(target);
        if share.decimal() <= threshold {
            return None;
        }
        let every = duration::seconds(every);
        let between = every / share.decimal();
        let enough = |window: Duration, least: u32| {
            let window = duration::seconds(window);
            let enough = ((threshold * window / every).floor() + Decimal::ONE).max(Decimal::from(least));
            ((enough - Decimal::ONE) * between < window).then_some(enough)
        };
        let enough = enough(self.long, least)?.max(enough(self.short, 1)?);
        Some(from_seconds(enough * between))
    }

    /// Returns how long after the last bad slice the short window stays above the threshold, if all of it was bad.
    pub fn linger_in_slices(&self, target: Share, slice: Duration) -> Duration {
        let slices = duration::seconds(self.short) / duration::seconds(slice);
        let enough = (self.threshold(target) * slices).floor() + Decimal::ONE;
        from_seconds((slices - enough).max(Decimal::ZERO) * duration::seconds(slice))
    }

    /// Returns the share of the budget of the whole `window` that is spent when the tier fires. Of a window above
    /// 30 days this is less than its [`Spend`] says.
    pub fn spends(&self, window: Window) -> Share {
        Share::new(self.factor * duration::seconds(self.long) / duration::seconds(window.length()))
    }

    /// Returns how long the budget of the whole `window` lasts at this speed, for people: up to whole minutes, and
    /// beyond two days to whole hours.
    pub fn lasts(&self, window: Window) -> Duration {
        let seconds = duration::seconds(window.length()) / self.factor;
        let whole = if seconds > Decimal::from(hours(48).as_secs()) { hours(1) } else { hours(1) / 60 };
        let whole = duration::seconds(whole);
        from_seconds((seconds / whole).ceil() * whole)
    }

    /// Returns how long after the first bad slice the tier fires, if every slice is bad from then on and the
    /// long window is full of good ones. Windows are sampled once per slice, so with n slices in the window
    /// the first ⌊θ × n⌋ bad ones are not enough.
    pub fn detection_in_slices(&self, target: Share, slice: Duration) -> Duration {
        let slices = duration::seconds(self.long) / duration::seconds(slice);
        let not_enough = (self.threshold(target) * slices).floor();
        from_seconds(not_enough * duration::seconds(slice))
    }
}

fn from_seconds(seconds: Decimal) -> Duration {
    let millis = (seconds * Decimal::ONE_THOUSAND).ceil();
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(count: u64) -> Window {
        Window::Rolling(hours(24 * count))
    }

    #[track_caller]
    fn factors(window: Window, expected: &[&str]) {
        let found: Vec<_> = tiers(window, &WORKBOOK).iter().map(|it| it.factor.to_string()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn factors_follow_the_workbook() {
        factors(days(30), &["14.4", "6", "3", "1"]);
        factors(days(28), &["13.44", "5.6", "2.8"]);
        factors(days(7), &["3.36", "1.4"]);
        factors(days(90), &["14.4", "6", "3", "1"]);
    }

    #[track_caller]
    fn detected(target: &str, share: &str, history: Duration, expected_millis: Option<u64>) {
        let fast = &tiers(days(30), &WORKBOOK)[0];
        let found = fast.detection(target.parse().unwrap(), share.parse().unwrap(), history);
        assert_eq!(found, expected_millis.map(Duration::from_millis));
    }

    #[test]
    fn detection_depends_on_depth_and_history() {
        detected("99.9%", "100%", hours(1), Some(51_840));
        detected("99.9%", "50%", hours(1), Some(103_680));
        detected("99%", "30%", hours(1), Some(1_728_000));
        // Ten minutes of history: the long window is not full, so the same failure weighs more.
        detected("99%", "30%", minutes(10), Some(553_847));
        detected("99%", "14.4%", hours(1), None);
        detected("99%", "14.5%", hours(1), Some(3_575_173));
    }

    #[test]
    fn a_failure_is_remembered_until_the_short_window_forgets() {
        let fast = &tiers(days(30), &WORKBOOK)[0];
        let target = "99.9%".parse().unwrap();
        assert_eq!(fast.linger(target, "100%".parse().unwrap()), Duration::from_millis(295_680));
        assert_eq!(fast.linger(target, "1.44%".parse().unwrap()), Duration::ZERO);
        let target = "99%".parse().unwrap();
        assert_eq!(fast.detection_in_slices(target, minutes(5)), minutes(5));
        // A two-hour window of 24 slices holds more than 3 % with its last bad one.
        let ticket = &tiers(days(30), &WORKBOOK)[2];
        assert_eq!(ticket.linger_in_slices(target, minutes(5)), minutes(115));
        assert_eq!(fast.linger_in_slices(target, minutes(5)), Duration::ZERO);
    }

    #[track_caller]
    fn in_steps(tier: usize, share: &str, every: Duration, least: u32, expected: Option<Duration>) {
        let burn = &tiers(days(30), &WORKBOOK)[tier];
        let found = burn.detection_in_steps("99.9%".parse().unwrap(), share.parse().unwrap(), every, least);
        assert_eq!(found, expected);
    }

    #[test]
    fn single_events_are_counted() {
        // 1.44 % of 240 runs is 3.456, so four must fail; 1.44 % of 60 and of 12 is less than the least.
        in_steps(0, "100%", Duration::from_secs(15), 3, Some(minutes(1)));
        in_steps(0, "50%", Duration::from_secs(15), 3, Some(minutes(2)));
        in_steps(0, "100%", minutes(1), 3, Some(minutes(3)));
        in_steps(1, "100%", minutes(5), 3, Some(minutes(15)));
        // One of fifty runs fails: three of them never fall into an hour, nor into six.
        in_steps(0, "2%", minutes(5), 3, None);
        in_steps(1, "2%", minutes(5), 3, None);
        in_steps(2, "2%", minutes(5), 3, Some(minutes(750)));
        in_steps(0, "1.44%", minutes(1), 1, None);
    }

    #[test]
    fn what_is_spent_is_told_of_the_whole_window() {
        let of = |window| tiers(window, &WORKBOOK)[0].clone();
        assert_eq!(of(days(30)).spends(days(30)).to_string(), "2%");
        assert_eq!(of(days(90)).spends(days(90)).brief(), "0.6667%");
        assert_eq!(of(days(30)).lasts(days(30)), hours(50));
        assert_eq!(of(days(90)).lasts(days(90)), hours(150));
        // 31 days ÷ 14.4 are 51 h 40 min.
        let month = Window::Calendar(crate::window::Period::Month);
        assert_eq!(of(month).lasts(month), hours(52));
    }
}
