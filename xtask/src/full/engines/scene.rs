//! Half a day of one counter, and what Prometheus records of it.

use std::{fmt::Write as _, fs, path::PathBuf};

use jiff::Timestamp;

use crate::{
    backfill::{
        blocks::Blocks,
        evaluate::{Task, record},
        server::{Server, Ticks},
    },
    bench::ours,
    full::examples::generate,
    rule_file::{RuleFile, Timed},
};

/// 2026-01-01, midnight UTC, and twelve hours later.
const START_MS: i64 = 1_767_225_600_000;
/// The end, when everything is asked.
pub const END_MS: i64 = START_MS + 12 * HOUR_MS;

const HOUR_MS: i64 = 3_600_000;
const SCRAPE_MS: i64 = 30_000;
const SCRAPE_OFFSET_MS: i64 = 11_125;

/// The first evaluation: there is something to see.
const FIRST_MS: i64 = START_MS + 600_000;

/// One event in so many is bad, and more than that in an outage, which ends an hour and a half before the end.
const BAD_EVERY: i64 = 100;
const OUTAGE_MS: std::ops::Range<i64> = 9 * HOUR_MS..10 * HOUR_MS + HOUR_MS / 2;
const OUTAGE_BAD_EVERY: i64 = 8;

/// Events come every so often.
const EVENT_MS: i64 = 25;

/// What is compared: recorded numbers, and sums of tiles.
pub const ASKED: [&str; 8] = [
    "slo:error_ratio:rate5m",
    "slo:error_ratio:rate1h",
    "slo:error_ratio:rate6h",
    "slo:error_ratio:rate1d",
    "slo:period_error_ratio",
    "slo:error_budget_remaining:ratio",
    "sum(sum_over_time(slo:events:increase5m[5h59m59s]))",
    "sum(sum_over_time(slo:errors:increase5m[5h59m59s]))",
];

/// The specification and a server that recorded its rules.
pub struct Scene {
    /// The server, stopped with this.
    pub server: Server,
    /// Holds `sla.yaml`, and everything else.
    pub folder: tempfile::TempDir,
}

impl Scene {
    /// Makes the blocks and records over them.
    pub async fn set() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("sla.yaml"), ours::head("code") + ours::REQUESTS)?;
        let database = folder.path().join("data");
        let mut blocks = Blocks::new(&folder.path().join("text"))?;
        for (series, value, at_ms) in samples() {
            blocks.add(series, value, at_ms)?;
        }
        blocks.finish(&database)?;
        let mut server = Server::start(&database, folder.path()).await?;
        generate(&folder.path().join("sla.yaml"), "prometheus", folder.path(), "rules")?;
        let rules = RuleFile::read(&folder.path().join("rules/requests.rules.yaml"))?.timed()?;
        let ticks = |it: &Timed| vec![Ticks::to(END_MS, FIRST_MS, it.every_ms())];
        let recording = rules.iter().filter(|it| it.rule.record.is_some());
        let tasks: Vec<Task<'_>> = recording.map(|it| Task { rule: &it.rule, ticks: ticks(it) }).collect();
        record(&mut server, &tasks).await?;
        Ok(Self { server, folder })
    }

    /// Returns the files of a target.
    pub fn files(&self, target: &str, folder: &str) -> anyhow::Result<Vec<PathBuf>> {
        generate(&self.folder.path().join("sla.yaml"), target, self.folder.path(), folder)
    }

    /// Returns the samples in the format that VictoriaMetrics imports.
    pub fn exposition() -> String {
        let mut text = String::new();
        for (series, value, at_ms) in samples() {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{series} {value} {at_ms}");
        }
        text
    }
}

/// Returns every sample that was scraped.
fn samples() -> impl Iterator<Item = (&'static str, i64, i64)> {
    let ticks = (0..(END_MS - START_MS) / SCRAPE_MS).map(|it| it * SCRAPE_MS + SCRAPE_OFFSET_MS);
    ticks.flat_map(|since_ms| {
        let in_outage = (since_ms.min(OUTAGE_MS.end) - OUTAGE_MS.start).max(0) / EVENT_MS;
        let all = since_ms / EVENT_MS;
        let bad = (all - in_outage) / BAD_EVERY + in_outage / OUTAGE_BAD_EVERY;
        let at_ms = START_MS + since_ms;
        [
            ("http_requests_total{code=\"200\"}", all - bad, at_ms),
            ("http_requests_total{code=\"500\"}", bad, at_ms),
        ]
    })
}

/// Returns the moment of the first evaluation.
pub fn first() -> anyhow::Result<Timestamp> {
    Ok(Timestamp::from_millisecond(FIRST_MS)?)
}

/// Returns the moment of the end.
pub fn end() -> anyhow::Result<Timestamp> {
    Ok(Timestamp::from_millisecond(END_MS)?)
}
