//! How far off the 30-day error ratio is, and whether anything recorded is no number.

use super::{
    Measured,
    side::{RAW, Side},
    trace::{self, END_MS, HOUR_MS, WINDOW_MS},
};
use crate::bench::report::{Findings, Must, number};

/// The traces whose ratio has a bound, in percent of the truth.
const BOUNDS: [(&str, f64); 3] = [("dense", 0.01), ("sparse", 0.5), ("bursts", 0.5)];

/// The most of the window that a minute without Prometheus may cost, in percent.
const MINUTE_BOUND: f64 = 0.02;

/// Compares every side's ratio with the truth.
pub async fn measure(measured: &Measured, sides: &[Side], findings: &mut Findings) -> anyhow::Result<()> {
    let trace = measured.trace.name;
    let truth = measured.trace.truth(END_MS - WINDOW_MS, END_MS).ratio();
    findings.figure("truth", &value(trace), Some(truth * 100.0), "%");
    let asked = sides.iter().map(|it| (it.name, it.ratio)).chain([("raw", RAW)]);
    for (name, expression) in asked {
        let found = measured.server.number(expression, END_MS).await?.filter(|it| !it.is_nan());
        findings.figure(name, &value(trace), found.map(|it| it * 100.0), "%");
        let off = found.map(|it| (it / truth - 1.0) * 100.0);
        findings.figure(name, &off_by(trace), off, "% of the truth");
    }
    for side in sides {
        let recorded = measured.recorded(side.name);
        findings.figure(
            side.name,
            &format!("{trace}: recorded samples"),
            Some(recorded.samples as f64),
            "samples",
        );
        // Where nothing was recorded, nothing was seen to be a number either.
        let not_a_number = (recorded.samples > 0).then_some(recorded.nan as f64);
        findings.figure(side.name, &nan(trace), not_a_number, "samples");
    }
    let ours = sides[0].name;
    for (_, bound) in BOUNDS.iter().filter(|it| it.0 == trace) {
        let off = findings.value(ours, &off_by(trace)).map(f64::abs);
        findings.limit(&format!("{trace}: 30-day ratio off by"), Must::AtMost, *bound, off, "% of the truth");
    }
    findings.limit(
        &format!("{trace}: recorded samples that are no number"),
        Must::AtMost,
        0.0,
        findings.value(ours, &nan(trace)),
        "samples",
    );
    if trace == "gap" {
        gap(measured, findings).await?;
    }
    Ok(())
}

/// Measures how much of the steady traffic around each gap was not recorded.
async fn gap(measured: &Measured, findings: &mut Findings) -> anyhow::Result<()> {
    let around_ms = 6 * HOUR_MS;
    for (what, (from_ms, _)) in ["minute", "hour"].into_iter().zip(trace::gaps()) {
        let at_ms = from_ms + around_ms / 2;
        let truth = measured.trace.truth(at_ms - around_ms, at_ms).all as f64;
        let expression = "sum(sum_over_time(slo:events:increase5m{slo=\"requests\"}[5h59m59s]))";
        let found = measured.server.number(expression, at_ms).await?;
        let lost = found.map(|it| (1.0 - it / truth) * around_ms as f64 / WINDOW_MS as f64 * 100.0);
        findings.figure("slaforge", &format!("gap: a missing {what} costs"), lost, "% of the window");
        if what == "minute" {
            let what = "gap: a minute without Prometheus costs";
            findings.limit(what, Must::AtMost, MINUTE_BOUND, lost.map(f64::abs), "% of the window");
        }
    }
    Ok(())
}

fn value(trace: &str) -> String {
    format!("{trace}: 30-day error ratio")
}

fn off_by(trace: &str) -> String {
    format!("{trace}: 30-day error ratio off by")
}

fn nan(trace: &str) -> String {
    format!("{trace}: recorded samples that are no number")
}

/// Prints a row per trace.
pub fn print(findings: &Findings, sides: &[Side]) {
    println!("30-day error ratio: how far off the truth, in % of it; samples that are no number (NaN)");
    print!("{:<8} {:>10} {:>11}", "trace", "truth %", "raw");
    for side in sides {
        print!(" {:>11} {:>6}", side.name, "NaN");
    }
    println!();
    for trace in ["dense", "sparse", "bursts", "churn", "gap"] {
        let shown = |of: &str, what: &str| findings.value(of, what).map_or_else(|| "-".to_owned(), number);
        print!("{trace:<8} {:>10} {:>11}", shown("truth", &value(trace)), shown("raw", &off_by(trace)));
        for side in sides {
            print!(" {:>11} {:>6}", shown(side.name, &off_by(trace)), shown(side.name, &nan(trace)));
        }
        println!();
    }
}
