//! What an objective counts.

use std::time::Duration;

use rust_decimal::Decimal;

use crate::{
    counter::Counter,
    id::{ObjectiveId, ProbeId},
    selector::Selector,
};

/// What is counted as an event, and which events are bad.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Indicator {
    /// The runs of a journey; a failed run is bad.
    Journey(ProbeId),
    /// The runs of a single probe; a failed run is bad.
    Probe(ProbeId),
    /// The loads of a page; one that failed or took longer than the limit is bad.
    Page {
        /// The probe that loads it.
        probe: ProbeId,
        /// The longest good load, a bucket bound of the probe.
        within: Duration,
    },
    /// Events of a counter, with the bad or the good ones given.
    Ratio {
        /// Counts every event.
        total: Counter,
        /// Counts some of them.
        part: Part,
    },
    /// The observations of a histogram; one above the limit is bad.
    Latency {
        /// The histogram.
        histogram: Histogram,
        /// The longest good observation; of a classic histogram one of its bucket bounds.
        within: Duration,
    },
    /// Five-minute slices of time that had traffic; a slice is bad when its mean exceeds the limit.
    Mean {
        /// The histogram.
        histogram: Histogram,
        /// The largest mean that is still good.
        at_most: Duration,
    },
    /// Five-minute slices of time in which a gauge was observed; a slice is bad when the gauge's mean is on the
    /// wrong side of the bound. Of several series the worst one counts.
    Slices {
        /// The gauge.
        gauge: Selector,
        /// What is good.
        good: Good,
    },
    /// Other objectives, seen as one.
    Composite(Composite),
}

/// The part of all events that a ratio is given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The bad events.
    Bad(Counter),
    /// The good events; what is missing to all is bad.
    Good(Counter),
}

impl Part {
    /// Returns the counter.
    pub fn counter(&self) -> &Counter {
        match self {
            Self::Bad(counter) | Self::Good(counter) => counter,
        }
    }
}

/// A histogram that Prometheus scrapes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Histogram {
    /// The base name with its label comparisons, without `_bucket`, `_sum` and `_count`.
    pub selector: Selector,
    /// How it is exposed.
    pub form: HistogramForm,
}

/// The two forms of histograms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HistogramForm {
    /// With the series `_bucket`, `_sum` and `_count`.
    Classic,
    /// One series whose samples are histograms (Prometheus 2.40 with `--enable-feature=native-histograms`).
    Native,
}

/// The good side of a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Good {
    /// Good up to this value.
    AtMost(Decimal),
    /// Good from this value on.
    AtLeast(Decimal),
}

/// How several objectives become one. At each moment the error ratio follows from the five-minute ratios of the
/// components that had events then.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Composite {
    /// The largest ratio.
    Worst(Vec<ObjectiveId>),
    /// The mean of the ratios with these weights.
    Weighted(Vec<(ObjectiveId, Decimal)>),
}

impl Composite {
    /// Returns the names of the components.
    pub fn components(&self) -> Vec<&ObjectiveId> {
        match self {
            Self::Worst(names) => names.iter().collect(),
            Self::Weighted(names) => names.iter().map(|it| &it.0).collect(),
        }
    }
}

/// How an indicator's five minutes are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Judged {
    /// Single events are counted.
    Events,
    /// Five minutes are good or bad as a whole.
    Slices,
    /// Every moment has a share of errors.
    Time,
}

impl Indicator {
    /// Returns how five minutes are judged.
    pub fn judged(&self) -> Judged {
        match self {
            Self::Journey(_)
            | Self::Probe(_)
            | Self::Page { .. }
            | Self::Ratio { .. }
            | Self::Latency { .. } => Judged::Events,
            Self::Mean { .. } | Self::Slices { .. } => Judged::Slices,
            Self::Composite(_) => Judged::Time,
        }
    }

    /// Returns for how long an alert's condition stands after the last bad event.
    ///
    /// A rate over five minutes remembers an event for five minutes. A slice is judged at once: the condition
    /// ends with the last bad slice.
    pub fn memory(&self) -> Duration {
        match self.judged() {
            Judged::Events | Judged::Time => BASE_WINDOW,
            Judged::Slices => Duration::ZERO,
        }
    }

    /// Returns whether the indicator counts single events, so that a minimum of bad ones makes sense.
    pub fn counts_events(&self) -> bool {
        self.judged() == Judged::Events
    }
}

/// The window of the base rates, and the length of a tile and of a slice.
pub const BASE_WINDOW: Duration = Duration::from_mins(5);

/// How often targets are scraped and rules evaluated unless the specification says otherwise.
pub const INTERVAL: Duration = Duration::from_secs(30);
