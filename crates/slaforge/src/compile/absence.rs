//! An objective that counts nothing: vanished, not seen, or idle. Each is another fault, so at most one of them
//! fires, and none while maintenance or a target's own alert explains it (`cause.rs`).

use std::time::Duration;

use sla_model::{Model, names::slo, objective::Objective, selector::Selector, tier::Tier};

use super::{
    cause::unexplained,
    labels::{alert, recorded},
    notes::notes,
    tile::HOUR,
};
use crate::{
    plan::Rule,
    promql::{
        Expr,
        build::{aggregate, number, over_time, select, series},
    },
    words,
};

/// What was counted before is not counted any more.
pub const VANISHED: &str = "SloVanished";
/// Nothing was counted within a day.
pub const NEVER_SEEN: &str = "SloNeverSeen";
/// Everything is there, but nothing happens.
pub const IDLE: &str = "SloIdle";

/// What was counted within this time is remembered.
const REMEMBERED: Duration = Duration::from_hours(24);

/// How long each must stand. A vanished series was missed for five minutes before; a first scrape and a first rate
/// take a while. Of idle, the objective knows.
pub const VANISHED_FOR: Duration = Duration::from_mins(5);
/// See [`VANISHED_FOR`].
pub const NEVER_SEEN_FOR: Duration = Duration::from_mins(15);

const SAME: [&str; 2] = ["sla", "slo"];

/// Returns the alerts of an objective of which somebody is told at all.
pub fn rules(model: &Model, objective: &Objective) -> Vec<Rule> {
    let Some(told) = objective.told() else { return Vec::new() };
    let absence = Absence { model, objective };
    let tier = &model.tiers[told];
    let unexplained = |expr| unexplained(model, objective, expr);
    let missing = select(&absence.recorded(slo::EVENTS_RATE));
    let vanished = absence.seen().unless_on(&SAME, missing.clone());
    let never = Expr::Call("absent", vec![missing.clone()]).unless_on(&SAME, absence.seen());
    let mut rules = vec![
        absence.rule(VANISHED, tier, unexplained(vanished), VANISHED_FOR),
        absence.rule(NEVER_SEEN, tier, unexplained(never), NEVER_SEEN_FOR),
    ];
    if let Some(tier) = objective.idle_tier() {
        let events = aggregate("sum", &SAME, missing);
        rules.push(absence.rule(IDLE, &model.tiers[tier], events.equals(number(0)), objective.idle_for()));
    }
    rules
}

/// Something was counted within the last day. Hours cost little to remember; tiles tell of the first hour.
pub fn counted(model: &Model, objective: &Objective) -> Expr {
    let range = |name, range| over_time("last_over_time", &recorded(model, objective, name), range);
    range(slo::TILES_HOUR, REMEMBERED).or(range(slo::EVENTS_TILE, HOUR))
}

struct Absence<'m> {
    model: &'m Model,
    objective: &'m Objective,
}

impl Absence<'_> {
    fn recorded(&self, name: &str) -> Selector {
        recorded(self.model, self.objective, name)
    }

    /// Something was counted, and what then vanished stays told until it is back: after a day it would be said to
    /// be well for a quarter of an hour, and then to be something else.
    fn seen(&self) -> Expr {
        let mut told = series("ALERTS", &[("alertname", VANISHED), ("alertstate", "firing")]);
        told.matchers.extend(self.recorded("ALERTS").matchers);
        let told = over_time("last_over_time", &told, HOUR);
        aggregate("max", &SAME, counted(self.model, self.objective).or(told))
    }

    fn rule(&self, name: &'static str, tier: &Tier, expr: Expr, pending: Duration) -> Rule {
        let objective = self.objective;
        let mut labels = alert(self.model, tier, &objective.module);
        labels.insert("slo", objective.id.to_string());
        let (summary, description) = match name {
            VANISHED => words::vanished(tier, &objective.title),
            NEVER_SEEN => words::never_seen(tier, &objective.title, REMEMBERED),
            _ => words::idle(tier, &objective.title, pending),
        };
        let notes = notes(self.model, tier, &objective.module, &summary, &description);
        Rule::Alert { name, labels, notes, expr, pending }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Duration};

    use super::*;

    const SPEC: &str = r#"
version: sla/v1
name: absence
timezone: UTC
language: en
tiers:
  P1: {severity: critical, confirm: 10m, restore: 1h, release_after: 30m, owners: [ops]}
owners: {ops: {webhook: {url: "http://pager:8090/ops"}}}
modules: {shop: {owner: ops}}
scrapes:
  shop: {targets: ["shop:80"], module: shop, alert: {down: P1}, metrics: {hits_total: {type: counter, labels: [code]}}}
  exporter: {targets: ["exporter:9717"], module: shop, alert: {down: P1}}
probes:
  slow: {http: {get: "http://shop/"}, every: 1h, module: shop}
  fast: {http: {get: "http://shop/"}, every: 15s, module: shop}
objectives:
  slow: {module: shop, target: 95%, indicator: {probe: slow}, alert: {page: P1}}
  fast: {module: shop, target: 95%, indicator: {probe: fast}, alert: {page: P1}}
  quiet: {module: shop, target: 99%, indicator: {ratio: {bad: 'hits_total{code="5"}', total: hits_total}}, alert: {idle: P1}}
"#;

    fn objective(id: &str) -> (Model, Objective) {
        let set = sla_spec::source_set::SourceSet::of_text("sla.yaml", SPEC);
        let model = sla_spec::load(&set, &BTreeMap::new()).unwrap().model;
        let objective = model.objectives.values().find(|it| it.id.as_str() == id).unwrap().clone();
        (model, objective)
    }

    #[track_caller]
    fn alerts(id: &str, idle_minutes: u64) {
        let (model, objective) = objective(id);
        let pending = |rule: Rule| match rule {
            Rule::Alert { name, pending, .. } => (name, pending),
            Rule::Record { name, .. } => panic!("{name}"),
        };
        let found: Vec<_> = rules(&model, &objective).into_iter().map(pending).collect();
        let idle = Duration::from_mins(idle_minutes);
        assert_eq!(found, [(VANISHED, VANISHED_FOR), (NEVER_SEEN, NEVER_SEEN_FOR), (IDLE, idle)]);
    }

    #[test]
    fn idle_waits_for_three_runs() {
        alerts("slow", 180);
        alerts("fast", 15);
    }

    #[test]
    fn who_hears_of_quiet_alone_hears_of_blindness_too() {
        alerts("quiet", 15);
    }

    #[test]
    fn a_slow_probe_is_not_released_between_two_runs() {
        let (model, slow) = objective("slow");
        let tier = model.tiers.values().next().unwrap();
        assert_eq!(slow.release_after(tier), Duration::from_hours(2));
        let (_, fast) = objective("fast");
        assert_eq!(fast.release_after(tier), Duration::from_mins(30));
    }
}
