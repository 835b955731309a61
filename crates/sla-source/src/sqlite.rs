//! A SQLite file, opened for reading only.

use std::{
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Instant,
};

use futures_util::TryStreamExt;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Either, Executor, Row as _, SqliteConnection, TypeInfo, ValueRef,
    sqlite::{SqliteConnectOptions, SqliteRow},
};
use tokio::fs;

use crate::{error::SourceError, totals::Row};

/// After so many instructions of SQLite's virtual machine the deadline is looked at: about every 10 µs, which
/// costs nothing measurable.
const INSTRUCTIONS_PER_LOOK: i32 = 1000;

/// A file and the query that is asked of it.
#[derive(Debug)]
pub(crate) struct Sqlite {
    file: PathBuf,
    query: String,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    connection: SqliteConnection,
    identity: Identity,
}

/// Device and number of a file: when a database was replaced, an open connection would go on reading the
/// deleted one.
type Identity = (u64, u64);

impl Sqlite {
    pub(crate) fn new(file: &Path, query: &str) -> Self {
        Self { file: file.to_owned(), query: query.to_owned(), open: None }
    }

    /// Forgets the connection; a statement that still runs is interrupted at its deadline.
    pub(crate) fn disconnect(&mut self) {
        self.open = None;
    }

    /// Asks the query.
    pub(crate) async fn read(&mut self, rows_max: usize, deadline: Instant) -> Result<Vec<Row>, SourceError> {
        let query = AssertSqlSafe(self.query.clone());
        let connection = self.connection(deadline).await?;
        // Dropping the future would leave the statement running in the driver's thread.
        let mut handle = connection.lock_handle().await.map_err(SourceError::query)?;
        handle.set_progress_handler(INSTRUCTIONS_PER_LOOK, move || Instant::now() < deadline);
        drop(handle);
        let mut rows = Vec::new();
        let mut statements = 0;
        let mut answers = connection.fetch_many(sqlx::query(query));
        while let Some(answer) = answers.try_next().await.map_err(|it| failed(it, deadline))? {
            if statements == 1 {
                return Err(SourceError::Statements);
            }
            match answer {
                Either::Left(_) => statements += 1,
                Either::Right(_) if rows.len() == rows_max => return Err(SourceError::Rows(rows_max)),
                Either::Right(row) => rows.push(decode(&row)?),
            }
        }
        Ok(rows)
    }

    async fn connection(&mut self, deadline: Instant) -> Result<&mut SqliteConnection, SourceError> {
        let cannot_open =
            |error: sqlx::Error| SourceError::Open { file: self.file.clone(), source: error.into() };
        let identity = identity(&self.file).await.map_err(|it| cannot_open(sqlx::Error::Io(it)))?;
        let open = match self.open.take() {
            Some(open) if open.identity == identity => open,
            _ => {
                let connection = connect(&self.file, deadline).await.map_err(cannot_open)?;
                Open { connection, identity }
            }
        };
        Ok(&mut self.open.insert(open).connection)
    }
}

async fn identity(file: &Path) -> io::Result<Identity> {
    // Off the runtime's threads: a network file system that hangs must not stop the probes.
    fs::metadata(file).await.map(|it| (it.dev(), it.ino()))
}

async fn connect(file: &Path, deadline: Instant) -> sqlx::Result<SqliteConnection> {
    // Waiting for a lock cannot be interrupted, so it must end well before the pass does.
    let wait_max = deadline.saturating_duration_since(Instant::now()) / 2;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .create_if_missing(false)
        .busy_timeout(wait_max)
        .pragma("query_only", "ON")
        .thread_name(|id| format!("sla-source-{id}"));
    options.disable_statement_logging().connect().await
}

fn failed(error: sqlx::Error, deadline: Instant) -> SourceError {
    // The handler above interrupts a statement only when its time is up.
    if Instant::now() < deadline { SourceError::query(error) } else { SourceError::Timeout }
}

fn decode(row: &SqliteRow) -> Result<Row, SourceError> {
    if row.len() != 2 {
        return Err(SourceError::Columns(row.len()));
    }
    let found = kind(row, 0)?;
    if found != "TEXT" {
        return Err(SourceError::Label(found));
    }
    let label: String = row.try_get_unchecked(0).map_err(SourceError::query)?;
    let found = kind(row, 1)?;
    if found != "INTEGER" {
        return Err(SourceError::Total(found));
    }
    Ok((label, row.try_get_unchecked(1).map_err(SourceError::query)?))
}

/// Returns the storage class of a value. The declared type of its column says nothing: SQLite stores anything
/// anywhere, and reads the text `oops` as the number 0.
fn kind(row: &SqliteRow, column: usize) -> Result<String, SourceError> {
    let value = row.try_get_raw(column).map_err(SourceError::query)?;
    Ok(if value.is_null() { "NULL".to_owned() } else { value.type_info().name().to_owned() })
}
