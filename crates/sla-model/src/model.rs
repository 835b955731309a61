//! The whole specification, checked.

use std::{collections::BTreeMap, time::Duration};

use jiff::tz::TimeZone;

use crate::{
    counter::Counter,
    id::{
        JobId, LimitId, MetricName, ModuleId, ObjectiveId, OwnerId, ProbeId, SlaId, SourceId, TierId,
        VariableId,
    },
    indicator::{INTERVAL, Indicator},
    journey::Journey,
    limit::Limit,
    maintenance::Maintenance,
    module::Module,
    objective::Objective,
    probe::Probe,
    scrape::Scrape,
    secret::Secret,
    source::{Source, SourceMetric},
    text::Language,
    tier::{Owner, Smtp, Tier},
};

/// Everything that one specification says. Every name in it that refers to something else refers to something
/// that exists.
#[derive(Clone, Debug)]
pub struct Model {
    /// The name of the specification, the `sla` label.
    pub name: SlaId,
    /// The zone of calendar days and months.
    pub timezone: TimeZone,
    /// The languages of generated texts.
    pub language: Language,
    /// `host:port` of the Alertmanagers that Prometheus tells.
    pub alertmanagers: Vec<String>,
    /// The base URL of Grafana, for links in alerts.
    pub grafana: Option<String>,
    /// How long Prometheus keeps its data, if the specification says so.
    pub retention: Option<Duration>,
    /// How late rules are evaluated, so that samples that come late are there; at once, if it is left out.
    pub query_offset: Option<Duration>,
    /// The mail server that Alertmanager uses.
    pub smtp: Option<Smtp>,
    /// Values that stand in no text and in no output, used as `{{name}}` in calls.
    pub secrets: BTreeMap<VariableId, Secret>,
    /// Foreign scrape targets.
    pub scrapes: BTreeMap<JobId, Scrape>,
    /// Alert tiers.
    pub tiers: BTreeMap<TierId, Tier>,
    /// People that can be told.
    pub owners: BTreeMap<OwnerId, Owner>,
    /// Parts of the system.
    pub modules: BTreeMap<ModuleId, Module>,
    /// Single probes.
    pub probes: BTreeMap<ProbeId, Probe>,
    /// Journeys.
    pub journeys: BTreeMap<ProbeId, Journey>,
    /// Databases that are read.
    pub sources: BTreeMap<SourceId, Source>,
    /// Business numbers.
    pub metrics: BTreeMap<MetricName, SourceMetric>,
    /// Promises.
    pub objectives: BTreeMap<ObjectiveId, Objective>,
    /// Limits.
    pub limits: BTreeMap<LimitId, Limit>,
    /// Planned maintenance.
    pub maintenance: Maintenance,
}

impl Model {
    /// Tells every objective how far apart its events are, which only the whole specification knows.
    #[must_use]
    pub fn joined(mut self) -> Self {
        let slowest = |of: &Objective| self.parts(of).into_iter().map(|it| self.every(it)).max();
        let every: Vec<_> = self.objectives.values().map(|it| slowest(it).unwrap_or_default()).collect();
        for (objective, every) in self.objectives.values_mut().zip(every) {
            objective.every = every;
        }
        self
    }

    /// Returns the objectives that count for an objective: the components of a composite, else itself.
    pub fn parts<'m>(&'m self, objective: &'m Objective) -> Vec<&'m Objective> {
        match &objective.indicator {
            Indicator::Composite(it) => {
                it.components().into_iter().filter_map(|it| self.objectives.get(it)).collect()
            }
            _ => vec![objective],
        }
    }

    fn every(&self, objective: &Objective) -> Duration {
        let probe = |id: &ProbeId| {
            let journey = self.journeys.get(id).map(|it| it.every);
            journey.or_else(|| self.probes.get(id).map(|it| it.every)).unwrap_or_default()
        };
        match &objective.indicator {
            Indicator::Journey(id) | Indicator::Probe(id) | Indicator::Page { probe: id, .. } => probe(id),
            Indicator::Ratio { total: Counter::Selector(total), .. } => {
                self.metrics.get(&total.metric).map(|it| it.every).unwrap_or_default()
            }
            // A composite is as slow as the slowest of its components, which are never composites themselves.
            Indicator::Ratio { .. }
            | Indicator::Latency { .. }
            | Indicator::Mean { .. }
            | Indicator::Slices { .. }
            | Indicator::Composite(_) => Duration::ZERO,
        }
    }

    /// Returns how often rules are evaluated (nominal).
    pub fn interval(&self) -> Duration {
        INTERVAL
    }
}
