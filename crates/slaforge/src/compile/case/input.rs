//! Raw series for the tests of an objective: what its indicator would see of some stretches of traffic.

use rust_decimal::Decimal;
use sla_model::{
    counter::Counter,
    duration,
    id::ProbeId,
    indicator::{Good, Histogram, HistogramForm, Indicator, Part},
    names::{page, probe},
    objective::Objective,
    selector::Selector,
};

use super::sample;
use crate::{
    compile::{labels, trace::Trace},
    promql::build::{at_bound, ending, exported},
};

/// A stretch of traffic: events per sample, what share of them is bad, for how many samples.
pub struct Phase(pub Decimal, pub Decimal, pub u32);

impl Phase {
    /// Returns the share that is bad: of a sample only whole events are.
    pub fn share(&self) -> Decimal {
        self.bad() / self.0
    }

    fn bad(&self) -> Decimal {
        (self.0 * self.1).round()
    }

    fn good(&self) -> Decimal {
        self.0 - self.bad()
    }
}

/// So many events of a sample.
type Share = fn(&Phase) -> Decimal;

/// One series: what it is, its notation, and whether it counts bad events alone.
pub struct Input {
    /// The series.
    pub series: Selector,
    /// promtool's notation of its samples.
    pub notation: String,
    /// It rises with bad events only.
    pub bad: bool,
    /// What a counter starts at, and how much it rises with each sample of each stretch; of a gauge nothing.
    pub rises: (Decimal, Vec<Decimal>),
}

impl Input {
    /// Returns how much a counter rises with each sample of a stretch.
    pub fn rise(&self, stretch: usize) -> Decimal {
        self.rises.1.get(stretch).copied().unwrap_or_default()
    }
}

/// Where counters start, in events: `increase()` does not extrapolate to before the first event of a counter
/// that starts at zero.
pub struct Start {
    /// A usual stretch.
    pub usual: Phase,
    /// So many samples of it.
    pub samples: u32,
}

/// Returns the series of an objective. `None`: what it reads cannot be written as samples, because a person wrote
/// the query, or because promtool 2.42 has no notation for native histograms.
pub fn series(objective: &Objective, start: &Start, phases: &[Phase]) -> Option<Vec<Input>> {
    let writer = Writer { start, phases };
    let mut found = match &objective.indicator {
        Indicator::Journey(id) | Indicator::Probe(id) => writer.runs(id),
        Indicator::Page { probe: id, within } => {
            let mut loads = ending(&exported(&page::LOAD, &[("probe", id.as_str())]), "_bucket");
            loads.matchers.push(at_bound(duration::seconds(*within)));
            let runs = exported(&probe::RUNS, &[("probe", id.as_str())]);
            vec![writer.count(runs, |it| it.0), writer.count(sample::selected(&loads), Phase::good)]
        }
        Indicator::Ratio { total: Counter::Selector(total), part } => {
            writer.ratio(total, part, &labels::split(objective))?
        }
        Indicator::Latency { histogram, within } => {
            let base = classic(histogram)?;
            let mut fast = ending(&base, "_bucket");
            fast.matchers.push(at_bound(duration::seconds(*within)));
            let all = writer.count(ending(&base, "_count"), |it| it.0);
            vec![all, writer.count(sample::selected(&fast), Phase::good)]
        }
        Indicator::Mean { histogram, at_most } => {
            let base = classic(histogram)?;
            let limit = duration::seconds(*at_most);
            let half = limit / Decimal::TWO;
            // A bad stretch has twice the allowed mean, a good one half of it.
            let sum = |it: &Phase| (it.0 * (half + it.1 * (limit * Decimal::TWO - half))).round();
            vec![writer.count(ending(&base, "_count"), |it| it.0), writer.count(ending(&base, "_sum"), sum)]
        }
        Indicator::Slices { gauge, good } => vec![writer.gauge(sample::selected(gauge), *good)],
        Indicator::Ratio { total: Counter::Query(_), .. } | Indicator::Composite(_) => return None,
    };
    for label in labels::split(objective) {
        agree(&mut found, label);
    }
    Some(found)
}

/// Gives all series one value of a label that splits the objective: the one that a selector asks for, if one does.
fn agree(found: &mut [Input], label: &str) {
    let of = |it: &Input| it.series.matchers.iter().find(|it| it.label.as_str() == label).cloned();
    // The part is the last, and it is a part of the total.
    let Some(value) = found.iter().rev().find_map(of) else {
        for input in found {
            input.series = sample::split(input.series.clone(), [label]);
        }
        return;
    };
    for input in found {
        match input.series.matchers.iter_mut().find(|it| it.label == value.label) {
            Some(other) => other.value.clone_from(&value.value),
            None => input.series.matchers.push(value.clone()),
        }
    }
}

fn classic(histogram: &Histogram) -> Option<Selector> {
    match histogram.form {
        HistogramForm::Classic => Some(sample::selected(&histogram.selector)),
        HistogramForm::Native => None,
    }
}

struct Writer<'p> {
    start: &'p Start,
    phases: &'p [Phase],
}

impl Writer<'_> {
    /// A counter that rises by `each` per sample.
    fn count(&self, series: Selector, each: impl Fn(&Phase) -> Decimal) -> Input {
        let usual = each(&self.start.usual);
        let start = (usual * Decimal::from(self.start.samples)).max(self.start.usual.0);
        let trace = self.phases.iter().fold(Trace::from(start), |trace, it| trace.rise(each(it), it.2));
        let rises = self.phases.iter().map(each).collect();
        Input { series, notation: trace.notation(), bad: usual.is_zero(), rises: (start, rises) }
    }

    fn runs(&self, id: &ProbeId) -> Vec<Input> {
        let labels = [("probe", id.as_str())];
        let of = |metric| exported(metric, &labels);
        vec![self.count(of(&probe::RUNS), |it| it.0), self.count(of(&probe::FAILURES), Phase::bad)]
    }

    fn ratio(&self, total: &Selector, part: &Part, by: &[&str]) -> Option<Vec<Input>> {
        let Counter::Selector(some) = part.counter() else { return None };
        let (inside, outside) = match part {
            Part::Bad(_) => (Phase::bad as Share, Phase::good as Share),
            Part::Good(_) => (Phase::good as Share, Phase::bad as Share),
        };
        let part = self.count(sample::selected(some), inside);
        Some(if total.metric == some.metric {
            let rest = sample::outside(total, some, by)?;
            vec![self.count(rest, outside), part]
        } else {
            vec![self.count(sample::selected(total), |it| it.0), part]
        })
    }

    /// A gauge that is half a bound on the good side, or a whole bound on the wrong one; in between in
    /// proportion.
    fn gauge(&self, series: Selector, good: Good) -> Input {
        let (bound, sign) = match good {
            Good::AtMost(bound) => (bound, Decimal::ONE),
            Good::AtLeast(bound) => (bound, Decimal::NEGATIVE_ONE),
        };
        let step = if bound.is_zero() { Decimal::ONE } else { bound.abs() };
        let value = |it: &Phase| {
            let distance = it.1 * Decimal::new(15, 1) - Decimal::new(5, 1);
            (bound + sign * step * distance).normalize()
        };
        let stretch = |it: &Phase| format!("{}+0x{}", value(it), it.2.saturating_sub(1));
        let notation: Vec<String> = self.phases.iter().map(stretch).collect();
        Input { series, notation: notation.join(" "), bad: false, rises: (Decimal::ZERO, Vec::new()) }
    }
}
