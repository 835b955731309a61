//! The numbers of a metric, and what they may become.

use std::collections::{BTreeMap, BTreeSet};

use sla_model::source::SourceMetric;

use crate::error::SourceError;

/// So much of an unknown label value is repeated in an error: enough to find it, too little to flood a log.
const SHOWN_CHARS_MAX: usize = 64;

/// One row: the label value and its total.
pub(crate) type Row = (String, i64);

/// The totals of the last good pass.
#[derive(Debug)]
pub(crate) struct Totals(BTreeMap<String, u64>);

impl Totals {
    /// Starts every declared value at 0.
    pub(crate) fn new(metric: &SourceMetric) -> Self {
        Self(metric.values.iter().map(|it| (it.clone(), 0)).collect())
    }

    /// Returns one total for every declared value.
    pub(crate) fn values(&self) -> &BTreeMap<String, u64> {
        &self.0
    }

    /// Takes over all rows or none. A declared value without a row keeps its total: a `GROUP BY` has no row
    /// for what never happened.
    pub(crate) fn accept(&mut self, rows: Vec<Row>) -> Result<(), SourceError> {
        let mut next = self.0.clone();
        let mut seen = BTreeSet::new();
        for (label, total) in rows {
            let Some(known) = next.get_mut(&label) else {
                return Err(SourceError::Undeclared(label.chars().take(SHOWN_CHARS_MAX).collect()));
            };
            let Ok(to) = u64::try_from(total) else {
                return Err(SourceError::Negative { label, total });
            };
            if to < *known {
                return Err(SourceError::Fell { label, from: *known, to });
            }
            *known = to;
            if let Some(twice) = seen.replace(label) {
                return Err(SourceError::Twice(twice));
            }
        }
        self.0 = next;
        Ok(())
    }
}
