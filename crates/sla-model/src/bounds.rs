//! Bucket bounds of histograms, as exact decimals with one spelling.

use std::time::Duration;

use rust_decimal::Decimal;

use crate::{
    amount::Amount,
    duration,
    id::ProbeId,
    indicator::{Histogram, Indicator},
    limit::Limit,
    model::Model,
    names::{Metric, journey, page, probe as family},
    probe::{HttpCall, ProbeKind},
    selector::MatchOp,
    signal::Signal,
};

/// Upper bounds in seconds, rising and unique; `+Inf` is not among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds(Vec<Decimal>);

impl Bounds {
    /// Makes bounds from seconds in any order.
    pub fn new(seconds: impl IntoIterator<Item = Decimal>) -> Self {
        let mut bounds: Vec<Decimal> = seconds.into_iter().map(|it| it.normalize()).collect();
        bounds.sort_unstable();
        bounds.dedup();
        Self(bounds)
    }

    /// Returns the bounds in seconds, rising.
    pub fn seconds(&self) -> &[Decimal] {
        &self.0
    }
}

/// The bounds of a single call in milliseconds: the defaults of Prometheus' client libraries.
const CALL_MILLIS: [i64; 11] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/// The bounds of a whole journey in milliseconds.
const JOURNEY_MILLIS: [i64; 14] =
    [50, 100, 250, 500, 1000, 1500, 2000, 2500, 3000, 4000, 5000, 8000, 10_000, 30_000];

impl Model {
    /// Returns the bucket bounds of a probe or journey: the defaults of its kind and every limit that anything
    /// sets on it, so that a limit is never between two buckets.
    pub fn bounds(&self, probe: &ProbeId) -> Bounds {
        let defaults: &[i64] = if self.journeys.contains_key(probe) { &JOURNEY_MILLIS } else { &CALL_MILLIS };
        let call = self.probes.get(probe).map(|it| match &it.kind {
            ProbeKind::Http(call) => call,
        });
        self.bounds_with(defaults, call, self.latency_limits(&family::DURATION, probe))
    }

    /// Returns the bucket bounds of the steps of a journey.
    pub fn step_bounds(&self, journey: &ProbeId) -> Bounds {
        let steps = self.journeys.get(journey).into_iter().flat_map(|it| &it.steps);
        let limits = self.latency_limits(&journey::STEP_DURATION, journey);
        self.bounds_with(&CALL_MILLIS, steps.map(|it| &it.call), limits)
    }

    /// Returns the bucket bounds of the loads of a page, if an objective judges them.
    pub fn page_bounds(&self, probe: &ProbeId) -> Option<Bounds> {
        let within = |it: &Indicator| match it {
            Indicator::Page { probe: page, within } if page == probe => Some(*within),
            _ => None,
        };
        let limits: Vec<_> = self.objectives.values().filter_map(|it| within(&it.indicator)).collect();
        let others: Vec<_> = self.latency_limits(&page::LOAD, probe).collect();
        let call = self.probes.get(probe).map(|it| match &it.kind {
            ProbeKind::Http(call) => call,
        });
        let judged = !limits.is_empty() || !others.is_empty();
        judged.then(|| self.bounds_with(&CALL_MILLIS, call, limits.into_iter().chain(others)))
    }

    /// Returns the limits of latency objectives over a family of our own that may select this probe. A bound too
    /// many is harmless, one too few makes an objective blind.
    fn latency_limits<'m>(
        &'m self,
        family: &'m Metric,
        probe: &'m ProbeId,
    ) -> impl Iterator<Item = Duration> + 'm {
        let chosen = move |of: &Histogram| {
            let other = of.selector.matchers.iter().any(|it| {
                it.label.as_str() == "probe" && it.op == MatchOp::Equal && it.value != probe.as_str()
            });
            of.selector.metric.as_str() == family.name && !other
        };
        self.objectives.values().filter_map(move |it| match &it.indicator {
            Indicator::Latency { histogram, within } if chosen(histogram) => Some(*within),
            _ => None,
        })
    }

    fn bounds_with<'c>(
        &self,
        defaults: &[i64],
        calls: impl IntoIterator<Item = &'c HttpCall>,
        latencies: impl Iterator<Item = Duration>,
    ) -> Bounds {
        let within = calls.into_iter().filter_map(|it| it.within);
        let limits = self.limits.values().flat_map(response_limits);
        let defaults = defaults.iter().map(|it| Decimal::new(*it, 3));
        Bounds::new(defaults.chain(within.chain(limits).chain(latencies).map(duration::seconds)))
    }
}

fn response_limits(limit: &Limit) -> impl Iterator<Item = Duration> {
    limit.bounds.iter().filter_map(|it| match it.above {
        Amount::Duration(above) if limit.signal == Signal::ResponseMean => Some(above),
        _ => None,
    })
}
