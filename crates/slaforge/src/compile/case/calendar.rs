//! Tests of calendar periods. promtool's time begins with 1970, and west of UTC the year 1969 has hours to go then: a
//! month, a quarter and a year end within one test.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{
    indicator::{BASE_WINDOW, Judged},
    names::slo,
    selector::Selector,
    window::{Period, Window},
};

use super::{
    edge::{EVENTS, Edge},
    history::floor,
    input::Phase,
    near, value,
};
use crate::{
    compile::{calendar::PERIOD, tile::HOUR, trace::samples},
    plan::{Case, Check},
    promql::build::{aggregate, equal, over_time, select, sum},
};

/// No zone is further west.
const WEST_MAX: Duration = Duration::from_hours(12);

/// How long the new period is watched: its first hour is complete, and told.
const AFTER: Duration = Duration::from_mins(70);

impl Edge<'_> {
    /// Returns the end of a period, where one can be reached: west of UTC, by whole hours.
    pub fn calendar(&self) -> Option<Case> {
        let Window::Calendar(period) = self.objective.window else { return None };
        let west = u64::try_from(-i64::from(self.offset().seconds())).ok().map(Duration::from_secs)?;
        if west.is_zero() || west > WEST_MAX || west.as_secs() % HOUR.as_secs() != 0 {
            return None;
        }
        let (old, new) = names(period);
        let budget = self.objective.target.rest().decimal();
        let (much, little) = if self.objective.indicator.judged() == Judged::Events {
            ((budget * Decimal::from(3)).min(Decimal::ONE), budget / Decimal::TWO)
        } else {
            (Decimal::ONE, Decimal::ZERO)
        };
        let each = Decimal::from(EVENTS);
        // The last sample of the old year is taken before its end, the next one is of the new year.
        let last = floor(west);
        let phases = [Phase(each, much, last), Phase(each, little, samples(AFTER) + 2)];
        let shares = [phases[0].share(), phases[1].share()];
        let end = west + AFTER;
        let tiles = |period: &str, time: Duration| {
            let mut tiles: Selector = self.recorded(slo::EVENTS_TILE);
            tiles.matchers.push(equal(PERIOD, period));
            let count = aggregate("sum", &[], over_time("count_over_time", &tiles, end));
            value(end, count, Some(Decimal::from(time.as_secs() / BASE_WINDOW.as_secs())))
        };
        let number =
            |at, name: &str, expected| -> Check { near(at, sum(select(&self.recorded(name))), expected) };
        let left = |share: Decimal| Decimal::ONE - share / budget;
        let mut case = self.case(
            "with a new period the budget is whole again, and the old one stays readable",
            "a month that ends in another zone, or an hour later, charges the new month with the failures of the old",
            self.notations(&phases),
            vec![
                number(west, slo::PERIOD_RATIO, shares[0]),
                number(west, slo::BUDGET_REMAINING, left(shares[0])),
                number(end, slo::PERIOD_RATIO, shares[1]),
                number(end, slo::BUDGET_REMAINING, left(shares[1])),
                number(end, slo::COVERAGE, Decimal::ONE),
                tiles(old, west),
                tiles(new, AFTER),
            ],
        );
        case.every = Some(BASE_WINDOW);
        Some(case)
    }
}

/// The last period before 1970 and the first one in it.
fn names(period: Period) -> (&'static str, &'static str) {
    match period {
        Period::Month => ("196912", "197001"),
        Period::Quarter => ("19694", "19701"),
        Period::Year => ("1969", "1970"),
    }
}
