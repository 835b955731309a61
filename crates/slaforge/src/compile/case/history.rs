//! Tests of numbers of the whole period, in the first hour that was ever observed.

use std::time::Duration;

use jiff::{Timestamp, ToSpan as _, civil::DateTime, tz::Offset};
use rust_decimal::Decimal;
use sla_model::{
    duration,
    indicator::{BASE_WINDOW, Indicator, Judged},
    names::slo,
    window::{Period, Window},
};

use super::{
    between,
    edge::{EVENTS, Edge},
    input::Phase,
    near,
};
use crate::{
    compile::{
        period::EVERY,
        tile::HOUR,
        trace::{STEP, samples},
    },
    plan::{Case, Check},
    promql::build::{select, sum},
};

/// What was seen of a period until a moment of a test.
struct Seen {
    /// The moment.
    at: Duration,
    /// The share of bad events.
    ratio: Decimal,
}

impl Edge<'_> {
    /// Returns the first hour after a deployment, with half of the budget spent: of slices, one of twelve is bad.
    pub fn first_deployment(&self) -> Case {
        let each = Decimal::from(EVENTS);
        let whole = samples(HOUR + EVERY * 2);
        let budget = self.objective.target.rest().decimal();
        let is_counted = self.objective.indicator.judged() == Judged::Events;
        let steady = Phase(each, budget / Decimal::TWO, whole);
        let (phases, ratio) = if is_counted {
            let share = steady.share();
            (vec![steady], share)
        } else {
            // A slice is bad when its mean crosses: one stretch of five minutes makes one bad.
            let (from, lasting) = (floor(HOUR / 2), samples(BASE_WINDOW) - 1);
            let good = |count| Phase(each, Decimal::ZERO, count);
            let bad = Phase(each, Decimal::ONE, lasting);
            (vec![good(from), bad, good(whole - from - lasting)], Decimal::ONE / Decimal::from(12))
        };
        // The hour is complete, the numbers of the period are recorded after it.
        let seen = Seen { at: HOUR + EVERY, ratio };
        let mut checks = self.shares(&seen);
        let minute = Decimal::from(60);
        let [least, most] = self.seconds_left(&seen);
        let minutes = self.newest(slo::MINUTES_LEFT);
        checks.push(between(seen.at, minutes, least / minute, most / minute));
        if is_counted {
            checks.push(self.events_left(&seen));
            // As much of every second is bad as in the hour before.
            let seconds = self.newest(slo::EXHAUSTION);
            checks.push(between(seen.at, seconds, least / ratio, most / ratio));
        }
        let mut series = self.notations(&phases);
        if let Indicator::Slices { .. } = self.objective.indicator {
            // A counter is nothing until its second sample; a gauge is something with its first.
            for (_, notation) in &mut series {
                notation.insert_str(0, "_ ");
            }
        }
        self.case(
            "in the first hour the numbers of the period are of that hour, not of what was never observed",
            "a budget that looks gone or untouched after one hour sends people home or out of bed for nothing",
            series,
            checks,
        )
    }

    fn newest(&self, name: &str) -> crate::promql::Expr {
        sum(select(&self.recorded(name)))
    }

    /// The ratio, what is left of the budget, and how much was observed: twelve tiles.
    fn shares(&self, seen: &Seen) -> Vec<Check> {
        let budget = self.objective.target.rest().decimal();
        let tiles = Decimal::from(HOUR.as_secs() / BASE_WINDOW.as_secs());
        let mut checks = vec![
            near(seen.at, self.newest(slo::PERIOD_RATIO), seen.ratio),
            near(seen.at, self.newest(slo::BUDGET_REMAINING), Decimal::ONE - seen.ratio / budget),
        ];
        // On the wall of zones in the west it is 1969, and remainders of negative seconds are negative.
        if self.local(seen.at).year() >= 1970 {
            let coverage = (tiles / self.due(seen.at)).min(Decimal::ONE);
            checks.push(near(seen.at, self.newest(slo::COVERAGE), coverage));
        }
        checks
    }

    /// The budget of the whole period, less what failed of the hour that was seen; a tile of the next one may be.
    fn seconds_left(&self, seen: &Seen) -> [Decimal; 2] {
        let budget = self.objective.target.rest().decimal() * self.length(seen.at);
        let failed = |time| seen.ratio * duration::seconds(time);
        [budget - failed(HOUR + BASE_WINDOW), budget - failed(HOUR.saturating_sub(STEP))]
    }

    /// Seconds of the period that a moment of a test is in.
    fn length(&self, at: Duration) -> Decimal {
        match self.objective.window {
            Window::Rolling(length) => duration::seconds(length),
            Window::Calendar(period) => {
                let begin = first(period, self.local(at));
                let end = begin.checked_add(i64::from(period.months()).months()).unwrap_or(begin);
                Decimal::from(end.duration_since(begin).as_secs())
            }
        }
    }

    /// What the events of the hour allow, less what was bad of them. The first five minutes are half seen.
    fn events_left(&self, seen: &Seen) -> Check {
        let budget = self.objective.target.rest().decimal();
        let per_second = Decimal::from(EVENTS) / duration::seconds(STEP);
        let left = |time: Duration| per_second * duration::seconds(time) * (budget - seen.ratio);
        between(
            seen.at,
            self.newest(slo::EVENTS_LEFT),
            left(HOUR.saturating_sub(BASE_WINDOW)),
            left(HOUR + STEP),
        )
    }

    /// Tiles that are due at a moment of a test.
    fn due(&self, at: Duration) -> Decimal {
        let tile = duration::seconds(BASE_WINDOW);
        match self.objective.window {
            Window::Rolling(length) => duration::seconds(length) / tile,
            Window::Calendar(period) => {
                let hours = HOUR * u32::try_from(at.as_secs() / HOUR.as_secs()).unwrap_or_default();
                let local = self.local(hours);
                Decimal::from(local.duration_since(first(period, local)).as_secs()) / tile
            }
        }
    }

    /// What a clock on the wall shows at a moment of a test. promtool's time begins with 1970, and offsets before 2020
    /// are taken to be those of its first day.
    pub fn local(&self, at: Duration) -> DateTime {
        let second = i64::try_from(at.as_secs()).unwrap_or_default();
        let instant = Timestamp::from_second(second).unwrap_or_default();
        self.offset().to_datetime(instant)
    }

    /// What the zone adds to UTC in tests.
    pub fn offset(&self) -> Offset {
        const FIRST_DAY_OF_2020: i64 = 1_577_836_800;
        let from = Timestamp::from_second(FIRST_DAY_OF_2020).unwrap_or_default();
        self.model.timezone.to_offset(from)
    }
}

/// The midnight with which the period of a day begins.
pub fn first(period: Period, day: DateTime) -> DateTime {
    let months = period.months().cast_signed();
    let back = (day.month() - 1) % months;
    let month = day.date().first_of_month();
    month.checked_sub(i64::from(back).months()).unwrap_or(month).to_datetime(jiff::civil::Time::midnight())
}

/// The last sample that is taken until a moment.
pub fn floor(time: Duration) -> u32 {
    u32::try_from(time.as_secs() / STEP.as_secs()).unwrap_or(u32::MAX)
}
