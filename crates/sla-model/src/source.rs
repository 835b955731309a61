//! Where business numbers come from.

use std::{path::PathBuf, time::Duration};

use crate::id::{LabelName, MetricName, SourceId};

/// A database that is read, never written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name, the `source` label.
    pub id: SourceId,
    /// How it is reached.
    pub kind: SourceKind,
    /// How long one pass may take (never divided by the pace).
    pub timeout: Duration,
}

/// The kinds of databases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A SQLite file.
    Sqlite {
        /// The file.
        file: PathBuf,
    },
}

/// A counter that a query returns whole at each pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceMetric {
    /// The exposed name.
    pub name: MetricName,
    /// The help text of the exposed family.
    pub help: String,
    /// The database that is asked.
    pub from: SourceId,
    /// How often (nominal).
    pub every: Duration,
    /// Returns a row for each label value: the value, then the total so far. A total must never fall.
    pub query: String,
    /// The label of the first column.
    pub label: LabelName,
    /// The label values that exist; each starts at 0, so that the first event is seen as an increase.
    pub values: Vec<String>,
}
