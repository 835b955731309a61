//! The server that holds the raw series, asked through promtool.

use std::{collections::BTreeMap, process::Command, time::Duration};

use anyhow::Context as _;
use jiff::Timestamp;
use serde::Deserialize;
use sla_model::duration;

use crate::promql::Expr;

/// How much time one question is about, at most.
const SPAN_SECONDS_MAX: i64 = 24 * 3600;

/// How much time one question is about, at least.
const SPAN_SECONDS_MIN: i64 = 3600;

/// What Prometheus says when a question is about too much: `--query.max-samples`.
const TOO_MUCH: &str = "query processing would load too many samples into memory";

/// A Prometheus, or what speaks as one.
pub struct Server {
    /// The base URL.
    pub url: String,
    /// Headers that are sent along, `name: value`.
    pub headers: Vec<String>,
}

/// A series of an answer.
#[derive(Debug, Deserialize)]
pub struct Found {
    /// Its labels.
    pub metric: BTreeMap<String, String>,
    /// Its samples: seconds and value.
    pub values: Vec<(f64, String)>,
}

impl Server {
    /// Asks for an expression at every step from the first to the last second: a day at a time, and less where the
    /// server finds a day too much.
    pub fn range(&self, expr: &Expr, first: i64, last: i64, step: Duration) -> anyhow::Result<Vec<Found>> {
        let (expr, step_seconds) = (expr.to_string(), i64::try_from(step.as_secs()).unwrap_or(i64::MAX));
        let mut found = Vec::new();
        let (mut from, mut span) = (first, SPAN_SECONDS_MAX);
        while from <= last {
            // Every part begins a step after the last one ended, so that no moment is asked for twice.
            let to = (from + span - step_seconds).max(from).min(last);
            match self.ask(&expr, from, to, step) {
                Err(error) if span > SPAN_SECONDS_MIN && error.to_string().contains(TOO_MUCH) => span /= 2,
                answer => {
                    found.extend(answer?);
                    from = to + step_seconds;
                }
            }
        }
        Ok(found)
    }

    fn ask(&self, expr: &str, from: i64, to: i64, step: Duration) -> anyhow::Result<Vec<Found>> {
        let mut command = Command::new("promtool");
        command.args(["query", "range", "--format", "json"]);
        command.args(self.headers.iter().flat_map(|it| ["--header", it]));
        command.args(["--start", &from.to_string(), "--end", &to.to_string()]);
        command.args(["--step", &duration::text(step), &self.url, expr]);
        let output =
            command.output().context("`promtool` cannot be run; on Debian: apt-get install prometheus")?;
        anyhow::ensure!(
            output.status.success(),
            "{} did not answer for {}: {}\n{expr}",
            self.url,
            Timestamp::from_second(from)?,
            String::from_utf8_lossy(&output.stderr).trim()
        );
        serde_json::from_slice(&output.stdout).with_context(|| {
            format!("the answer of {} is not a matrix: {}", self.url, String::from_utf8_lossy(&output.stdout))
        })
    }
}
