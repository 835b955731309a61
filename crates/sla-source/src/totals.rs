//! The numbers of a metric, and what they may become.

use std::collections::{BTreeMap, BTreeSet};

use sla_model::{id::LabelName, source::SourceMetric};

use crate::error::SourceError;

/// One row: the label value and its total.
pub(crate) type Row = (String, i64);

/// The totals of the last good pass.
#[derive(Debug)]
pub(crate) struct Totals {
    label: LabelName,
    values: BTreeMap<String, u64>,
}

impl Totals {
    /// Starts every declared value at 0.
    pub(crate) fn new(metric: &SourceMetric) -> Self {
        let values = metric.values.iter().map(|it| (it.clone(), 0)).collect();
        Self { label: metric.label.clone(), values }
    }

    /// Returns one total for every declared value.
    pub(crate) fn values(&self) -> &BTreeMap<String, u64> {
        &self.values
    }

    /// Takes over all rows or none. A declared value without a row keeps its total: a `GROUP BY` has no row
    /// for what never happened.
    pub(crate) fn accept(&mut self, rows: Vec<Row>) -> Result<(), SourceError> {
        let mut next = self.values.clone();
        let mut seen = BTreeSet::new();
        for (value, total) in rows {
            let Some(known) = next.get_mut(&value) else {
                return Err(SourceError::Undeclared(self.label.clone()));
            };
            let Ok(to) = u64::try_from(total) else {
                return Err(SourceError::Negative(value));
            };
            if to < *known {
                return Err(SourceError::Fell { label: value, from: *known });
            }
            *known = to;
            if !seen.insert(value) {
                return Err(SourceError::Twice(self.label.clone()));
            }
        }
        self.values = next;
        Ok(())
    }
}
