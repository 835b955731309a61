//! Calendar periods: which one an instant belongs to, in the specification's zone.
//!
//! A range in PromQL has a fixed length, a month has not. So the period is a label of each tile, and the sum over
//! the longest period keeps the tiles that carry the present one. Old periods stay readable.
//!
//! Everything here is a matter of the calendar: no pace divides it, the shift of a tile apart.

mod zone;

pub use zone::{moved_rules, offset_rule};

use std::time::Duration;

use sla_model::{
    Model,
    indicator::{BASE_WINDOW, Judged},
    names::slo,
    objective::Objective,
    window::{Period, Window},
};

use crate::promql::{
    Expr,
    build::{aggregate, before, number, seconds, select, series, time, vector},
};
use zone::{Moved, Zone};

/// The label of tiles: 202611 for November, 20264 for the fourth quarter, 2026 for the year.
pub const PERIOD: &str = "period";

/// A period is at most so much longer than its days: no zone's clocks are moved back further than that.
const CLOCKS_MOVED_MAX: Duration = Duration::from_hours(1);

const HOUR_SECONDS: u32 = 3600;

/// The calendar of one objective.
pub struct Calendar<'m> {
    model: &'m Model,
    period: Period,
    /// A tile stands for the time around this long before it is written.
    shift: Duration,
    zone: Zone,
}

impl<'m> Calendar<'m> {
    /// Returns the calendar of an objective, if it is judged by one.
    pub fn of(model: &'m Model, objective: &Objective) -> Option<Self> {
        let Window::Calendar(period) = objective.window else { return None };
        // The middle of what a tile measured. A tile of events is the mean of evaluations that each look back a
        // whole base window; a slice is the last of them.
        let shift = match objective.indicator.judged() {
            Judged::Slices => BASE_WINDOW / 2,
            Judged::Events | Judged::Time => BASE_WINDOW.saturating_sub(model.interval() / 2),
        };
        Some(Self::new(model, period, shift))
    }

    fn new(model: &'m Model, period: Period, shift: Duration) -> Self {
        Self { model, period, shift, zone: Zone::of(model) }
    }

    /// The number of the present period as a vector of one sample.
    fn number(&self) -> Expr {
        let year = self.call("year");
        match self.period {
            Period::Year => year,
            Period::Month => number(100).times(year).plus(self.call("month")),
            Period::Quarter => {
                let third = self.call("month").plus(number(2)).over(number(3));
                number(10).times(year).plus(Expr::Call("floor", vec![third]))
            }
        }
    }

    /// One sample that carries the present period as a label.
    pub fn label(&self) -> Expr {
        Expr::CountValues { label: PERIOD, of: Box::new(self.number()) }
    }

    /// How far back the tiles of the longest period lie. Their label keeps all others out.
    pub fn range(&self) -> Duration {
        let moved = if self.zone.changes() { CLOCKS_MOVED_MAX } else { Duration::ZERO };
        self.period.longest() + moved
    }

    /// A function of the calendar, applied to local time.
    fn call(&self, function: &'static str) -> Expr {
        Expr::Call(function, vec![self.local()])
    }

    /// Seconds since the epoch as a clock on the wall counts them, at the time that a tile stands for.
    fn local(&self) -> Expr {
        let first = number(self.zone.first());
        let then = time().minus(seconds(self.shift));
        if !self.zone.changes() {
            return vector(then.plus(first));
        }
        let recorded = select(&series(slo::ZONE_OFFSET, &[("sla", self.model.name.as_str())]));
        // Without the recorded offset the standard one still keeps most tiles right.
        let offset = aggregate("max", &[], recorded.or_on(&[], vector(first)));
        vector(then).plus(offset)
    }

    /// By how much clocks are moved in the period that is shown; nothing where they never are.
    fn moved(&self, moved: Moved) -> Option<Expr> {
        let recorded = before(&self.zone.selected(self.model, self.period, moved)?, self.shift);
        Some(aggregate("max", &[], recorded.or_on(&[], vector(number(0)))))
    }

    /// Seconds of the present period: an hour less or more than its days where clocks change for good.
    pub fn length(&self) -> Expr {
        let days = number(86_400).times(self.days());
        match self.moved(Moved::InAll) {
            Some(moved) => days.minus(moved),
            None => days,
        }
    }

    /// Days of the present period.
    fn days(&self) -> Expr {
        let year = || self.call("year");
        let leap = || Expr::modulo(year(), 4).equals_bool(number(0));
        match self.period {
            Period::Month => self.call("days_in_month"),
            Period::Year => number(365).plus(leap()),
            // 90 or 91, 91, 92, 92.
            Period::Quarter => {
                let quarter = || self.call("month").plus(number(2)).over(number(3));
                let from = |which: i64| quarter().at_least_bool(number(which));
                let february = number(1).minus(from(2)).times(leap());
                number(90).plus(from(2)).plus(from(3)).plus(february)
            }
        }
    }

    /// Hours of the present period up to the last full hour of UTC, when hourly tiles were written: that may be since
    /// the time that tiles stand for, and in the midst of an hour on the wall.
    pub fn hours(&self) -> Expr {
        let on_the_wall = Expr::modulo(self.local(), HOUR_SECONDS).plus(seconds(self.shift));
        let since = on_the_wall.minus(Expr::modulo(vector(time()), HOUR_SECONDS));
        let since = match self.moved(Moved::SoFar) {
            Some(moved) => since.minus(moved),
            None => since,
        };
        self.hours_on_the_wall().plus(since.over(number(HOUR_SECONDS)))
    }

    /// Whole hours of the present period, as clocks count them.
    fn hours_on_the_wall(&self) -> Expr {
        let month_days = self.call("day_of_month").minus(number(1));
        let days = match self.period {
            Period::Month => month_days,
            Period::Year => self.call("day_of_year").minus(number(1)),
            Period::Quarter => {
                // The first month of the quarter: 1, 4, 7, 10.
                let quarter = Expr::Call("floor", vec![self.call("month").minus(number(1)).over(number(3))]);
                let first = number(3).times(quarter).plus(number(1));
                let leap = || Expr::modulo(self.call("year"), 4).equals_bool(number(0));
                let after = |month: i64| first.clone().at_least_bool(number(month));
                // Days of the year before the quarter: 0, 90, 181, 273, and one more after a leap day.
                let before = number(90).times(after(4)).plus(number(91).times(after(7)));
                let before = before.plus(number(92).times(after(10))).plus(leap().times(after(4)));
                self.call("day_of_year").minus(number(1)).minus(before)
            }
        };
        number(24).times(days).plus(self.call("hour"))
    }
}

#[cfg(test)]
mod tests;
