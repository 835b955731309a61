//! Rules without recorded series: each is replaced by the expression that is recorded.

use std::time::Duration;

use sla_model::{
    indicator::BASE_WINDOW,
    names::slo,
    selector::{MatchOp, Selector},
};

use super::hours;
use crate::{
    compile::{PLATFORM, Plan, Unit, punctual},
    plan::{Labels, Rule},
    promql::{Expr, build::aggregate},
};

/// What long windows are sums of, and how often it is recorded: hours are added up from these (`hours`). Windows up to
/// an hour read the base series itself; those are right again an hour after the rules began.
const TILES: [&str; 2] = [slo::EVENTS_TILE, slo::ERRORS_TILE];

/// What a question about tiles is about: one series that rules record.
pub struct Recorded {
    /// Its name.
    pub name: String,
    /// The labels that the rule adds.
    pub labels: Labels,
    /// What it is, of raw series only.
    pub expr: Expr,
}

/// Returns the five-minute tiles of one unit.
pub fn tiles(plan: Plan<'_>, unit: Unit<'_>) -> Vec<Recorded> {
    let asked = records(plan, unit).filter(|it| TILES.contains(&&*it.name));
    asked.map(|it| Recorded { expr: inline(plan, &punctual(it.expr)), ..it }).collect()
}

/// Returns the hourly series of one unit, with their rules as they are.
pub fn hourly(plan: Plan<'_>, unit: Unit<'_>) -> Vec<Recorded> {
    records(plan, unit).filter(|it| hours::is_hourly(&it.name)).collect()
}

/// Returns what has a value wherever a unit has events, of raw series: ten times cheaper than a tile, which looks at
/// every evaluation. Bad events exist only where events do.
pub fn presence(plan: Plan<'_>, unit: Unit<'_>) -> Option<Expr> {
    let mut found = records(plan, unit).filter(|it| it.name == slo::EVENTS_RATE);
    found.next().map(|it| aggregate("count", &[], inline(plan, &it.expr)))
}

fn records(plan: Plan<'_>, unit: Unit<'_>) -> impl Iterator<Item = Recorded> {
    plan.rules(unit).groups.into_iter().flat_map(|it| it.rules).filter_map(|rule| match rule {
        Rule::Record { name, labels, expr } => Some(Recorded { name, labels, expr }),
        Rule::Alert { .. } => None,
    })
}

/// Replaces what rules record. Nothing is late where the past is asked, so tiles are written in time. What a range of it holds are its values at the steps at which it is recorded.
fn inline(plan: Plan<'_>, expr: &Expr) -> Expr {
    let child = |it: &Expr| Box::new(inline(plan, it));
    match expr {
        Expr::Instant { of, offset } if offset.is_zero() => {
            source(plan, of).map_or_else(|| expr.clone(), |it| it.0)
        }
        Expr::Number(_)
        | Expr::Lowest
        | Expr::Seconds(_)
        | Expr::Text(_)
        | Expr::Written { .. }
        | Expr::Instant { .. } => expr.clone(),
        Expr::Range { of, range } => match source(plan, of) {
            None => expr.clone(),
            Some((of, step)) => Expr::Subquery { of: Box::new(of), range: *range, step },
        },
        Expr::Subquery { of, range, step } => Expr::Subquery { of: child(of), range: *range, step: *step },
        Expr::Call(name, arguments) => {
            Expr::Call(name, arguments.iter().map(|it| inline(plan, it)).collect())
        }
        Expr::Aggregate { op, by, of } => Expr::Aggregate { op, by: by.clone(), of: child(of) },
        Expr::CountValues { label, of } => Expr::CountValues { label, of: child(of) },
        Expr::Binary { left, op, matching, right } => {
            Expr::Binary { left: child(left), op, matching: matching.clone(), right: child(right) }
        }
    }
}

/// Returns what is recorded as a selector's series, itself without recorded series, and how often it is; nothing for
/// raw series.
fn source(plan: Plan<'_>, of: &Selector) -> Option<(Expr, Duration)> {
    let equal = |label: &str| {
        let matcher = of.matchers.iter().find(|it| it.label.as_str() == label);
        matcher.filter(|it| it.op == MatchOp::Equal).map(|it| it.value.as_str())
    };
    let unit = equal("slo").unwrap_or(PLATFORM);
    let unit = plan.unit(unit)?;
    let groups = plan.rules(unit).groups;
    groups.iter().find_map(|group| {
        let expr = group.rules.iter().find_map(|rule| match rule {
            Rule::Record { name, labels, expr }
                if name == of.metric.as_str()
                    && labels.iter().all(|(label, value)| equal(label).is_none_or(|it| it == value)) =>
            {
                Some(punctual(expr.clone()))
            }
            _ => None,
        });
        let step = if TILES.contains(&of.metric.as_str()) { BASE_WINDOW } else { group.every };
        Some((inline(plan, &expr?), step))
    })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::Path};

    use sla_model::Model;

    use super::*;
    use crate::compile;

    fn kinds() -> Model {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/kinds/sla.yaml");
        sla_spec::open(&path, &BTreeMap::new()).unwrap().model
    }

    #[test]
    fn nothing_recorded_is_read() {
        let model = kinds();
        let plan = compile::plan(&model);
        for unit in plan.units() {
            let asked = tiles(plan, unit).into_iter().map(|it| it.expr).chain(presence(plan, unit));
            for expr in asked {
                for selector in expr.selectors() {
                    let metric = selector.metric.as_str();
                    assert!(!metric.starts_with("slo:"), "{} reads {metric}", unit.name());
                }
                promql_parser::parser::parse(&expr.to_string()).unwrap();
            }
        }
    }

    #[test]
    fn a_tile_is_asked_of_raw_series() {
        let model = kinds();
        let plan = compile::plan(&model);
        let unit = plan.unit("by-probe").unwrap();
        let names: Vec<_> = tiles(plan, unit).into_iter().map(|it| it.name).collect();
        assert_eq!(names, TILES);
        let runs = "sla_probe_runs_total{probe=\"home\"}";
        let base = format!(
            "sum((({runs} > 10 * ({runs} offset 5m <= ({runs} offset 3m20s <= {runs} offset 1m40s))) \
             - {runs} offset 5m) / 300 or rate({runs}[5m])) >= 0"
        );
        let tile = tiles(plan, unit)[0].expr.to_string();
        assert!(tile.contains(&format!("avg_over_time(({base})[4m45s:30s])")), "{tile}");
        assert_eq!(presence(plan, unit).unwrap().to_string(), format!("count({base})"));
        let names = |unit| hourly(plan, plan.unit(unit).unwrap()).into_iter().map(|it| it.name);
        assert!(names("by-probe").eq([slo::TILES_HOUR]));
        assert!(names("by-latency").eq([slo::TILES_HOUR, slo::EVENTS_HOUR, slo::ERRORS_HOUR]));
    }
}
