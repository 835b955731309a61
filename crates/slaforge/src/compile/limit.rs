//! Limits in two colours: the condition is recorded, the alert holds it.

use std::{collections::BTreeMap, time::Duration};

use sla_model::{
    Model,
    id::ModuleId,
    indicator::BASE_WINDOW,
    limit::{Bound, Limit},
    names::{journey, probe, slo},
    scrape::ScrapeKind,
    selector::{Matcher, Selector},
    signal::Signal,
};

use super::{
    base::outside_maintenance,
    burn::hold,
    host::{self, HostSignal},
    labels::alert,
    notes::notes,
};
use crate::{
    plan::{Labels, Rule},
    promql::{
        Expr,
        build::{aggregate, ending, equal, number, one_of, over_time, series},
    },
    words,
};

/// The name of the alert.
pub const ALERT: &str = "LimitExceeded";

/// The labels in which alerts of two colours of the same thing are the same.
pub const LABELS: [&str; 10] =
    ["sla", "limit", "object", "module", "probe", "step", "route", "instance", "mountpoint", "device"];

/// A measured thing that a signal stands for: the expression of its value, which module answers for it, and
/// the labels that tell one from the other.
pub struct Measured {
    /// The name that keeps conditions of one limit apart.
    pub object: &'static str,
    /// Who answers for it.
    pub module: ModuleId,
    /// The labels that tell one from the other.
    pub by: Vec<&'static str>,
    /// What its value is made of.
    pub of: Of,
}

/// What a measured value is made of.
pub enum Of {
    /// The mean of this histogram, named without its ending.
    Mean(Selector),
    /// A signal of machines.
    Host(HostSignal),
}

impl Of {
    /// Returns what a wrong expression would be.
    pub fn mistake(&self) -> &'static str {
        match self {
            Self::Mean(_) => "mean of the wrong histogram",
            Self::Host(_) => "share or sum of the wrong series",
        }
    }
}

/// Returns the conditions and alerts of all limits.
pub fn rules(model: &Model) -> Vec<Rule> {
    let mut rules = Vec::new();
    for limit in model.limits.values() {
        for bound in &limit.bounds {
            for measured in measured(model, limit) {
                rules.push(condition(model, limit, bound, &measured));
                rules.push(alert_rule(model, limit, bound, &measured));
            }
        }
    }
    rules
}

/// Returns everything that a signal is measured on, by the module that answers for it.
pub fn measured(model: &Model, limit: &Limit) -> Vec<Measured> {
    match limit.signal {
        Signal::ResponseMean => response_means(model),
        host => host::measured(model, host, limit),
    }
}

/// Returns the means of everything that answers.
pub fn response_means(model: &Model) -> Vec<Measured> {
    let mut probes: BTreeMap<&ModuleId, Vec<&str>> = BTreeMap::new();
    for it in model.probes.values() {
        probes.entry(&it.module).or_default().push(it.id.as_str());
    }
    let mut journeys: BTreeMap<&ModuleId, Vec<&str>> = BTreeMap::new();
    for it in model.journeys.values() {
        probes.entry(&it.module).or_default().push(it.id.as_str());
        journeys.entry(&it.module).or_default().push(it.id.as_str());
    }
    let of =
        |object, metric: &str, by: &[&'static str], module: &ModuleId, matchers: Vec<Matcher>| Measured {
            object,
            module: module.clone(),
            by: by.to_vec(),
            of: Of::Mean(Selector { matchers, ..series(metric, &[]) }),
        };
    let mut found = Vec::new();
    for (module, names) in probes {
        found.push(of("probe", probe::DURATION.name, &["probe"], module, vec![one_of("probe", names)]));
    }
    for (module, names) in journeys {
        let matchers = vec![one_of("probe", names)];
        found.push(of("step", journey::STEP_DURATION.name, &["probe", "step"], module, matchers));
    }
    for scrape in model.scrapes.values() {
        for (name, metric) in &scrape.metrics {
            let routed = metric.labels.iter().any(|it| it.as_str() == "route");
            if routed && matches!(metric.kind, ScrapeKind::Histogram(_)) {
                let matchers = vec![equal("job", scrape.id.as_str())];
                found.push(of("route", name.as_str(), &["route"], &scrape.module, matchers));
            }
        }
    }
    found
}

/// Returns the value over the base window, for each thing that is measured.
pub fn value(measured: &Measured) -> Expr {
    match &measured.of {
        Of::Mean(histogram) => {
            let rate = |end| {
                let samples = ending(histogram, end);
                aggregate("sum", &measured.by, over_time("rate", &samples, BASE_WINDOW))
            };
            rate("_sum").over(rate("_count").above(number(0)))
        }
        Of::Host(signal) => signal.value(),
    }
}

/// Selects the recorded condition of one colour of a limit.
pub fn over_limit(model: &Model, limit: &Limit, bound: &Bound, measured: &Measured) -> Selector {
    let labels = condition_labels(model, limit, bound, measured);
    let labels: Vec<(&str, &str)> = labels.iter().map(|(name, value)| (*name, value.as_str())).collect();
    series(slo::OVER_LIMIT, &labels)
}

fn condition_labels(model: &Model, limit: &Limit, bound: &Bound, measured: &Measured) -> Labels {
    Labels::from([
        ("sla", model.name.to_string()),
        ("limit", limit.id.to_string()),
        ("colour", bound.colour.name().to_owned()),
        ("object", measured.object.to_owned()),
        ("module", measured.module.to_string()),
    ])
}

fn condition(model: &Model, limit: &Limit, bound: &Bound, measured: &Measured) -> Rule {
    let crossed = value(measured).above(number(bound.above.number()));
    Rule::Record {
        name: slo::OVER_LIMIT.to_owned(),
        labels: condition_labels(model, limit, bound, measured),
        expr: outside_maintenance(model, &[&measured.module], crossed),
    }
}

fn alert_rule(model: &Model, limit: &Limit, bound: &Bound, measured: &Measured) -> Rule {
    let tier = &model.tiers[&bound.tier];
    let mut labels = alert(model, tier, &measured.module);
    labels.insert("limit", limit.id.to_string());
    labels.insert("colour", bound.colour.name().to_owned());
    labels.insert("object", measured.object.to_owned());
    let what: Vec<String> = measured.by.iter().map(|it| format!("{it} {{{{ $labels.{it} }}}}")).collect();
    let summary = words::limit_summary(tier, limit, &what.join(" "));
    let description = words::limit_description(limit, bound);
    Rule::Alert {
        name: ALERT,
        labels,
        notes: notes(model, tier, &measured.module, &summary, &description),
        // The last bad event is the last mean above the limit, so the whole time is held.
        expr: hold(&over_limit(model, limit, bound, measured), tier.release_after),
        pending: Duration::ZERO,
    }
}
