//! When a page's condition begins, next to the raw formula evaluated at the same moments.

use super::{
    Measured,
    trace::{END_MS, OUTAGE_MS, Outage},
};
use crate::{
    backfill::server::Ticks,
    bench::report::{Findings, Must, number},
};

/// How often the rules are evaluated.
const EVERY_MS: i64 = 30_000;

/// A page.
struct Page {
    name: &'static str,
    /// Its long window, which is its label.
    burn: &'static str,
    short: &'static str,
    /// The share of failed requests above which it is due.
    threshold: &'static str,
    /// How much later than the raw formula it may begin, in seconds.
    later_max: f64,
}

const PAGES: [Page; 2] = [
    Page { name: "fast page", burn: "1h", short: "5m", threshold: "0.0144", later_max: 30.0 },
    Page { name: "slow page", burn: "6h", short: "30m", threshold: "0.006", later_max: 300.0 },
];

impl Page {
    fn raw(&self) -> String {
        let above = |window: &str| {
            format!(
                "sum(rate(http_requests_total{{code=~\"5..\"}}[{window}])) / sum(rate(http_requests_total[{window}])) > {}",
                self.threshold
            )
        };
        format!("{} and {}", above(self.burn), above(self.short))
    }

    fn ours(&self) -> String {
        format!("slo:burning:ratio{{slo=\"requests\",burn=\"{}\"}}", self.burn)
    }
}

/// Compares both pages over every outage.
pub async fn measure(measured: &Measured, outages: &[Outage], findings: &mut Findings) -> anyhow::Result<()> {
    for page in PAGES {
        let mut later: Vec<f64> = Vec::new();
        for (number, outage) in outages.iter().enumerate() {
            let raw = crossing(measured, &page.raw(), *outage).await?;
            let ours = crossing(measured, &page.ours(), *outage).await?;
            let what = format!("outage {:>2}, {:.1} %: {}", number + 1, outage.depth * 100.0, page.name);
            findings.figure("raw", &what, raw, "s after its beginning");
            findings.figure("slaforge", &what, ours, "s after its beginning");
            later.push(match (raw, ours) {
                (Some(raw), Some(ours)) => ours - raw,
                // Neither: nothing to be late for.
                (None, None | Some(_)) => 0.0,
                (Some(_), None) => f64::INFINITY,
            });
        }
        let worst = later.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let best = later.iter().copied().fold(f64::INFINITY, f64::min);
        findings.figure("slaforge", &format!("{}: earliest against raw", page.name), Some(best), "s");
        let what = format!("{}: latest against raw", page.name);
        findings.figure("slaforge", &what, Some(worst), "s");
        findings.limit(&what, Must::AtMost, page.later_max, Some(worst), "s");
    }
    Ok(())
}

/// Returns how many seconds after an outage began an expression first has a value.
async fn crossing(measured: &Measured, expression: &str, outage: Outage) -> anyhow::Result<Option<f64>> {
    let all = Ticks::to(END_MS, outage.start_ms, EVERY_MS);
    let ticks = Ticks { last_ms: outage.start_ms + OUTAGE_MS, ..all };
    let series = measured.server.range(expression, ticks).await?;
    let first = series.iter().filter_map(|it| it.samples.first()).map(|it| it.0).min();
    Ok(first.map(|it| (it - outage.start_ms) as f64 / 1000.0))
}

/// Prints a row per outage.
pub fn print(findings: &Findings) {
    println!("\nSeconds from the beginning of an outage to the page's condition");
    println!("{:<34} {:>12} {:>12}", "", "raw formula", "slaforge");
    for it in findings.figures.iter().filter(|it| it.of == "raw" && it.what.starts_with("outage")) {
        let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), number);
        let ours = findings.value("slaforge", &it.what);
        println!("{:<34} {:>12} {:>12}", it.what, shown(it.value), shown(ours));
    }
}
