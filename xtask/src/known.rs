//! Is every metric that a generated rule or panel asks for known? There is no list of exceptions: a selector is
//! known when the exporter exposes it, the specification declares it, or another rule gives it.

use sla_model::{
    Model,
    names::{self, Kind},
    scrape::ScrapeKind,
    selector::Selector,
};

use crate::selectors::Generated;

/// Labels that Prometheus itself puts on every scraped series.
const SCRAPED: [&str; 2] = ["job", "instance"];

/// Series that Prometheus makes for every scrape job, known with the job.
const OF_JOB: [&str; 3] = ["up", "scrape_duration_seconds", "scrape_samples_scraped"];

/// Returns what is wrong with a selector, if anything.
pub fn unknown(model: &Model, generated: &Generated, selector: &Selector) -> Option<String> {
    let name = selector.metric.as_str();
    if OF_JOB.contains(&name) {
        let jobs: Vec<&str> = values(selector, "job");
        let declared = |it: &&str| model.scrapes.keys().any(|job| job.as_str() == *it);
        return (jobs.is_empty() || !jobs.iter().all(declared))
            .then(|| format!("{selector}: no such job under `scrapes:`"));
    }
    if let Some(labels) = exposed(model, name) {
        let strange = |it: &&sla_model::selector::Matcher| {
            let label = it.label.as_str();
            !labels.iter().any(|known| known == label) && !SCRAPED.contains(&label)
        };
        return selector
            .matchers
            .iter()
            .find(strange)
            .map(|it| format!("{selector}: no label `{}`", it.label));
    }
    (!generated.names_a_rule(selector))
        .then(|| format!("{selector}: exposed by nobody, declared nowhere, recorded by no rule"))
}

fn values<'s>(selector: &'s Selector, label: &str) -> Vec<&'s str> {
    let matchers = selector.matchers.iter().filter(|it| it.label.as_str() == label);
    matchers.flat_map(|it| it.value.split('|')).collect()
}

/// Returns the labels of an exposed series, if anybody exposes it.
fn exposed(model: &Model, name: &str) -> Option<Vec<String>> {
    let own = names::exported().find_map(|it| {
        let labels = it.labels.iter().map(|label| (*label).to_owned()).collect();
        series(name, it.name, it.kind == Kind::Histogram, labels)
    });
    let business = || {
        model
            .metrics
            .values()
            .find_map(|it| series(name, it.name.as_str(), false, vec![it.label.to_string()]))
    };
    let foreign = || {
        model.scrapes.values().flat_map(|it| &it.metrics).find_map(|(metric, it)| {
            let labels = it.labels.iter().map(ToString::to_string).collect();
            series(name, metric.as_str(), matches!(it.kind, ScrapeKind::Histogram(_)), labels)
        })
    };
    own.or_else(business).or_else(foreign)
}

/// Returns the labels when a family exposes a series of this name.
fn series(name: &str, family: &str, histogram: bool, mut labels: Vec<String>) -> Option<Vec<String>> {
    let end = name.strip_prefix(family)?;
    match (histogram, end) {
        (false, "") | (true, "_sum" | "_count") => Some(labels),
        (true, "_bucket") => {
            labels.push("le".to_owned());
            Some(labels)
        }
        _ => None,
    }
}
