//! What one scrape sees: plain data, taken from the live state in one go, and told family by family.

use std::{io, sync::Arc};

use jiff::Timestamp;
use sla_model::{
    Model,
    id::{ModuleId, ProbeId},
    maintenance::Planned,
    names::{Kind, Metric, business, journey, own, page, probe},
    source::SourceMetric,
};

use crate::{
    expo::{Encode, Family, Value},
    histogram::Histogram,
    state::{ProbeStats, QueryStats, State, lock},
};

/// The numbers of one scrape.
#[derive(Debug)]
pub struct Snapshot {
    model: Arc<Model>,
    now: Timestamp,
    probes: Vec<(ProbeId, ProbeStats)>,
    queries: Vec<(SourceMetric, QueryStats)>,
    lag: Histogram,
}

/// Adds a family of the catalogue; its line is written with the first series, so that none is empty.
pub struct Telling<'e, E> {
    to: &'e mut E,
    metric: &'static Metric,
    begun: bool,
}

impl<E: Encode> Telling<'_, E> {
    /// Writes a series: label values in the order of the catalogue, and the value.
    pub fn series(&mut self, values: &[&str], value: Value<'_>) -> io::Result<()> {
        debug_assert_eq!(values.len(), self.metric.labels.len(), "{}", self.metric.name);
        if !self.begun {
            self.begun = true;
            self.to.family(&Family::from(self.metric))?;
        }
        let mut labels = [("", ""); LABELS_MAX];
        for (place, label) in self.metric.labels.iter().zip(values).enumerate() {
            labels[place] = (*label.0, *label.1);
        }
        self.to.series(&labels[..values.len()], &value)
    }
}

/// No family of the catalogue has more labels.
const LABELS_MAX: usize = 8;

/// Begins a family of the catalogue.
pub fn telling<'e, E>(to: &'e mut E, metric: &'static Metric) -> Telling<'e, E> {
    Telling { to, metric, begun: false }
}

impl Snapshot {
    /// Takes a snapshot at `now`.
    pub fn take(model: &Arc<Model>, state: &State, now: Timestamp) -> Self {
        // Each job's numbers are copied once: read one after the other, failures could outnumber runs.
        let probes = state.probes.iter().map(|(id, it)| (id.clone(), lock(it).stats.clone())).collect();
        let queries = model
            .metrics
            .values()
            .filter_map(|it| state.queries.get(&it.name).map(|stats| (it.clone(), lock(stats).clone())))
            .collect();
        let lag = lock(&state.lag).clone();
        Self { model: Arc::clone(model), now, probes, queries, lag }
    }

    /// Tells every family in the order of the catalogue, business numbers last.
    pub fn tell(&self, to: &mut impl Encode) -> io::Result<()> {
        self.probes(to)?;
        telling(to, &probe::LAG).series(&[], Value::Histogram(&self.lag))?;
        self.steps(to)?;
        self.queries(to)?;
        self.maintenance(to)?;
        self.business(to)
    }

    fn probes(&self, to: &mut impl Encode) -> io::Result<()> {
        let each = |to: &mut _, metric, value: fn(&ProbeStats) -> Option<Value<'_>>| {
            let mut telling = telling(to, metric);
            for (id, stats) in &self.probes {
                if let Some(value) = value(stats) {
                    telling.series(&[id.as_str()], value)?;
                }
            }
            Ok::<_, io::Error>(())
        };
        each(to, &probe::RUNS, |it| Some(Value::Count(it.runs)))?;
        each(to, &probe::FAILURES, |it| Some(Value::Count(it.failures)))?;
        let mut reasons = telling(to, &probe::FAILURE_REASONS);
        for (id, stats) in &self.probes {
            for (reason, count) in &stats.reasons {
                reasons.series(&[id.as_str(), reason.label()], Value::Count(*count))?;
            }
        }
        each(to, &probe::SUCCESS, |it| it.last.as_ref().map(|it| truth(it.reason.is_none())))?;
        each(to, &probe::DURATION, |it| Some(Value::Histogram(&it.duration)))?;
        each(to, &page::LOAD, |it| it.page.as_ref().map(Value::Histogram))?;
        let mut phases = telling(to, &probe::PHASE_DURATION);
        for (id, stats) in &self.probes {
            for (phase, histogram) in &stats.phases {
                phases.series(&[id.as_str(), phase.label()], Value::Histogram(histogram))?;
            }
        }
        each(to, &probe::LAST_RUN, |it| it.last.as_ref().map(|it| seconds(it.ended)))?;
        each(to, &probe::SKIPPED, |it| Some(Value::Count(it.skipped)))?;
        each(to, &probe::DROPPED, |it| Some(Value::Count(it.dropped)))
    }

    fn steps(&self, to: &mut impl Encode) -> io::Result<()> {
        let steps = || {
            self.probes
                .iter()
                .flat_map(|(id, it)| it.steps.iter().map(move |(step, stats)| (id, step, stats)))
        };
        let mut failures = telling(to, &journey::STEP_FAILURES);
        for (probe, step, stats) in steps() {
            for (reason, count) in &stats.reasons {
                failures.series(&[probe.as_str(), step.as_str(), reason.label()], Value::Count(*count))?;
            }
        }
        let mut durations = telling(to, &journey::STEP_DURATION);
        for (probe, step, stats) in steps() {
            durations.series(&[probe.as_str(), step.as_str()], Value::Histogram(&stats.duration))?;
        }
        Ok(())
    }

    fn queries(&self, to: &mut impl Encode) -> io::Result<()> {
        let each = |to: &mut _, metric, value: fn(&QueryStats) -> Option<Value<'_>>| {
            let mut telling = telling(to, metric);
            for (metric, stats) in &self.queries {
                if let Some(value) = value(stats) {
                    telling.series(&[metric.from.as_str(), metric.name.as_str()], value)?;
                }
            }
            Ok::<_, io::Error>(())
        };
        each(to, &business::PASSES, |it| Some(Value::Count(it.passes)))?;
        each(to, &business::PASS_FAILURES, |it| Some(Value::Count(it.failures)))?;
        each(to, &business::LAST_PASS, |it| it.last_good.map(seconds))?;
        each(to, &business::DROPPED, |it| Some(Value::Count(it.dropped)))
    }

    fn maintenance(&self, to: &mut impl Encode) -> io::Result<()> {
        let maintenance = &self.model.maintenance;
        let planned = |module: &ModuleId| match maintenance.planned {
            Planned::Exclude => maintenance.is_planned(module, self.now, &self.model.timezone),
            Planned::Count => false,
        };
        let mut telling = telling(to, &own::MAINTENANCE);
        self.model.modules.keys().try_for_each(|it| telling.series(&[it.as_str()], truth(planned(it))))
    }

    fn business(&self, to: &mut impl Encode) -> io::Result<()> {
        for (metric, stats) in &self.queries {
            to.family(&Family { name: metric.name.as_str(), help: &metric.help, kind: Kind::Counter })?;
            for (value, total) in &stats.totals {
                to.series(&[(metric.label.as_str(), value)], &Value::Count(*total))?;
            }
        }
        Ok(())
    }
}

fn truth(holds: bool) -> Value<'static> {
    Value::Number(if holds { 1.0 } else { 0.0 })
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds are exact in a double for 285,000 years")]
fn seconds(at: Timestamp) -> Value<'static> {
    Value::Number(at.as_millisecond() as f64 / 1000.0)
}
