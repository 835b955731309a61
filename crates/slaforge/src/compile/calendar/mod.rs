//! Calendar periods: which one an instant belongs to, in the specification's zone.
//!
//! A range in PromQL has a fixed length, a month has not. So the period is a label of each tile, and the sum over
//! the longest period keeps the tiles that carry the present one. Old periods stay readable.
//!
//! Everything here is a matter of the calendar: no pace divides it, the shift of a tile apart.

use std::time::Duration;

use jiff::{Timestamp, civil::date, tz::TimeZone};
use rust_decimal::Decimal;
use sla_model::{
    Model,
    indicator::{BASE_WINDOW, Judged},
    names::slo,
    objective::Objective,
    window::{Period, Window},
};

use crate::{
    plan::{Labels, Rule},
    promql::{
        Expr,
        build::{aggregate, number, seconds, select, series, time, vector},
    },
};

/// The label of tiles: 202611 for November, 20264 for the fourth quarter, 2026 for the year.
pub const PERIOD: &str = "period";

/// Changes of a zone's offset are written out for these years; before and after, the nearest one holds.
const YEARS: std::ops::Range<i16> = 2020..2060;

/// The calendar of one objective.
pub struct Calendar<'m> {
    model: &'m Model,
    period: Period,
    /// A tile stands for the time around this long before it is written.
    shift: Duration,
    /// What the zone adds to UTC: the first of its offsets, and whether there are others.
    offset: (Decimal, bool),
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
        let offsets = offsets(&model.timezone);
        let offset = (offsets.first().map_or(Decimal::ZERO, |it| it.1), offsets.len() > 1);
        Self { model, period, shift, offset }
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

    /// A function of the calendar, applied to local time.
    fn call(&self, function: &'static str) -> Expr {
        Expr::Call(function, vec![self.local()])
    }

    /// Seconds since the epoch as a clock on the wall counts them, at the time that a tile stands for.
    fn local(&self) -> Expr {
        let shift = seconds(self.shift);
        let (first, changes) = self.offset;
        if !changes {
            return vector(time().plus(number(first)).minus(shift));
        }
        let recorded = select(&series(slo::ZONE_OFFSET, &[("sla", self.model.name.as_str())]));
        // Without the recorded offset the standard one still keeps most tiles right.
        let offset = aggregate("max", &[], recorded.or_on(&[], vector(number(first))));
        offset.plus(time()).minus(shift)
    }

    /// Days of the present period.
    pub fn days(&self) -> Expr {
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

    /// Whole hours of the present period that have passed.
    pub fn hours(&self) -> Expr {
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

/// Records what the zone adds to UTC, where it changes and an objective needs it.
pub fn zone_rule(model: &Model) -> Option<Rule> {
    let judged = model.objectives.values().any(|it| matches!(it.window, Window::Calendar(_)));
    let offsets = offsets(&model.timezone);
    let ((_, first), later) = offsets.split_first()?;
    if !judged || later.is_empty() {
        return None;
    }
    let mut before = *first;
    let mut expr = number(*first);
    for (since, offset) in later {
        let change = *offset - before;
        let passed = time().at_least_bool(number(*since));
        expr = if change.is_sign_negative() {
            expr.minus(number(-change).times(passed))
        } else {
            expr.plus(number(change).times(passed))
        };
        before = *offset;
    }
    let labels = Labels::from([("sla", model.name.to_string())]);
    Some(Rule::Record { name: slo::ZONE_OFFSET.to_owned(), labels, expr: vector(expr) })
}

/// The offsets of a zone in seconds, each with the second since which it holds.
fn offsets(zone: &TimeZone) -> Vec<(i64, Decimal)> {
    let start = |year: i16| date(year, 1, 1).to_zoned(TimeZone::UTC).map(|it| it.timestamp());
    let (Ok(from), Ok(to)) = (start(YEARS.start), start(YEARS.end)) else { return Vec::new() };
    let offset = |at: Timestamp| Decimal::from(zone.to_offset(at).seconds());
    let mut offsets = vec![(from.as_second(), offset(from))];
    for change in zone.following(from).take_while(|it| it.timestamp() < to) {
        let at = change.timestamp();
        if offsets.last().is_some_and(|it| it.1 != offset(at)) {
            offsets.push((at.as_second(), offset(at)));
        }
    }
    offsets
}

#[cfg(test)]
mod tests;
