//! What one scrape sees: plain data, taken from the live state in one go.

use std::borrow::Cow;

use jiff::Timestamp;
use sla_model::{
    Model,
    id::{ModuleId, ProbeId},
    maintenance::Planned,
    names::{Kind, Metric, business, journey, own, probe},
    source::SourceMetric,
};

use crate::{
    histogram::Histogram,
    state::{ProbeStats, QueryStats, State, lock},
};

/// The families of one scrape, in the order of the catalogue, business numbers last.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// Families that have series.
    pub families: Vec<Family>,
}

/// A metric family with its series.
#[derive(Debug)]
pub struct Family {
    /// The exposed name.
    pub name: Cow<'static, str>,
    /// The help text.
    pub help: Cow<'static, str>,
    /// What kind it is.
    pub kind: Kind,
    /// Its series, in a stable order.
    pub series: Vec<Series>,
}

/// One series.
#[derive(Debug)]
pub struct Series {
    /// Label names and values.
    pub labels: Vec<(Cow<'static, str>, String)>,
    /// The value.
    pub value: Value,
}

/// The value of a series.
#[derive(Debug)]
pub enum Value {
    /// A count.
    Count(u64),
    /// A number.
    Number(f64),
    /// A histogram.
    Histogram(Histogram),
}

impl Snapshot {
    /// Takes a snapshot at `now`.
    pub fn take(model: &Model, state: &State, now: Timestamp) -> Self {
        // Each job's numbers are copied once: read one after the other, failures could outnumber runs.
        let probes: Vec<_> = state.probes.iter().map(|(id, it)| (id, lock(it).clone())).collect();
        let queries: Vec<_> = model
            .metrics
            .values()
            .filter_map(|it| state.queries.get(&it.name).map(|stats| (it, lock(stats).clone())))
            .collect();
        let lag = lock(&state.lag).clone();
        let mut snapshot = Self::default();
        snapshot.probes(&probes);
        snapshot.push(&probe::LAG, vec![(vec![], Value::Histogram(lag))]);
        snapshot.steps(&probes);
        snapshot.queries(&queries);
        snapshot.maintenance(model, now);
        snapshot.business(&queries);
        snapshot
    }

    /// Adds a family of the catalogue: label values and value of each series. Without series it is left out.
    fn push(&mut self, metric: &Metric, series: Vec<(Vec<String>, Value)>) {
        if series.is_empty() {
            return;
        }
        let labelled = |(values, value): (Vec<String>, Value)| {
            debug_assert_eq!(values.len(), metric.labels.len(), "{}", metric.name);
            let labels = metric.labels.iter().map(|it| Cow::Borrowed(*it)).zip(values).collect();
            Series { labels, value }
        };
        let series = series.into_iter().map(labelled).collect();
        let (name, help) = (metric.name.into(), metric.help.into());
        self.families.push(Family { name, help, kind: metric.kind, series });
    }

    fn probes(&mut self, probes: &[(&ProbeId, ProbeStats)]) {
        let each = |value: fn(&ProbeStats) -> Option<Value>| {
            let series = |(id, it): &(&ProbeId, ProbeStats)| Some((vec![id.to_string()], value(it)?));
            probes.iter().filter_map(series).collect()
        };
        self.push(&probe::RUNS, each(|it| Some(Value::Count(it.runs))));
        self.push(&probe::FAILURES, each(|it| Some(Value::Count(it.failures))));
        self.push(&probe::FAILURE_REASONS, failure_reasons(probes));
        self.push(&probe::SUCCESS, each(|it| it.last.as_ref().map(|it| truth(it.verdict.is_ok()))));
        self.push(&probe::DURATION, each(|it| Some(Value::Histogram(it.duration.clone()))));
        self.push(&probe::PHASE_DURATION, phases(probes));
        self.push(&probe::LAST_RUN, each(|it| it.last.as_ref().map(|it| seconds(it.ended))));
        self.push(&probe::SKIPPED, each(|it| Some(Value::Count(it.skipped))));
    }

    fn steps(&mut self, probes: &[(&ProbeId, ProbeStats)]) {
        let (mut failures, mut durations) = (Vec::new(), Vec::new());
        for (probe, stats) in probes {
            for (step, stats) in &stats.steps {
                let labels = || vec![probe.to_string(), step.to_string()];
                for (reason, count) in &stats.reasons {
                    failures.push(([labels(), vec![reason.to_string()]].concat(), Value::Count(*count)));
                }
                durations.push((labels(), Value::Histogram(stats.duration.clone())));
            }
        }
        self.push(&journey::STEP_FAILURES, failures);
        self.push(&journey::STEP_DURATION, durations);
    }

    fn queries(&mut self, queries: &[(&SourceMetric, QueryStats)]) {
        let each = |value: fn(&QueryStats) -> Option<Value>| {
            let series = |(metric, it): &(&SourceMetric, QueryStats)| {
                Some((vec![metric.from.to_string(), metric.name.to_string()], value(it)?))
            };
            queries.iter().filter_map(series).collect()
        };
        self.push(&business::PASSES, each(|it| Some(Value::Count(it.passes))));
        self.push(&business::PASS_FAILURES, each(|it| Some(Value::Count(it.failures))));
        self.push(&business::LAST_PASS, each(|it| it.last_good.map(seconds)));
    }

    fn maintenance(&mut self, model: &Model, now: Timestamp) {
        let maintenance = &model.maintenance;
        let planned = |module: &ModuleId| match maintenance.planned {
            Planned::Exclude => maintenance.is_planned(module, now, &model.timezone),
            Planned::Count => false,
        };
        let series = model.modules.keys().map(|it| (vec![it.to_string()], truth(planned(it))));
        self.push(&own::MAINTENANCE, series.collect());
    }

    fn business(&mut self, queries: &[(&SourceMetric, QueryStats)]) {
        for (metric, stats) in queries {
            let series = |(value, total): (&String, &u64)| Series {
                labels: vec![(metric.label.to_string().into(), value.clone())],
                value: Value::Count(*total),
            };
            self.families.push(Family {
                name: metric.name.to_string().into(),
                help: metric.help.clone().into(),
                kind: Kind::Counter,
                series: stats.totals.iter().map(series).collect(),
            });
        }
    }
}

fn failure_reasons(probes: &[(&ProbeId, ProbeStats)]) -> Vec<(Vec<String>, Value)> {
    let mut series = Vec::new();
    for (probe, stats) in probes {
        for (reason, count) in &stats.reasons {
            series.push((vec![probe.to_string(), reason.to_string()], Value::Count(*count)));
        }
    }
    series
}

fn phases(probes: &[(&ProbeId, ProbeStats)]) -> Vec<(Vec<String>, Value)> {
    let mut series = Vec::new();
    for (probe, stats) in probes {
        for (phase, histogram) in &stats.phases {
            series.push((vec![probe.to_string(), phase.to_string()], Value::Histogram(histogram.clone())));
        }
    }
    series
}

fn truth(holds: bool) -> Value {
    Value::Number(if holds { 1.0 } else { 0.0 })
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds are exact in a double for 285,000 years")]
fn seconds(at: Timestamp) -> Value {
    Value::Number(at.as_millisecond() as f64 / 1000.0)
}
