//! The whole specification, checked.

use std::{collections::BTreeMap, time::Duration};

use jiff::tz::TimeZone;

use crate::{
    id::{
        JobId, LimitId, MetricName, ModuleId, ObjectiveId, OwnerId, ProbeId, SlaId, SourceId, TierId,
        VariableId,
    },
    indicator::INTERVAL,
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
    /// Returns how often rules are evaluated (nominal).
    pub fn interval(&self) -> Duration {
        INTERVAL
    }
}
