//! What is particular about SQLite.

use std::{path::Path, time::Duration};

use sqlx::{
    ConnectOptions, Sqlite,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::Database;

/// Readers beside the one writer: the shop shares few cores with what measures it.
const READERS: u32 = 2;

/// How long SQLite waits while another program locks the file.
const LOCK_MAX: Duration = Duration::from_secs(5);

/// Opens the file; creates it if it is missing.
pub async fn open(file: &Path) -> sqlx::Result<Database> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(LOCK_MAX)
        .foreign_keys(true)
        .disable_statement_logging();
    let writing = options
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Without a sync per commit a power cut may take back the last seconds, but a killed
        // process (what the shop is tested with) loses nothing: its writes are with the kernel.
        .synchronous(SqliteSynchronous::Normal);
    let writer = pool(1).connect_with(writing).await?;
    let readers = pool(READERS).connect_with(options.read_only(true)).await?;
    Ok(Database::Sqlite { writer, readers })
}

fn pool(connections: u32) -> PoolOptions<Sqlite> {
    // The connections are to a file: they do not go stale, so none is tested, aged or given back.
    super::pool(connections)
        .min_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}
