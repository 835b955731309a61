//! The whole period: the ratio against the promise, the budget that is left, and how much was observed.
//!
//! These rules read ranges only, so they stand in a slower group: every two minutes, not five, because an
//! instant read of a five-minute series would sit exactly on Prometheus' lookback and gap.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{Model, duration, indicator::BASE_WINDOW, names::slo, objective::Objective};

use super::{
    calendar::{Calendar, PERIOD},
    group_name,
    labels::{identity, recorded, total},
    tile, window,
};
use crate::{
    plan::{Group, Rule},
    promql::{
        Expr,
        build::{number, over_time, seconds, select, sum, time, vector},
        expr::Matching,
    },
};

/// How often the numbers of a period are recorded.
pub const EVERY: Duration = Duration::from_mins(2);

/// Returns the name of the period group beside another. Names of a specification hold no `:`, so no objective's group
/// can have it: Prometheus refuses a file in which two groups have one name.
pub fn of_group(name: &str) -> String {
    format!("{name}:period")
}

/// Returns the period group of an objective.
pub fn group(model: &Model, objective: &Objective) -> Group {
    let period = Period { model, objective, calendar: Calendar::of(model, objective) };
    debug_assert!(objective.window.length() > duration::DAY);
    Group { name: of_group(&group_name(objective)), every: EVERY, rules: period.rules() }
}

/// Writes the period rules of one objective.
struct Period<'m> {
    model: &'m Model,
    objective: &'m Objective,
    calendar: Option<Calendar<'m>>,
}

impl Period<'_> {
    fn rules(&self) -> Vec<Rule> {
        let text = self.objective.window.to_string();
        let ending = self.ending();
        let (events, errors) = (slo::events(&ending), slo::errors(&ending));
        let (event_tiles, error_tiles) = tile::of_period(self.objective);
        let budget = || number(self.objective.target.rest().decimal());
        let newest = |name: &str| select(&recorded(self.model, self.objective, name));
        let spent = newest(slo::PERIOD_RATIO).over(budget());
        let events_left = newest(&events).times(budget()).minus(newest(&errors));
        let burning = newest(&slo::burn_rate("1h")).above(number(0)).times(budget());
        let exhaustion = newest(slo::MINUTES_LEFT).above(number(0)).times(number(60)).over(burning);
        let mut rules = vec![
            self.record(&events, self.sum(event_tiles)),
            self.record(&errors, self.sum(error_tiles)),
            self.record(&slo::tiles(&ending), sum(self.tiles("sum_over_time", slo::TILES_HOUR))),
            self.record(slo::PERIOD_RATIO, window::ratio(newest(&errors), newest(&events))),
            self.record(slo::BUDGET_REMAINING, number(1).minus(spent)),
            self.record(slo::COVERAGE, self.coverage()),
        ];
        if self.objective.indicator.counts_events() {
            rules.push(self.record(slo::EVENTS_LEFT, events_left));
        }
        rules.extend([
            self.record(slo::MINUTES_LEFT, self.minutes_left(newest(slo::PERIOD_RATIO))),
            self.record(slo::EXHAUSTION, exhaustion),
            self.record(slo::OBJECTIVE, vector(number(self.objective.target.decimal()))),
            self.info(&text),
        ]);
        rules
    }

    /// A word is set off: `slo:events:increase30d`, `slo:events:increase_month`.
    fn ending(&self) -> String {
        let text = self.objective.window.to_string();
        if self.calendar.is_some() { format!("_{text}") } else { text }
    }

    fn record(&self, name: &str, expr: Expr) -> Rule {
        Rule::Record { name: name.to_owned(), labels: identity(self.model, self.objective), expr }
    }

    /// The tiles of the period, added up.
    fn sum(&self, tiles: &str) -> Expr {
        total(self.objective, self.tiles("sum_over_time", tiles))
    }

    /// A function over the tiles of the period: of a calendar, of those that carry the present period.
    fn tiles(&self, function: &'static str, name: &str) -> Expr {
        let length = self.calendar.as_ref().map_or(self.objective.window.length(), Calendar::range);
        let range = tile::range(length);
        let tiles = over_time(function, &recorded(self.model, self.objective, name), range);
        match &self.calendar {
            None => tiles,
            Some(calendar) => tiles.and_on(&[PERIOD], calendar.label()),
        }
    }

    /// Minutes of the whole period, as a number for all series. No pace divides them.
    fn minutes(&self) -> Expr {
        match &self.calendar {
            None => number(duration::seconds(self.objective.window.length()) / Decimal::from(60)),
            Some(calendar) => Expr::Call("scalar", vec![calendar.length()]).over(number(60)),
        }
    }

    /// Tiles that were observed, of those that there should be. Hours are counted when they end, so of a calendar
    /// period only whole hours are due.
    fn coverage(&self) -> Expr {
        let tiles_per_hour = Decimal::from(tile::HOUR.as_secs() / BASE_WINDOW.as_secs());
        let due = match &self.calendar {
            Some(calendar) => number(tiles_per_hour).times(calendar.hours()).above(number(0)),
            None => number(Decimal::from(self.objective.window.length().as_secs() / BASE_WINDOW.as_secs())),
        };
        Expr::Call("clamp_max", vec![self.counted().over(due), number(1)])
    }

    /// The observed tiles of the period's whole hours.
    fn counted(&self) -> Expr {
        sum(select(&recorded(self.model, self.objective, &slo::tiles(&self.ending()))))
    }

    /// The budget of the whole period, less the time that total failure would have taken to spend what was spent. The
    /// ratio is one of the time that was observed: it says nothing of what is to come, or was before the rules.
    fn minutes_left(&self, ratio: Expr) -> Expr {
        let budget = number(self.objective.target.rest().decimal()).times(self.minutes());
        budget.minus(ratio.times_only(self.observed()))
    }

    /// How many minutes of the period were observed, as far as its ratio knows: where that is added up from
    /// five-minute tiles, those since the last full hour belong to it.
    fn observed(&self) -> Expr {
        let minutes = |tiles: Expr| number(duration::seconds(BASE_WINDOW) / Decimal::from(60)).times(tiles);
        let counted = select(&recorded(self.model, self.objective, &slo::tiles(&self.ending())));
        if tile::is_hourly(self.objective) {
            return minutes(sum(counted));
        }
        // The first hour of all is not counted yet.
        let hours = sum(counted.or_on(&[], vector(number(0))));
        let since_hour = vector(time()).binary("%", Matching::All, seconds(tile::HOUR));
        let since_hour = since_hour.over(seconds(BASE_WINDOW));
        let tiles = minutes(hours.plus(Expr::Call("floor", vec![since_hour])));
        match &self.calendar {
            Some(_) => tiles,
            None => Expr::Call("clamp_max", vec![tiles, self.minutes()]),
        }
    }

    fn info(&self, window: &str) -> Rule {
        let mut labels = identity(self.model, self.objective);
        labels.insert("module", self.objective.module.to_string());
        labels.insert("title", self.model.language.pick(&self.objective.title, " / "));
        labels.insert("window", window.to_owned());
        labels.insert("target", self.objective.target.to_string());
        Rule::Record { name: slo::INFO.to_owned(), labels, expr: vector(number(1)) }
    }
}
