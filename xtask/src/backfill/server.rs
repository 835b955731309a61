//! A Prometheus over a folder of blocks: it scrapes nothing, evaluates nothing, and is asked about the past.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::Context as _;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    packages,
    process::{Service, free_ports},
};

/// How long the server may take to open its blocks.
const START: Duration = Duration::from_mins(2);

/// How long one question may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// The most points of one answer; the server refuses more than 11,000.
const POINTS_MAX: i64 = 10_000;

/// The server, and the folder with its blocks.
pub struct Server {
    database: PathBuf,
    place: PathBuf,
    base: String,
    client: reqwest::Client,
    service: Option<Service>,
}

/// Moments at equal distance, in milliseconds since 1970, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticks {
    /// The first.
    pub first_ms: i64,
    /// No tick comes later.
    pub last_ms: i64,
    /// The distance.
    pub every_ms: i64,
}

/// A series of an answer.
pub struct Series {
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Milliseconds since 1970, and the value as Prometheus writes it.
    pub samples: Vec<(i64, String)>,
}

/// What a question cost the server.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// The samples that it read: `totalQueryableSamples`.
    pub samples: u64,
    /// How long it evaluated, the best of several runs.
    pub milliseconds: f64,
}

#[derive(Deserialize)]
struct Answer<D> {
    data: Option<D>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Matrix {
    result: Vec<MatrixSeries>,
}

#[derive(Deserialize)]
struct MatrixSeries {
    metric: BTreeMap<String, String>,
    values: Vec<(f64, String)>,
}

#[derive(Deserialize)]
struct Vector {
    result: serde_json::Value,
    stats: Option<Stats>,
}

#[derive(Deserialize)]
struct Stats {
    timings: Timings,
    samples: Samples,
}

#[derive(Deserialize)]
struct Timings {
    #[serde(rename = "evalTotalTime")]
    eval_total_seconds: f64,
}

#[derive(Deserialize)]
struct Samples {
    #[serde(rename = "totalQueryableSamples")]
    total: u64,
}

impl Server {
    /// Names a server over a folder of blocks; it starts with the first question after [`Server::restart`].
    pub async fn start(database: &Path, place: &Path) -> anyhow::Result<Self> {
        let [port] = free_ports()?;
        fs::create_dir_all(database)?;
        fs::write(place.join("prometheus.yaml"), "scrape_configs: []\n")?;
        let mut server = Self {
            database: database.to_owned(),
            place: place.to_owned(),
            base: format!("127.0.0.1:{port}"),
            client: reqwest::Client::builder().timeout(PATIENCE).build()?,
            service: None,
        };
        server.restart().await?;
        Ok(server)
    }

