//! What explains that an objective counts nothing: planned maintenance of its part of the system, or targets that are
//! down or gone, of which an alert of their own tells.

use sla_model::{
    Model,
    counter::Counter,
    id::{MetricName, ModuleId},
    indicator::{BASE_WINDOW, Indicator, Judged},
    objective::Objective,
    scrape::Scrape,
};

use super::base::outside_maintenance;
use crate::promql::{
    Expr,
    build::{aggregate, number, one_of, select, series},
};

/// Takes planned maintenance out: of the objective's module, and of the modules whose objectives count for it.
pub fn outside_planned(model: &Model, objective: &Objective, expr: Expr) -> Expr {
    let parts = model.parts(objective).into_iter().map(|it| &it.module);
    let mut modules: Vec<&ModuleId> = parts.chain([&objective.module]).collect();
    modules.sort();
    modules.dedup();
    outside_maintenance(model, &modules, expr)
}

/// Takes out what has a better explanation: planned maintenance, or no target at all that could expose what is
/// counted. One of two that is down explains nothing.
pub fn unexplained(model: &Model, objective: &Objective, expr: Expr) -> Expr {
    let expr = outside_planned(model, objective, expr);
    let jobs: Vec<&str> = sources(model, objective).iter().map(|it| it.id.as_str()).collect();
    if jobs.is_empty() {
        return expr;
    }
    let mut up = series("up", &[]);
    up.matchers.push(one_of("job", jobs));
    let down = aggregate("max", &[], select(&up)).equals(number(0));
    expr.unless_on(&[], down.or(Expr::Call("absent", vec![select(&up)])))
}

/// The scraped targets that could expose what an objective counts, if somebody is told of the end of each of them.
pub fn sources<'m>(model: &'m Model, objective: &Objective) -> Vec<&'m Scrape> {
    let mut found: Vec<&Scrape> =
        model.parts(objective).into_iter().flat_map(|it| exposing(model, it)).collect();
    found.sort_by_key(|it| &it.id);
    found.dedup_by_key(|it| &it.id);
    if found.iter().all(|it| it.down.is_some()) { found } else { Vec::new() }
}

/// Who exposes what the exporter itself measures is not said anywhere: jobs that declare no metrics of their own, and
/// of which somebody is told.
fn exposing<'m>(model: &'m Model, objective: &Objective) -> Vec<&'m Scrape> {
    let metrics = metrics(&objective.indicator);
    let exposes = |scrape: &&Scrape| metrics.iter().any(|it| exposes(scrape, it));
    let found: Vec<&Scrape> = model.scrapes.values().filter(exposes).collect();
    if found.is_empty() && objective.indicator.judged() != Judged::Time {
        return model.scrapes.values().filter(|it| it.down.is_some() && it.metrics.is_empty()).collect();
    }
    found
}

/// The foreign metrics without which an indicator counts nothing.
fn metrics(indicator: &Indicator) -> Vec<MetricName> {
    match indicator {
        Indicator::Ratio { total: Counter::Selector(total), .. } => vec![total.metric.clone()],
        Indicator::Ratio { total: Counter::Query(total), .. } => {
            let selectors = sla_spec::promql::selectors(&total.at(BASE_WINDOW)).unwrap_or_default();
            selectors.into_iter().map(|it| it.metric).collect()
        }
        Indicator::Latency { histogram, .. } | Indicator::Mean { histogram, .. } => {
            vec![histogram.selector.metric.clone()]
        }
        Indicator::Slices { gauge, .. } => vec![gauge.metric.clone()],
        Indicator::Journey(_) | Indicator::Probe(_) | Indicator::Page { .. } | Indicator::Composite(_) => {
            Vec::new()
        }
    }
}

