//! The whole period: the ratio against the promise, the budget that is left, and how much was observed.
//!
//! These rules read ranges only, so they stand in a slower group: every two minutes, not five, because an
//! instant read of a five-minute series would sit exactly on Prometheus' lookback and gap.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{Model, duration, indicator::BASE_WINDOW, names::slo, objective::Objective};

use super::{
    calendar::{Calendar, PERIOD},
    labels::{identity, recorded, total},
    tile, window,
};
use crate::{
    plan::{Group, Rule},
    promql::{
        Expr,
        build::{aggregate, number, over_time, select, vector},
    },
};

/// How often the numbers of a period are recorded.
pub const EVERY: Duration = Duration::from_mins(2);

/// Returns the period group of an objective.
pub fn group(model: &Model, objective: &Objective) -> Group {
    let period = Period { model, objective, calendar: Calendar::of(model, objective) };
    debug_assert!(objective.window.length() > duration::DAY);
    Group { name: format!("slo-{}-period", objective.id), every: EVERY, rules: period.rules() }
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
        // A word is set off: `slo:events:increase30d`, `slo:events:increase_month`.
        let ending = if self.calendar.is_some() { format!("_{text}") } else { text.clone() };
        let (events, errors) = (slo::events(&ending), slo::errors(&ending));
        let (event_tiles, error_tiles) = tile::of_period(self.objective);
        let budget = || number(self.objective.target.rest().decimal());
        let newest = |name: &str| select(&recorded(self.model, self.objective, name));
        let spent = newest(slo::PERIOD_RATIO).over(budget());
        let events_left = newest(&events).times(budget()).minus(newest(&errors));
        let left = || newest(slo::BUDGET_REMAINING);
        let burning = newest(&slo::burn_rate("1h")).above(number(0));
        let mut rules = vec![
            self.record(&events, self.sum(event_tiles)),
            self.record(&errors, self.sum(error_tiles)),
            self.record(slo::PERIOD_RATIO, window::ratio(newest(&errors), newest(&events))),
            self.record(slo::BUDGET_REMAINING, number(1).minus(spent)),
        ];
        if self.objective.indicator.counts_events() {
            rules.push(self.record(slo::EVENTS_LEFT, events_left));
        }
        rules.extend([
            self.record(slo::MINUTES_LEFT, left().times(budget()).times(self.length()).over(number(60))),
            self.record(slo::EXHAUSTION, left().above(number(0)).times(self.length()).over(burning)),
            self.record(slo::COVERAGE, self.coverage()),
            self.record(slo::OBJECTIVE, vector(number(self.objective.target.decimal()))),
            self.info(&text),
        ]);
        rules
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

    /// Seconds of the period, as a number for all series.
    fn length(&self) -> Expr {
        match &self.calendar {
            None => number(duration::seconds(self.objective.window.length())),
            Some(calendar) => Expr::Call("scalar", vec![calendar.length()]),
        }
    }

    /// Tiles that were observed, of those that there should be. Hours are counted when they end, so of a calendar
    /// period only whole hours are due.
    fn coverage(&self) -> Expr {
        let observed = aggregate("sum", &[], self.tiles("sum_over_time", slo::TILES_HOUR));
        let tiles_per_hour = Decimal::from(tile::HOUR.as_secs() / BASE_WINDOW.as_secs());
        let due = match &self.calendar {
            Some(calendar) => number(tiles_per_hour).times(calendar.hours()).above(number(0)),
            None => number(Decimal::from(self.objective.window.length().as_secs() / BASE_WINDOW.as_secs())),
        };
        Expr::Call("clamp_max", vec![observed.over(due), number(1)])
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
