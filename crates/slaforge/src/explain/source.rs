//! Where the numbers of an objective come from, and so how late they are seen.

use std::time::Duration;

use sla_model::{
    Model,
    counter::Counter,
    indicator::{Composite, INTERVAL, Indicator},
    objective::Objective,
};

/// Returns how often a metric is scraped: by those who expose it, of several by the slowest. Who exposes what the
/// exporter itself measures is not said anywhere: a job that declares no metrics of its own.
pub fn scraped_every(model: &Model, metric: &str) -> Duration {
    slowest(model, |declared| is_of(metric, declared))
}

/// The slowest scrape of those who declare such a metric.
pub fn slowest(model: &Model, wanted: impl Fn(&str) -> bool) -> Duration {
    let every = |exposes: &dyn Fn(&sla_model::scrape::Scrape) -> bool| {
        model.scrapes.values().filter(|it| exposes(it)).map(|it| it.every).max()
    };
    let declared = every(&|it| it.metrics.keys().any(|it| wanted(it.as_str())));
    declared.or_else(|| every(&|it| it.metrics.is_empty())).unwrap_or(INTERVAL)
}

/// Whether a series belongs to a metric: the series of a histogram have endings.
fn is_of(series: &str, metric: &str) -> bool {
    series.strip_prefix(metric).is_some_and(|it| ["", "_bucket", "_count", "_sum"].contains(&it))
}

/// Returns how often single events come that are counted, where the specification says it.
pub fn cadence(model: &Model, indicator: &Indicator) -> Option<Duration> {
    let (Indicator::Journey(id) | Indicator::Probe(id) | Indicator::Page { probe: id, .. }) = indicator
    else {
        return None;
    };
    let probe = model.probes.get(id).map(|it| it.every);
    probe.or_else(|| model.journeys.get(id).map(|it| it.every))
}

/// Returns how long after an event the rules may count it: a pass over its source, a scrape, an evaluation.
pub fn seen_after(model: &Model, objective: &Objective) -> Duration {
    let evaluated = model.interval() + model.query_offset.unwrap_or_default();
    let scraped = |metric: &str| {
        let source = model.metrics.values().find(|it| it.name.as_str() == metric);
        scraped_every(model, metric) + source.map_or(Duration::ZERO, |it| it.every)
    };
    let counted = |counter: &Counter| match counter {
        Counter::Selector(it) => scraped(it.metric.as_str()),
        Counter::Query(query) => {
            let query = query.to_string();
            let read = |it: &&sla_model::source::SourceMetric| query.contains(it.name.as_str());
            let source = model.metrics.values().filter(read).map(|it| it.every).max();
            slowest(model, |it| query.contains(it)) + source.unwrap_or_default()
        }
    };
    let before = match &objective.indicator {
        Indicator::Journey(_) | Indicator::Probe(_) | Indicator::Page { .. } => {
            scraped(sla_model::names::probe::RUNS.name)
        }
        Indicator::Ratio { total, part } => counted(total).max(counted(part.counter())),
        Indicator::Latency { histogram, .. } | Indicator::Mean { histogram, .. } => {
            scraped(histogram.selector.metric.as_str())
        }
        Indicator::Slices { gauge, .. } => scraped(gauge.metric.as_str()),
        // What is recorded of them is read by another group.
        Indicator::Composite(composite) => components(model, composite).max().unwrap_or_default(),
    };
    before + evaluated
}

fn components<'m>(model: &'m Model, composite: &'m Composite) -> impl Iterator<Item = Duration> + 'm {
    composite.components().into_iter().map(|it| seen_after(model, &model.objectives[it]))
}