fn exposes(scrape: &Scrape, metric: &MetricName) -> bool {
    let base = ["_count", "_sum", "_bucket"].iter().find_map(|end| metric.as_str().strip_suffix(end));
    let declared = |name: &str| scrape.metrics.keys().any(|it| it.as_str() == name);
    declared(metric.as_str()) || base.is_some_and(declared)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::promql::build::select;

    const SPEC: &str = r#"
version: sla/v1
name: cause
timezone: UTC
language: en
tiers:
  P1: {severity: critical, confirm: 10m, restore: 1h, release_after: 30m, owners: [ops]}
owners: {ops: {webhook: {url: "http://pager:8090/ops"}}}
modules: {shop: {owner: ops}, pay: {owner: ops}}
scrapes:
  both: {targets: ["both:80"], module: shop, alert: {down: P1}, metrics: {orders_total: {type: counter, labels: [code]}, hits_total: {type: counter, labels: [code]}}}
  twin: {targets: ["twin:80"], module: shop, alert: {down: P1}, metrics: {hits_total: {type: counter, labels: [code]}}}
  mute: {targets: ["mute:80"], module: shop, metrics: {mute_total: {type: counter, labels: [code]}}}
  exporter: {targets: ["exporter:9717"], module: shop, alert: {down: P1}}
probes:
  home: {http: {get: "http://shop/"}, every: 1h, module: shop}
objectives:
  home: {module: shop, target: 95%, indicator: {probe: home}, alert: {page: P1}}
  hits: {module: shop, target: 99%, indicator: {ratio: {bad: 'hits_total{code="5"}', total: hits_total}}, alert: {page: P1}}
  mute: {module: shop, target: 99%, indicator: {ratio: {bad: 'mute_total{code="5"}', total: mute_total}}, alert: {page: P1}}
  asked: {module: pay, target: 99%, indicator: {ratio: {bad: 'sum(rate(orders_total{code="5"}[$window]))', total: 'sum(rate(orders_total[$window]))'}}, alert: {page: P1}}
  whole: {module: shop, target: 99%, indicator: {composite: {worst: [asked, home]}}, alert: {page: P1}}
maintenance: {policy: {planned: exclude, at_most: 4h per month, notice: 24h}}
"#;

    fn model() -> Model {
        let set = sla_spec::source_set::SourceSet::of_text("sla.yaml", SPEC);
        sla_spec::load(&set, &BTreeMap::new()).unwrap().model
    }

    #[track_caller]
    fn explained(objective: &str, by: &str) {
        let model = model();
        let objective = model.objectives.values().find(|it| it.id.as_str() == objective).unwrap();
        let found = unexplained(&model, objective, select(&series("x", &[]))).lines();
        let found: Vec<&str> = found.split_whitespace().collect();
        assert_eq!(found.join(" "), by);
    }

    fn planned(modules: &str) -> String {
        format!("x unless on () max(max_over_time(sla_maintenance{{module{modules}}}[5m])) == 1")
    }

    #[test]
    fn jobs_explain_only_together_and_only_if_all_are_told_of() {
        let by = |jobs: &str| format!(" unless on () (max(up{{job{jobs}}}) == 0 or absent(up{{job{jobs}}}))");
        let of = |modules: &str, jobs: &str| planned(modules) + &by(jobs);
        explained("hits", &of("=\"shop\"", "=~\"both|twin\""));
        explained("asked", &of("=\"pay\"", "=\"both\""));
        explained("home", &of("=\"shop\"", "=\"exporter\""));
        explained("mute", &planned("=\"shop\""));
        explained("whole", &of("=~\"pay|shop\"", "=~\"both|exporter\""));
    }

    #[test]
    fn a_composite_is_as_slow_as_its_slowest_component() {
        let model = model();
        let every = |id: &str| model.objectives.values().find(|it| it.id.as_str() == id).unwrap().every;
        let hour = std::time::Duration::from_hours(1);
        assert_eq!([every("home"), every("whole"), every("asked")], [hour, hour, std::time::Duration::ZERO]);
    }
}
