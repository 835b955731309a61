//! Tests of limits.

use std::time::Duration;

use rust_decimal::{Decimal, prelude::ToPrimitive};
use sla_model::{
    Model,
    amount::Amount,
    indicator::BASE_WINDOW,
    limit::{Bound, Limit},
    selector::Selector,
    signal::Signal,
};

use super::{early, firing, late, sample, silent};
use crate::{
    compile::{
        host::HostSignal,
        limit::{ALERT, Measured, Of, measured},
        trace::{STEP, Trace, at, exact, samples},
    },
    plan::Case,
    promql::build::{ending, series},
};

/// Measured things per sample: enough that their time is a whole number of seconds for limits in milliseconds.
const EVENTS: u32 = 100_000;

/// How long each stretch lasts.
const STRETCH: Duration = Duration::from_mins(30);

/// The value before and after, and during the crossing, in hundredths of the limit.
const BELOW: i64 = 95;
const ABOVE: i64 = 150;

/// Returns a scenario for every colour of every limit, on everything that it is measured on.
pub fn cases(model: &Model) -> Vec<Case> {
    let mut cases = Vec::new();
    for limit in model.limits.values() {
        for bound in &limit.bounds {
            let found = measured(model, limit);
            cases.extend(found.iter().map(|it| case(model, limit, bound, it)));
        }
    }
    cases
}

fn case(model: &Model, limit: &Limit, bound: &Bound, measured: &Measured) -> Case {
    let at_limit = bound.above.number();
    let low = at_limit * Decimal::new(BELOW, 2);
    let high = match bound.above {
        // Nothing is above the whole.
        Amount::Share(_) => (at_limit + Decimal::ONE) / Decimal::TWO,
        Amount::Duration(_) | Amount::Bytes(_) => at_limit * Decimal::new(ABOVE, 2),
    };
    let stretch = samples(STRETCH);
    let release = model.tiers[&bound.tier].release_after;
    let course = Course { low, high, stretch, after: samples(release + STRETCH) };
    // The five-minute value crosses on its way up and again on its way down.
    let way = |part: Decimal| BASE_WINDOW.mul_f64((part / (high - low)).to_f64().unwrap_or(1.0));
    let crossed = at(stretch) + way(at_limit - low);
    let back = at(stretch * 2) + way(high - at_limit);
    let alerts = alerts(model, limit, bound, measured);
    Case {
        name: format!("{} {}: {} of {}", limit.id, bound.colour.name(), measured.object, measured.module),
        why: format!("a {} or in the wrong unit never crosses, or always", measured.of.mistake()),
        interval: STEP,
        series: course.of(measured),
        checks: vec![
            silent(crossed.saturating_sub(early(model)), &alerts, Duration::ZERO),
            firing(crossed + late(model), &alerts, Some(1)),
            firing((back + release).saturating_sub(early(model)), &alerts, Some(1)),
            firing(back + release + late(model), &alerts, None),
        ],
        ..Case::default()
    }
}

/// A value that is low, then high, then low again.
struct Course {
    low: Decimal,
    high: Decimal,
    /// How many samples it is low first, and high.
    stretch: u32,
    /// How many it is low at last.
    after: u32,
}

impl Course {
    /// A counter whose rise in each sample depends on the value.
    fn counter(&self, each: impl Fn(Decimal) -> Decimal) -> String {
        let (low, high) = (exact(each(self.low)), exact(each(self.high)));
        if low == high {
            return Trace::from(0).rise(low, self.stretch * 2 + self.after).notation();
        }
        let trace = Trace::from(0).rise(low, self.stretch).rise(high, self.stretch);
        trace.rise(low, self.after).notation()
    }

    /// A gauge that depends on the value.
    fn gauge(&self, level: impl Fn(Decimal) -> Decimal) -> String {
        let (low, high) = (level(self.low), level(self.high));
        let trace = Trace::from(low).stay(low, self.stretch).stay(high, self.stretch);
        trace.stay(low, self.after).notation()
    }

    fn of(&self, measured: &Measured) -> Vec<(Selector, String)> {
        let events = Decimal::from(EVENTS);
        match &measured.of {
            Of::Mean(histogram) => {
                let series = one(histogram, &measured.by);
                let (sum, count) = (self.counter(|mean| events * mean), self.counter(|_| events));
                vec![(ending(&series, "_sum"), sum), (ending(&series, "_count"), count)]
            }
            Of::Host(host) => self.of_host(host, &measured.by),
        }
    }

    fn of_host(&self, host: &HostSignal, by: &[&'static str]) -> Vec<(Selector, String)> {
        let of = &host.families;
        let events = Decimal::from(EVENTS);
        let named = |family: &str, labels: &[(&str, &str)]| one(&host.select(family, labels), by);
        let room = |size, available| {
            let left = self.gauge(|used| events * (Decimal::ONE - used));
            vec![(named(size, &[]), self.gauge(|_| events)), (named(available, &[]), left)]
        };
        match host.signal {
            Signal::HostCpu => vec![
                (named(of.cpu, &[("mode", "idle")]), self.counter(|busy| events * (Decimal::ONE - busy))),
                (named(of.cpu, &[("mode", "busy")]), self.counter(|busy| events * busy)),
            ],
            Signal::HostMemory => room(of.memory_size, of.memory_available),
            Signal::HostFilesystem => room(of.filesystem_size, of.filesystem_available),
            Signal::HostMemoryUsed => {
                let size = self.high * Decimal::TWO;
                let left = self.gauge(|used| size - used);
                vec![
                    (named(of.memory_size, &[]), self.gauge(|_| size)),
                    (named(of.memory_available, &[]), left),
                ]
            }
            Signal::HostDisk | Signal::ResponseMean => {
                let half = |each| each * Decimal::from(STEP.as_secs()) / Decimal::TWO;
                vec![
                    (named(of.disk_read, &[]), self.counter(half)),
                    (named(of.disk_written, &[]), self.counter(half)),
                ]
            }
        }
    }
}

/// One of the selected series, with a value for every label that tells one measured thing from another.
fn one(selector: &Selector, by: &[&'static str]) -> Selector {
    sample::split(sample::selected(selector), by.iter().copied())
}

fn alerts(model: &Model, limit: &Limit, bound: &Bound, measured: &Measured) -> Selector {
    series(
        "ALERTS",
        &[
            ("alertname", ALERT),
            ("alertstate", "firing"),
            ("sla", model.name.as_str()),
            ("limit", limit.id.as_str()),
            ("colour", bound.colour.name()),
            ("object", measured.object),
            ("module", measured.module.as_str()),
        ],
    )
}
