//! An objective that counts nothing: vanished, never seen, or idle. Each is another fault, so at most one of them
//! fires, and none while the target itself is down: that is an alert of its own.

use std::time::Duration;

use sla_model::{
    Model,
    counter::Counter,
    id::MetricName,
    indicator::{Indicator, Judged},
    names::slo,
    objective::Objective,
    scrape::Scrape,
    tier::Tier,
};

use super::{
    base::outside_maintenance,
    labels::{alert, recorded},
    notes::notes,
    tile::HOUR,
};
use crate::{
    plan::Rule,
    promql::{
        Expr,
        build::{aggregate, number, one_of, over_time, select, series},
    },
    words,
};

/// What was counted before is not counted any more.
pub const VANISHED: &str = "SloVanished";
/// Nothing was ever counted.
pub const NEVER_SEEN: &str = "SloNeverSeen";
/// Everything is there, but nothing happens.
pub const IDLE: &str = "SloIdle";

/// What was counted within this time is remembered.
const REMEMBERED: Duration = Duration::from_hours(24);

/// How long each must stand. A vanished series was missed for five minutes before; a first scrape and a first rate
/// take a while; a quiet quarter of an hour is common.
pub const VANISHED_FOR: Duration = Duration::from_mins(5);
/// See [`VANISHED_FOR`].
pub const NEVER_SEEN_FOR: Duration = Duration::from_mins(15);
/// See [`VANISHED_FOR`].
pub const IDLE_FOR: Duration = Duration::from_mins(15);

const SAME: [&str; 2] = ["sla", "slo"];

/// Returns the alerts of an objective of which somebody is told at all.
pub fn rules(model: &Model, objective: &Objective) -> Vec<Rule> {
    let Some(told) = objective.told() else { return Vec::new() };
    let absence = Absence { model, objective };
    let tier = &model.tiers[told];
    let missing = select(&absence.recorded(slo::EVENTS_RATE));
    let vanished = absence.seen().unless_on(&SAME, missing.clone());
    let never = Expr::Call("absent", vec![missing]).unless_on(&SAME, absence.seen());
    let mut rules = vec![
        absence.rule(VANISHED, tier, absence.unexplained(vanished), VANISHED_FOR),
        absence.rule(NEVER_SEEN, tier, absence.unexplained(never), NEVER_SEEN_FOR),
    ];
    if let Some(tier) = objective.idle_tier() {
        let events = aggregate("sum", &SAME, select(&absence.recorded(slo::EVENTS_RATE)));
        rules.push(absence.rule(IDLE, &model.tiers[tier], events.equals(number(0)), IDLE_FOR));
    }
    rules
}

struct Absence<'m> {
    model: &'m Model,
    objective: &'m Objective,
}

impl Absence<'_> {
    fn recorded(&self, name: &str) -> sla_model::selector::Selector {
        recorded(self.model, self.objective, name)
    }

    /// Something was counted within the last day. Hours cost little to remember; tiles tell of the first hour.
    fn seen(&self) -> Expr {
        let hours = over_time("last_over_time", &self.recorded(slo::TILES_HOUR), REMEMBERED);
        let tiles = over_time("last_over_time", &self.recorded(slo::EVENTS_TILE), HOUR);
        aggregate("max", &SAME, hours.or(tiles))
    }

    /// Takes out what has a better explanation: planned maintenance, or a target that is down.
    fn unexplained(&self, expr: Expr) -> Expr {
        let expr = outside_maintenance(self.model, &self.objective.module, expr);
        let jobs: Vec<&str> = sources(self.model, self.objective).iter().map(|it| it.id.as_str()).collect();
        if jobs.is_empty() {
            return expr;
        }
        let mut up = series("up", &[]);
        up.matchers.push(one_of("job", jobs));
        expr.unless_on(&[], aggregate("max", &["job"], select(&up)).equals(number(0)))
    }

    fn rule(&self, name: &'static str, tier: &Tier, expr: Expr, pending: Duration) -> Rule {
        let objective = self.objective;
        let mut labels = alert(self.model, tier, &objective.module);
        labels.insert("slo", objective.id.to_string());
        let (summary, description) = match name {
            VANISHED => words::vanished(tier, &objective.title),
            NEVER_SEEN => words::never_seen(tier, &objective.title),
            _ => words::idle(tier, &objective.title),
        };
        let notes = notes(self.model, tier, &objective.module, &summary, &description);
        Rule::Alert { name, labels, notes, expr, pending }
    }
}

/// The scraped targets behind an objective of whose end somebody is told. Who exposes what the exporter itself
/// measures is not said anywhere: a job that declares no metrics of its own.
pub fn sources<'m>(model: &'m Model, objective: &Objective) -> Vec<&'m Scrape> {
    let metric: Option<&MetricName> = match &objective.indicator {
        Indicator::Ratio { total: Counter::Selector(total), .. } => Some(&total.metric),
        Indicator::Latency { histogram, .. } | Indicator::Mean { histogram, .. } => {
            Some(&histogram.selector.metric)
        }
        Indicator::Slices { gauge, .. } => Some(&gauge.metric),
        Indicator::Journey(_)
        | Indicator::Probe(_)
        | Indicator::Page { .. }
        | Indicator::Ratio { total: Counter::Query(_), .. }
        | Indicator::Composite(_) => None,
    };
    let told = model.scrapes.values().filter(|it| it.down.is_some());
    let exposes = |scrape: &&Scrape| metric.is_some_and(|it| exposes(scrape, it));
    let found: Vec<&Scrape> = told.clone().filter(exposes).collect();
    if found.is_empty() && objective.indicator.judged() != Judged::Time {
        return told.filter(|it| it.metrics.is_empty()).collect();
    }
    found
}

fn exposes(scrape: &Scrape, metric: &MetricName) -> bool {
    let base = ["_count", "_sum", "_bucket"].iter().find_map(|end| metric.as_str().strip_suffix(end));
    let declared = |name: &str| scrape.metrics.keys().any(|it| it.as_str() == name);
    declared(metric.as_str()) || base.is_some_and(declared)
}
