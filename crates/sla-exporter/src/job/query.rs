//! Passes of a query.

use std::time::{Duration, Instant};

use sla_model::id::MetricName;
use sla_probe::Deadline;
use sla_source::Reader;

use super::guarded;
use crate::{
    run::Clock,
    schedule::Job,
    state::{QueryStats, Shared, lock},
    voice::{Voice, Word},
};

/// Reads a business metric and notes what came of it.
pub struct QueryJob {
    metric: MetricName,
    reader: Reader,
    stats: Shared<QueryStats>,
    clock: Clock,
    voice: Voice,
}

impl QueryJob {
    /// Makes the job of one metric.
    pub fn new(metric: MetricName, reader: Reader, stats: Shared<QueryStats>, clock: Clock) -> Self {
        Self { metric, reader, stats, clock, voice: Voice::default() }
    }

    fn tell(&mut self, error: Option<&String>) {
        match (self.voice.hear(error.cloned(), Instant::now()), error) {
            (Word::Fails(unsaid), Some(error)) => {
                tracing::warn!(query = %self.metric, error, unsaid, "query fails");
            }
            (Word::Recovered, _) => tracing::info!(query = %self.metric, "query is good again"),
            _ => {}
        }
    }
}

impl Job for QueryJob {
    async fn run(&mut self, deadline: Deadline) {
        let pass = match guarded(Box::pin(self.reader.pass(deadline.0)), deadline).await {
            Ok(Ok(totals)) => Ok(totals.clone()),
            Ok(Err(error)) => Err(format!("{:#}", anyhow::Error::from(error))),
            Err(fault) => Err(fault.to_owned()),
        };
        self.tell(pass.as_ref().err());
        lock(&self.stats).record(pass, (self.clock)());
    }

    fn skipped(&mut self, ticks: u64) {
        // There is no metric for it: the age of the numbers says the same.
        tracing::debug!(query = %self.metric, ticks, "passes were left out");
    }

    fn planned(&mut self, _wait: Duration) {}
}
