//! What one evaluation of all rules of an objective reads, and how long it takes.

use std::collections::{BTreeMap, BTreeSet};

use sla_model::duration;

use super::{
    Measured,
    side::{MONTH, OURS, Side},
    trace::END_MS,
};
use crate::{
    backfill::server::Cost,
    bench::report::{Findings, Must, number},
};

/// Runs of each rule; the best counts.
const RUNS: usize = 5;

/// Pods, interval, and the most samples that all our rules of that interval may read; those of a calendar month may
/// read as much again.
const BOUNDS: [(&str, usize, &str, f64); 6] = [
    (OURS, 20, "30s", 5000.0),
    (OURS, 20, "2m", 20_000.0),
    (MONTH, 20, "30s", 10_000.0),
    (MONTH, 20, "2m", 40_000.0),
    (OURS, 200, "30s", 12_000.0),
    (OURS, 200, "2m", 20_000.0),
];

/// Evaluates every rule of every side, alerts included.
pub async fn measure(
    measured: &Measured,
    pods: usize,
    sides: &[Side],
    findings: &mut Findings,
) -> anyhow::Result<()> {
    for side in sides {
        let mut sums: BTreeMap<String, Cost> = BTreeMap::new();
        for it in &side.rules {
            let cost = measured.server.cost(&it.rule.expr, END_MS, RUNS).await?;
            let sum = sums.entry(duration::text(it.every)).or_default();
            sum.samples += cost.samples;
            sum.milliseconds += cost.milliseconds;
        }
        for (interval, sum) in sums {
            findings.figure(side.name, &samples(pods, &interval), Some(sum.samples as f64), "samples");
            findings.figure(side.name, &time(pods, &interval), Some(sum.milliseconds), "ms");
        }
    }
    for (of, _, interval, bound) in BOUNDS.iter().filter(|it| it.1 == pods) {
        let read = findings.value(of, &samples(pods, interval));
        let what = format!("{of}, {}", samples(pods, interval));
        findings.limit(&what, Must::AtMost, *bound, read, "samples");
    }
    Ok(())
}

fn samples(pods: usize, interval: &str) -> String {
    format!("{pods} pods: read every {interval}")
}

fn time(pods: usize, interval: &str) -> String {
    format!("{pods} pods: engine time every {interval}")
}

/// Prints a row per side and interval.
pub fn print(findings: &Findings, sides: &[Side]) {
    println!("\nOne evaluation of all rules of the objective, alerts included");
    println!(
        "{:<16} {:>6} {:>14} {:>12} {:>15} {:>13}",
        "rules of", "every", "20 pods: read", "ms", "200 pods: read", "ms"
    );
    for side in sides {
        let intervals: BTreeSet<String> = side.rules.iter().map(|it| duration::text(it.every)).collect();
        for interval in intervals {
            let shown =
                |what: String| findings.value(side.name, &what).map_or_else(|| "-".to_owned(), number);
            println!(
                "{:<16} {interval:>6} {:>14} {:>12} {:>15} {:>13}",
                side.name,
                shown(samples(20, &interval)),
                shown(time(20, &interval)),
                shown(samples(200, &interval)),
                shown(time(200, &interval)),
            );
        }
    }
}
