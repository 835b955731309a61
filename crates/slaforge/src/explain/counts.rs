//! What an indicator counts, in words.

use sla_model::{
    duration,
    indicator::{Composite, Good, Indicator, Part},
};

/// Returns what is counted and what is good.
pub fn words(indicator: &Indicator) -> String {
    let listed = |names: Vec<String>| names.join(", ");
    match indicator {
        Indicator::Journey(id) => format!("runs of the journey `{id}`; a failed run is bad"),
        Indicator::Probe(id) => format!("runs of the probe `{id}`; a failed run is bad"),
        Indicator::Page { probe, within } => {
            format!(
                "loads by the probe `{probe}`; a failed one, or one above {}, is bad",
                duration::text(*within)
            )
        }
        Indicator::Ratio { total, part: Part::Bad(bad) } => {
            format!("events of `{total}`; bad are those of `{bad}`")
        }
        Indicator::Ratio { total, part: Part::Good(good) } => {
            format!("events of `{total}`; good are those of `{good}`")
        }
        Indicator::Latency { histogram, within } => {
            let limit = duration::text(*within);
            format!("observations of `{}`; one above {limit} is bad", histogram.selector)
        }
        Indicator::Mean { histogram, at_most } => format!(
            "five-minute slices with traffic; bad if the mean of `{}` is above {}",
            histogram.selector,
            duration::text(*at_most)
        ),
        Indicator::Slices { gauge, good } => {
            let wrong = match good {
                Good::AtMost(bound) => format!("above {bound}"),
                Good::AtLeast(bound) => format!("below {bound}"),
            };
            format!("five-minute slices; bad if the mean of the worst `{gauge}` is {wrong}")
        }
        Indicator::Composite(Composite::Worst(names)) => {
            format!(
                "time, as bad as the worst of {}",
                listed(names.iter().map(ToString::to_string).collect())
            )
        }
        Indicator::Composite(Composite::Weighted(names)) => {
            let weighed = names.iter().map(|(name, weight)| format!("{name} × {weight}"));
            format!("time, as bad as the mean of {}", listed(weighed.collect()))
        }
    }
}