    /// Starts again, so that blocks which were added are seen.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        if let Some(mut service) = self.service.take() {
            service.stop();
        }
        let mut command = Command::new(packages::PROMETHEUS.command);
        command.arg("--config.file").arg(self.place.join("prometheus.yaml"));
        command.arg("--storage.tsdb.path").arg(&self.database);
        command.args(["--storage.tsdb.retention.time=100y", "--log.level=error"]);
        command.args(["--query.timeout=10m", "--query.max-samples=200000000"]);
        command.arg(format!("--web.listen-address={}", self.base));
        let mut service = Service::start("prometheus", &self.place, &mut command)?;
        service.answers(&format!("http://{}/-/ready", self.base), START).await?;
        self.service = Some(service);
        Ok(())
    }

    /// Returns the folder with the blocks.
    pub fn database(&self) -> &Path {
        &self.database
    }

    /// Returns the values of an expression at every tick.
    pub async fn range(&self, expression: &str, ticks: Ticks) -> anyhow::Result<Vec<Series>> {
        let mut found: BTreeMap<BTreeMap<String, String>, Vec<(i64, String)>> = BTreeMap::new();
        let mut from = ticks.first_ms;
        while from <= ticks.last_ms {
            let to = ticks.last_ms.min(from + (POINTS_MAX - 1) * ticks.every_ms);
            let step = ticks.every_ms / 1000;
            let part: Matrix = self
                .ask(
                    "query_range",
                    &[
                        ("query", expression.to_owned()),
                        ("start", seconds(from)),
                        ("end", seconds(to)),
                        ("step", step.to_string()),
                    ],
                )
                .await?;
            for series in part.result {
                let samples = series.values.into_iter().map(|(at, value)| (milliseconds(at), value));
                found.entry(series.metric).or_default().extend(samples);
            }
            from += POINTS_MAX * ticks.every_ms;
        }
        Ok(found.into_iter().map(|(labels, samples)| Series { labels, samples }).collect())
    }

    /// Returns the only number that an expression gives at a moment, if it gives any.
    pub async fn number(&self, expression: &str, at_ms: i64) -> anyhow::Result<Option<f64>> {
        let answer: Vector =
            self.ask("query", &[("query", expression.to_owned()), ("time", seconds(at_ms))]).await?;
        let value = answer.result.pointer("/0/value/1").and_then(serde_json::Value::as_str);
        value.map(|it| it.parse().with_context(|| format!("`{it}` is no number"))).transpose()
    }

    /// Evaluates an expression several times and returns what it cost.
    pub async fn cost(&self, expression: &str, at_ms: i64, runs: usize) -> anyhow::Result<Cost> {
        let mut best = Cost { samples: 0, milliseconds: f64::INFINITY };
        let question =
            [("query", expression.to_owned()), ("time", seconds(at_ms)), ("stats", "all".to_owned())];
        for _ in 0..runs {
            let answer: Vector = self.ask("query", &question).await?;
            let stats = answer.stats.context("Prometheus tells no statistics")?;
            best.samples = stats.samples.total;
            best.milliseconds = best.milliseconds.min(stats.timings.eval_total_seconds * 1000.0);
        }
        Ok(best)
    }

    async fn ask<D: DeserializeOwned>(&self, what: &str, form: &[(&str, String)]) -> anyhow::Result<D> {
        let url = format!("http://{}/api/v1/{what}", self.base);
        let url = reqwest::Url::parse_with_params(&url, form)?;
        let expression = &form[0].1;
        let response = self.client.get(url).send().await;
        let bytes = response.with_context(|| format!("no answer to `{expression}`"))?.bytes().await?;
        let answer: Answer<D> =
            serde_json::from_slice(&bytes).with_context(|| format!("a strange answer to `{expression}`"))?;
        answer
            .data
            .with_context(|| format!("`{expression}` was refused: {}", answer.error.unwrap_or_default()))
    }
}

fn seconds(at_ms: i64) -> String {
    format!("{}.{:03}", at_ms / 1000, at_ms % 1000)
}

/// Prometheus writes seconds with at most three digits behind the point.
#[expect(clippy::cast_possible_truncation, reason = "a time of this era")]
fn milliseconds(at_seconds: f64) -> i64 {
    (at_seconds * 1000.0).round() as i64
}

impl Ticks {
    /// Returns the ticks of a distance that meet `end` and lie in `from..=end`.
    pub fn to(end_ms: i64, from_ms: i64, every_ms: i64) -> Self {
        let first_ms = end_ms - (end_ms - from_ms).div_euclid(every_ms) * every_ms;
        Self { first_ms, last_ms: end_ms, every_ms }
    }

    /// Returns these ticks without those in `down`.
    pub fn without(self, down: &[(i64, i64)]) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut first_ms = self.first_ms;
        for (from, until) in down {
            let before = (from - 1 - first_ms).div_euclid(self.every_ms) * self.every_ms + first_ms;
            if first_ms <= before {
                parts.push(Self { first_ms, last_ms: before, ..self });
            }
            let steps = (until - first_ms + self.every_ms - 1).div_euclid(self.every_ms);
            first_ms += steps.max(0) * self.every_ms;
        }
        if first_ms <= self.last_ms {
            parts.push(Self { first_ms, ..self });
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_meet_the_end_and_leave_out_what_was_down() {
        let ticks = Ticks::to(1000, 101, 100);
        assert_eq!(ticks, Ticks { first_ms: 200, last_ms: 1000, every_ms: 100 });
        let part = |first_ms, last_ms| Ticks { first_ms, last_ms, every_ms: 100 };
        assert_eq!(ticks.without(&[(400, 600)]), [part(200, 300), part(600, 1000)]);
        assert_eq!(ticks.without(&[(350, 601), (900, 2000)]), [part(200, 300), part(700, 800)]);
        assert_eq!(ticks.without(&[]), [ticks]);
    }
}
