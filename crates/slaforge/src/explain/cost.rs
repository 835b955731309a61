//! What an expression reads: samples per evaluation, as Prometheus counts them.

use std::{collections::BTreeMap, time::Duration};

use sla_model::{
    Model,
    names::slo,
    objective::Objective,
    selector::{MatchOp, Selector},
};

use super::source;
use crate::{plan::Rule, promql::Expr};

/// The most samples of one evaluation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// Of what this objective recorded and of its alerts, per combination of the labels that split it.
    pub recorded: u64,
    /// Of each series that a selector finds, by the selector: how many there are is not known here.
    pub each: BTreeMap<String, u64>,
}

impl Samples {
    fn each(selector: String, samples: u64) -> Self {
        Self { recorded: 0, each: BTreeMap::from([(selector, samples)]) }
    }

    fn recorded(samples: u64) -> Self {
        Self { recorded: samples, each: BTreeMap::new() }
    }

    /// Adds both.
    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        self.recorded += other.recorded;
        for (selector, samples) in other.each {
            *self.each.entry(selector).or_default() += samples;
        }
        self
    }

    fn times(mut self, count: u64) -> Self {
        self.recorded *= count;
        self.each.values_mut().for_each(|it| *it *= count);
        self
    }
}

/// Counts what the rules of an objective read.
#[derive(Clone, Copy)]
pub struct Cost<'m> {
    /// The specification, which says how often a metric is scraped.
    pub model: &'m Model,
    /// Whose rules.
    pub objective: &'m Objective,
}

impl Cost<'_> {
    /// Returns what a rule reads.
    pub fn of_rule(self, rule: &Rule) -> Samples {
        match rule {
            Rule::Record { expr, .. } | Rule::Alert { expr, .. } => self.of_expr(expr),
        }
    }

    fn of_expr(self, expr: &Expr) -> Samples {
        match expr {
            Expr::Number(_) | Expr::Lowest | Expr::Seconds(_) | Expr::Text(_) => Samples::default(),
            Expr::Instant { of, .. } => self.of_selector(of, None),
            Expr::Range { of, range } => self.of_selector(of, Some(*range)),
            Expr::Call(_, arguments) => {
                arguments.iter().map(|it| self.of_expr(it)).fold(Samples::default(), Samples::plus)
            }
            Expr::Aggregate { of, .. } | Expr::CountValues { of, .. } => self.of_expr(of),
            Expr::Subquery { of, range, step } => self.of_expr(of).times(closed(*range, *step)),
            // Every range of it is the window; what it selects is not looked into.
            Expr::Written { query, window } => {
                let text = query.to_string();
                let ranges = text.matches(sla_model::counter::WINDOW).count() as u64;
                let every = source::slowest(self.model, |it| text.contains(it));
                Samples::each(query.at(*window), open(*window, every) * ranges)
            }
            Expr::Binary { left, right, .. } => self.of_expr(left).plus(self.of_expr(right)),
        }
    }

    fn of_selector(self, of: &Selector, range: Option<Duration>) -> Samples {
        let name = of.metric.as_str();
        if name == "ALERTS" {
            // Only while they fire; one series for each of the tiers that are meant.
            return Samples::recorded(range.map_or(1, |it| closed(it, self.model.interval())) * meant(of));
        }
        if name.contains(':') {
            let samples = range.map_or(1, |it| closed(it, spacing(name).unwrap_or(self.model.interval())));
            // How many combinations of labels another objective has, nobody knows.
            return if self.is_own(of) {
                Samples::recorded(samples)
            } else {
                Samples::each(of.to_string(), samples)
            };
        }
        let every = source::scraped_every(self.model, name);
        Samples::each(of.to_string(), range.map_or(1, |it| open(it, every)))
    }

    fn is_own(self, of: &Selector) -> bool {
        let slo = of.matchers.iter().find(|it| it.label.as_str() == "slo");
        slo.is_none_or(|it| it.value == self.objective.id.as_str())
    }
}

/// How many values the last label with alternatives has.
fn meant(of: &Selector) -> u64 {
    let alternatives = of.matchers.iter().filter(|it| it.op == MatchOp::Matches);
    alternatives.map(|it| it.value.split('|').count() as u64).product()
}

/// What a group recorded stands exactly on the ends of its ranges, and Prometheus 2 reads both.
fn closed(range: Duration, step: Duration) -> u64 {
    u64::try_from(range.as_nanos() / step.as_nanos().max(1)).unwrap_or(u64::MAX).saturating_add(1)
}

/// Scrapes fall between the evaluations, so a range holds as many as fit.
fn open(range: Duration, step: Duration) -> u64 {
    u64::try_from(range.as_nanos().div_ceil(step.as_nanos().max(1))).unwrap_or(u64::MAX)
}

/// The distance of the samples of tiles; everything else has one per evaluation.
fn spacing(metric: &str) -> Option<Duration> {
    match metric {
        slo::EVENTS_TILE | slo::ERRORS_TILE => Some(sla_model::indicator::BASE_WINDOW),
        slo::EVENTS_HOUR | slo::ERRORS_HOUR | slo::TILES_HOUR => Some(crate::compile::HOUR),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::opened;
    use super::*;
    use crate::promql::build::{one_of, over_time, series, sum};

    #[test]
    fn samples_follow_the_spacing() {
        let model = opened("pharmacy", &[]);
        let objective = model.objectives.values().find(|it| it.id.as_str() == "payment-success").unwrap();
        let cost = Cost { model: &model, objective };
        let five = Duration::from_mins(5);
        let raw = sum(over_time("rate", &series("x_total", &[]), five));
        assert_eq!(cost.of_expr(&raw), Samples::each("x_total".to_owned(), 10));
        let month = Duration::from_hours(30 * 24) - Duration::from_secs(1);
        let tiles = over_time("sum_over_time", &series(slo::EVENTS_TILE, &[]), month);
        assert_eq!(cost.of_expr(&tiles), Samples::recorded(8640));
        let hours = over_time("sum_over_time", &series(slo::TILES_HOUR, &[]), month);
        assert_eq!(
            cost.of_expr(&hours.plus(raw)),
            Samples { recorded: 720, ..Samples::each("x_total".into(), 10) }
        );
        let mut firing = series("ALERTS", &[]);
        firing.matchers.push(one_of("burn", ["1h", "6h"]));
        let paged = over_time("last_over_time", &firing, Duration::from_hours(2));
        assert_eq!(cost.of_expr(&paged), Samples::recorded(2 * 241));
    }

    #[test]
    fn a_faster_scrape_is_read_more_often() {
        let model = opened(
            "pharmacy",
            &[(
                "every: 30s\n    module: storefront\n    alert",
                "every: 15s\n    module: storefront\n    alert",
            )],
        );
        let objective = model.objectives.values().find(|it| it.id.as_str() == "api-mean-latency").unwrap();
        let raw =
            over_time("rate", &series("http_request_duration_seconds_sum", &[]), Duration::from_mins(5));
        let found = Cost { model: &model, objective }.of_expr(&raw);
        assert_eq!(found, Samples::each("http_request_duration_seconds_sum".to_owned(), 20));
    }
}
