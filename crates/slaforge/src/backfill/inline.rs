//! Rules without recorded series: each is replaced by the expression that is recorded.

use std::time::Duration;

use sla_model::{
    indicator::BASE_WINDOW,
    names::slo,
    selector::{MatchOp, Selector},
};

use crate::{
    compile::{HOUR, PLATFORM, Plan, Unit, punctual},
    plan::{Labels, Rule},
    promql::Expr,
};

/// What long windows read, and how often it is recorded. Windows up to an hour read the base series itself; those
/// are right again an hour after the rules began.
const TILES: [(&str, Duration); 5] = [
    (slo::EVENTS_TILE, BASE_WINDOW),
    (slo::ERRORS_TILE, BASE_WINDOW),
    (slo::TILES_HOUR, HOUR),
    (slo::EVENTS_HOUR, HOUR),
    (slo::ERRORS_HOUR, HOUR),
];

/// A series to be filled in.
pub struct Recorded {
    /// Its name.
    pub name: String,
    /// The labels that the rule adds.
    pub labels: Labels,
    /// What it is, of raw series only.
    pub expr: Expr,
    /// How often.
    pub step: Duration,
}

/// Returns what is to be filled in for one unit.
pub fn recorded(plan: Plan<'_>, unit: Unit<'_>) -> Vec<Recorded> {
    let mut found = Vec::new();
    for group in plan.rules(unit).groups {
        for rule in group.rules {
            let Rule::Record { name, labels, expr } = rule else { continue };
            if let Some(step) = tile(&name) {
                found.push(Recorded { name, labels, expr: inline(plan, &punctual(expr)), step });
            }
        }
    }
    found
}

fn tile(name: &str) -> Option<Duration> {
    TILES.iter().find(|it| it.0 == name).map(|it| it.1)
}

/// Replaces what rules record. Nothing is late where the past is asked, so tiles are written in time. What a range of it holds are its values at the steps at which it is recorded.
fn inline(plan: Plan<'_>, expr: &Expr) -> Expr {
    let child = |it: &Expr| Box::new(inline(plan, it));
    match expr {
        Expr::Instant { of, offset } if offset.is_zero() => {
            source(plan, of).map_or_else(|| expr.clone(), |it| it.0)
        }
        Expr::Number(_) | Expr::Seconds(_) | Expr::Text(_) | Expr::Written { .. } | Expr::Instant { .. } => {
            expr.clone()
        }
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
        Some((inline(plan, &expr?), tile(of.metric.as_str()).unwrap_or(group.every)))
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
            for recorded in recorded(plan, unit) {
                for selector in recorded.expr.selectors() {
                    let metric = selector.metric.as_str();
                    assert!(!metric.starts_with("slo:"), "{} reads {metric}", recorded.name);
                }
                promql_parser::parser::parse(&recorded.expr.to_string()).unwrap();
            }
        }
    }

    #[test]
    fn a_tile_is_asked_of_raw_series() {
        let model = kinds();
        let plan = compile::plan(&model);
        let tiles = recorded(plan, plan.unit("by-probe").unwrap());
        let names: Vec<_> = tiles.iter().map(|it| (it.name.as_str(), it.step)).collect();
        assert_eq!(names, TILES[..3]);
        let runs = "sla_probe_runs_total{probe=\"home\"}";
        assert_eq!(
            tiles[0].expr.to_string(),
            format!(
                "300 * avg_over_time((sum((({runs} > 10 * ({runs} offset 5m <= ({runs} offset 3m20s \
                 <= {runs} offset 1m40s))) - {runs} offset 5m) / 300 \
                 or rate({runs}[5m])) >= 0)[4m45s:30s]) and on () vector(time()) % 300 < 30"
            )
        );
        let hours = recorded(plan, plan.unit("by-latency").unwrap());
        assert_eq!(hours.len(), TILES.len());
        assert!(hours[3].expr.to_string().contains("[58m:5m]"), "{}", hours[3].expr);
    }
}
