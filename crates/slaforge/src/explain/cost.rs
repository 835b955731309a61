//! What an expression reads: samples per evaluation, as Prometheus counts them.

use std::time::Duration;

use sla_model::{
    names::{own, slo},
    selector::Selector,
};

use crate::{plan::Rule, promql::Expr};

/// Samples of one evaluation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// Of recorded series, per combination of the objective's labels.
    pub recorded: u64,
    /// Of raw series, for each series that a selector finds.
    pub raw: u64,
}

impl Samples {
    fn plus(self, other: Self) -> Self {
        Self { recorded: self.recorded + other.recorded, raw: self.raw + other.raw }
    }

    fn times(self, count: u64) -> Self {
        Self { recorded: self.recorded * count, raw: self.raw * count }
    }
}

/// Returns what a rule reads; series are scraped and rules evaluated every `interval`.
pub fn of_rule(rule: &Rule, interval: Duration) -> Samples {
    match rule {
        Rule::Record { expr, .. } | Rule::Alert { expr, .. } => of_expr(expr, interval),
    }
}

fn of_expr(expr: &Expr, interval: Duration) -> Samples {
    match expr {
        Expr::Number(_) | Expr::Seconds(_) | Expr::Text(_) => Samples::default(),
        Expr::Instant { of, .. } => one(of),
        Expr::Range { of, range } => {
            let step = spacing(of).unwrap_or(interval);
            one(of)
                .times(u64::try_from(range.as_nanos().div_ceil(step.as_nanos().max(1))).unwrap_or(u64::MAX))
        }
        Expr::Call(_, arguments) => {
            arguments.iter().map(|it| of_expr(it, interval)).fold(Samples::default(), Samples::plus)
        }
        Expr::Aggregate { of, .. } | Expr::CountValues { of, .. } => of_expr(of, interval),
        Expr::Subquery { of, range, step } => {
            let times = range.as_nanos() / step.as_nanos().max(1);
            of_expr(of, interval).times(u64::try_from(times).unwrap_or(u64::MAX))
        }
        // Every range of it is the window; how many selectors it has decides what it reads.
        Expr::Written { query, window } => {
            let ranges = query.to_string().matches(sla_model::counter::WINDOW).count() as u64;
            let samples = window.as_nanos() / interval.as_nanos().max(1);
            Samples { recorded: 0, raw: u64::try_from(samples).unwrap_or(u64::MAX) }.times(ranges)
        }
        Expr::Binary { left, right, .. } => of_expr(left, interval).plus(of_expr(right, interval)),
    }
}

fn one(of: &Selector) -> Samples {
    let name = of.metric.as_str();
    // One series each, however many raw series an indicator selects.
    let single = ["ALERTS", "up", own::MAINTENANCE.name].contains(&name);
    let recorded = name.contains(':') || single;
    Samples { recorded: u64::from(recorded), raw: u64::from(!recorded) }
}

/// The distance of the samples of tiles; everything else has one per evaluation.
fn spacing(of: &Selector) -> Option<Duration> {
    match of.metric.as_str() {
        slo::EVENTS_TILE | slo::ERRORS_TILE => Some(sla_model::indicator::BASE_WINDOW),
        slo::EVENTS_HOUR | slo::ERRORS_HOUR | slo::TILES_HOUR => Some(crate::compile::HOUR),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::build::{over_time, series, sum};

    #[test]
    fn samples_follow_the_spacing() {
        let interval = Duration::from_secs(30);
        let five = Duration::from_mins(5);
        let raw = sum(over_time("rate", &series("x_total", &[]), five));
        assert_eq!(of_expr(&raw, interval), Samples { recorded: 0, raw: 10 });
        let month = Duration::from_hours(30 * 24) - Duration::from_secs(1);
        let tiles = over_time("sum_over_time", &series(slo::EVENTS_TILE, &[]), month);
        assert_eq!(of_expr(&tiles, interval), Samples { recorded: 8640, raw: 0 });
        let hours = over_time("sum_over_time", &series(slo::TILES_HOUR, &[]), month);
        assert_eq!(of_expr(&hours.plus(raw), interval), Samples { recorded: 720, raw: 10 });
    }
}
