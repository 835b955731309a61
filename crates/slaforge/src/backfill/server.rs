//! The server that holds the raw series, asked through promtool.

use std::{collections::BTreeMap, process::Command, time::Duration};

use anyhow::Context as _;
use jiff::Timestamp;
use serde::Deserialize;
use sla_model::duration;

use crate::promql::Expr;

/// How much time one question is about, at least.
const SPAN_SECONDS_MIN: i64 = 3600;

/// What Prometheus says when a question is about too much: `--query.max-samples`, `--query.timeout`.
const TOO_MUCH: [&str; 2] =
    ["query processing would load too many samples into memory", "query timed out in"];

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

/// What is asked for a length of time.
pub struct Question<'e> {
    /// What.
    pub expr: &'e Expr,
    /// At every multiple of this.
    pub step: Duration,
    /// So much time at once: less where the server finds it too much.
    pub span: Duration,
}

impl Server {
    /// Asks at every step from the first to the last second. Each part is announced by the second it begins with.
    pub fn range(
        &self,
        question: &Question<'_>,
        first: i64,
        last: i64,
        announce: &dyn Fn(i64),
    ) -> anyhow::Result<Vec<Found>> {
        let seconds = |it: Duration| i64::try_from(it.as_secs()).unwrap_or(i64::MAX);
        let (expr, step) = (question.expr.to_string(), seconds(question.step));
        let mut found = Vec::new();
        let (mut from, mut span) = (first, seconds(question.span));
        while from <= last {
            announce(from);
            // Every part begins a step after the last one ended, so that no moment is asked for twice.
            let to = (from + span - step).max(from).min(last);
            match self.ask(&expr, from, to, question.step) {
                Err(error)
                    if span > SPAN_SECONDS_MIN
                        && TOO_MUCH.iter().any(|it| error.to_string().contains(it)) =>
                {
                    span = (span / 2).max(SPAN_SECONDS_MIN);
                }
                answer => {
                    found.extend(answer?);
                    from = to + step;
                }
            }
        }
        Ok(found)
    }

    fn ask(&self, expr: &str, from: i64, to: i64, step: Duration) -> anyhow::Result<Vec<Found>> {
        // promtool refuses a range of one moment: it gets a second more, which no step reaches.
        let end = to.max(from + 1);
        let mut command = Command::new("promtool");
        command.args(["query", "range", "--format", "json"]);
        command.args(self.headers.iter().flat_map(|it| ["--header", it]));
        command.args(["--start", &from.to_string(), "--end", &end.to_string()]);
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
