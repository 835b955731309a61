//! What is known of one query.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sla_model::{
    id::{LabelName, SourceId},
    source::SourceMetric,
};

use super::SERIES_MAX;

/// The numbers of a query.
#[derive(Clone, Debug)]
pub struct QueryStats {
    from: SourceId,
    label: LabelName,
    /// The totals of the last good pass, 0 before it.
    pub totals: BTreeMap<String, u64>,
    /// Passes that ended.
    pub passes: u64,
    /// Passes that failed.
    pub failures: u64,
    /// Totals for which there was no room.
    pub dropped: u64,
    /// When a pass was last good.
    pub last_good: Option<Timestamp>,
    /// Why the last pass failed, if it did.
    pub error: Option<String>,
}

impl QueryStats {
    /// Starts at 0.
    pub fn new(metric: &SourceMetric) -> Self {
        Self {
            from: metric.from.clone(),
            label: metric.label.clone(),
            totals: zeros(metric),
            passes: 0,
            failures: 0,
            dropped: 0,
            last_good: None,
            error: None,
        }
    }

    /// Keeps the numbers if they are still of the same thing; values that exist no more are left out.
    pub fn adapt(&mut self, metric: &SourceMetric) -> bool {
        if (&self.from, &self.label) != (&metric.from, &metric.label) {
            return false;
        }
        let before = std::mem::replace(&mut self.totals, zeros(metric));
        for (value, total) in before {
            if let Some(kept) = self.totals.get_mut(&value) {
                *kept = total;
            }
        }
        true
    }

    /// Notes a pass that ended at `now`.
    pub fn record(&mut self, pass: Result<BTreeMap<String, u64>, String>, now: Timestamp) {
        self.passes += 1;
        match pass {
            Ok(totals) => {
                let room = SERIES_MAX.min(totals.len());
                self.dropped += u64::try_from(totals.len() - room).unwrap_or(u64::MAX);
                self.totals = totals.into_iter().take(room).collect();
                self.last_good = Some(now);
                self.error = None;
            }
            Err(error) => {
                self.failures += 1;
                self.error = Some(error);
            }
        }
    }
}

fn zeros(metric: &SourceMetric) -> BTreeMap<String, u64> {
    metric.values.iter().take(SERIES_MAX).map(|it| (it.clone(), 0)).collect()
}
