//! The worst of every walk, and how far off the rules may be.

use std::time::Instant;

use sla_model::window::Period;

use super::{Deviation, Step, walk};
use crate::bench::report::{Findings, Must};

/// A zone without changes of clocks, two with them, one that splits hours, and one whose clocks change by half an hour;
/// years with and without a leap day.
const WALKS: [(&str, i16); 5] = [
    ("Asia/Shanghai", 2026),
    ("Europe/Berlin", 2026),
    ("America/New_York", 2024),
    ("Asia/Kolkata", 2024),
    ("Australia/Lord_Howe", 2026),
];

/// A tile is five minutes of time, and belongs to the period of its middle.
const EVENTS_MINUTES: f64 = 2.6;

/// A day after an edge and later, what was counted to the wrong side of it is small.
const RATIO_PERCENT: f64 = 0.4;

/// A stretch of measuring begins and ends with a tile that is not whole. When clocks change, the hours that are due are
/// wrong for as long as tiles are late.
const COVERAGE_TILES: f64 = 3.0;

/// From so many minutes after an edge on, and before it, the period is a day old.
const LATER_MINUTES: i64 = 1440;

/// A deviation by name: its unit, which part of a step it is, and its bound.
type Measure = (&'static str, &'static str, fn(&Deviation) -> Option<f64>, f64);

const EVERYWHERE: [Measure; 1] =
    [("events off by", "minutes of traffic", |it| it.events_minutes, EVENTS_MINUTES)];

/// Just beside an edge a few minutes are all that the period has, so ratios are judged a day from it.
const LATER: [Measure; 5] = [
    ("error ratio off by", "% of the budget", |it| it.ratio, RATIO_PERCENT),
    ("budget left off by", "% of the budget", |it| it.remaining, RATIO_PERCENT),
    ("events left off by", "% of the budget", |it| it.events_left, RATIO_PERCENT),
    ("minutes left off by", "% of the budget", |it| it.minutes_left, RATIO_PERCENT),
    ("coverage off by", "tiles of 5 minutes", |it| it.coverage_tiles, COVERAGE_TILES),
];

/// Walks through a year in every zone.
pub async fn measure(seed: u64, findings: &mut Findings) -> anyhow::Result<()> {
    for (zone, year) in WALKS {
        let began = Instant::now();
        let steps = walk(zone, year, seed, |_| true).await?;
        eprintln!("{zone} {year}: {} looks after {:.0} s", steps.len(), began.elapsed().as_secs_f64());
        report(&format!("{zone} {year}"), &steps, findings);
    }
    Ok(())
}

fn report(walk: &str, steps: &[Step], findings: &mut Findings) {
    let wrong = steps.iter().filter(|it| !it.speaks_when_it_should()).count();
    let what = format!("{walk}: numbers missing, or of a period not begun");
    findings.limit(&what, Must::AtMost, 0.0, Some(wrong as f64), "looks");
    let later = |it: &&Step| it.minutes < 0 || LATER_MINUTES < it.minutes;
    for (period, _) in Period::ALL {
        let of_period = || steps.iter().filter(|it| it.period == period);
        for measure in &EVERYWHERE {
            limit(walk, period, measure, of_period(), findings);
        }
        for measure in &LATER {
            limit(walk, period, measure, of_period().filter(later), findings);
            let beside = worst(of_period().filter(|it| !later(it)), measure.2);
            findings.figure(
                "slaforge",
                &format!("{walk}: {period} just begun: {}", measure.0),
                beside,
                measure.1,
            );
        }
    }
}

fn limit<'s>(
    walk: &str,
    period: &str,
    (name, unit, part, bound): &Measure,
    steps: impl Iterator<Item = &'s Step>,
    findings: &mut Findings,
) {
    findings.limit(&format!("{walk}: {period}: {name}"), Must::AtMost, *bound, worst(steps, *part), unit);
}

/// Returns the largest deviation; none where no step has one.
fn worst<'s>(steps: impl Iterator<Item = &'s Step>, part: fn(&Deviation) -> Option<f64>) -> Option<f64> {
    steps.filter_map(|it| part(&it.deviation())).max_by(f64::total_cmp)
}
