//! Business numbers read from databases.
//!
//! A [`Reader`] asks one query of one database, whole at each pass. It never writes, it holds at most one
//! connection, and its work ends with the pass' deadline, in the database too.

mod cause;
mod error;
mod sqlite;
mod totals;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, time::Instant};

use sla_model::source::{Source, SourceKind, SourceMetric};

pub use cause::Cause;
pub use error::SourceError;

use sqlite::Sqlite;
use totals::Totals;

/// Reads the totals of one metric again and again.
#[derive(Debug)]
pub struct Reader {
    totals: Totals,
    database: Database,
}

/// The kinds of databases that can be read.
#[derive(Debug)]
enum Database {
    Sqlite(Sqlite),
}

impl Reader {
    /// Makes a reader that has not read yet: every declared value is 0. Nothing is opened before the first pass.
    pub fn new(source: &Source, metric: &SourceMetric) -> Self {
        let database = match &source.kind {
            SourceKind::Sqlite { file } => Database::Sqlite(Sqlite::new(file, &metric.query)),
        };
        Self { totals: Totals::new(metric), database }
    }

    /// Returns the totals of the last good pass, one for every declared value.
    pub fn totals(&self) -> &BTreeMap<String, u64> {
        self.totals.values()
    }

    /// Asks once. After an error the totals of the last good pass stay, and the next pass connects anew.
    pub async fn pass(&mut self, deadline: Instant) -> Result<&BTreeMap<String, u64>, SourceError> {
        let rows_max = self.totals.values().len();
        let reading = async {
            match &mut self.database {
                Database::Sqlite(database) => database.read(rows_max, deadline).await,
            }
        };
        let read =
            tokio::time::timeout_at(deadline.into(), reading).await.unwrap_or(Err(SourceError::Timeout));
        let accepted = read.and_then(|rows| self.totals.accept(rows));
        if accepted.is_err() {
            match &mut self.database {
                Database::Sqlite(database) => database.disconnect(),
            }
        }
        accepted.map(|()| self.totals.values())
    }
}
