//! The three databases that can hold the shop. What differs between them stands in one file each; the
//! rest of the shop writes its SQL once, with `?` for a value.

mod handle;
mod mysql;
mod postgres;
mod sqlite;

use std::{fmt, path::PathBuf, time::Duration};

use anyhow::Context;
use sqlx::{
    MySql, MySqlPool, PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    pool::{PoolConnection, PoolOptions},
};

pub use handle::Handle;

/// How long a request waits for its turn before it is told that the shop is busy.
const TURN_MAX: Duration = Duration::from_secs(5);

/// Connections to a server: enough to keep its two or more cores busy, few enough for any server.
const CONNECTIONS: u32 = 8;

/// Where the shop's tables are.
#[derive(Clone, Debug)]
pub enum Target {
    /// A SQLite file.
    File(PathBuf),
    /// A `PostgreSQL` server.
    Postgres(String),
    /// A `MariaDB` server.
    Mysql(String),
}

impl From<&str> for Target {
    fn from(text: &str) -> Self {
        let has = |schemes: &[&str]| schemes.iter().any(|scheme| text.starts_with(scheme));
        if has(&["postgres://", "postgresql://"]) {
            Self::Postgres(text.to_owned())
        } else if has(&["mysql://", "mariadb://"]) {
            Self::Mysql(text.to_owned())
        } else {
            Self::File(text.into())
        }
    }
}

impl fmt::Display for Target {
    /// Writes the target without user and password: it ends up in messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::Postgres(url) | Self::Mysql(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                write!(f, "{scheme}://{place}")
            }
        }
    }
}

/// An open database.
#[derive(Clone)]
pub enum Database {
    /// One connection that writes, a few that read: SQLite has one writer.
    Sqlite {
        /// Waiting for it is waiting in line.
        writer: SqlitePool,
        /// They see what was committed last.
        readers: SqlitePool,
    },
    /// Connections that do both.
    Postgres(PgPool),
    /// Connections that do both.
    Mysql(MySqlPool),
}

impl Database {
    /// Connects, and creates the tables that are missing.
    pub async fn open(target: &Target) -> anyhow::Result<Self> {
        let opened = match target {
            Target::File(file) => sqlite::open(file).await,
            Target::Postgres(url) => postgres::open(url).await.map(Self::Postgres),
            Target::Mysql(url) => mysql::open(url).await.map(Self::Mysql),
        };
        let opened = opened.with_context(|| format!("cannot open the database `{target}`"))?;
        opened.create_tables().await.with_context(|| {
            format!(
                "`{target}` does not take the shop's tables; if it has some of another version, \
                 start with an empty one"
            )
        })?;
        Ok(opened)
    }

    /// Takes a connection for reading.
    pub async fn read(&self) -> sqlx::Result<Reader> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Reader::Sqlite(readers.acquire().await?),
            Self::Postgres(pool) => Reader::Postgres(pool.acquire().await?),
            Self::Mysql(pool) => Reader::Mysql(pool.acquire().await?),
        })
    }

    /// Begins a transaction that writes.
    pub async fn write(&self) -> sqlx::Result<Writer> {
        Ok(match self {
            // IMMEDIATE takes the lock now; an upgrade from reading to writing could fail half-way.
            Self::Sqlite { writer, .. } => Writer::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Writer::Postgres(pool.begin().await?),
            Self::Mysql(pool) => Writer::Mysql(pool.begin().await?),
        })
    }

    /// Closes the connections once nobody uses them any more.
    pub async fn close(self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
            Self::Mysql(pool) => pool.close().await,
        }
    }

    /// Creates what is missing. The indexes name the columns that came last, so that tables of an older shop
    /// are refused.
    async fn create_tables(&self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite { writer, .. } => {
                sqlx::raw_sql(include_str!("sqlite.sql")).execute(writer).await.map(drop)
            }
            Self::Postgres(pool) => sqlx::raw_sql(include_str!("postgres.sql")).execute(pool).await.map(drop),
            Self::Mysql(pool) => sqlx::raw_sql(include_str!("mysql.sql")).execute(pool).await.map(drop),
        }
    }
}

/// A connection that reads.
pub enum Reader {
    /// To a SQLite file.
    Sqlite(PoolConnection<Sqlite>),
    /// To `PostgreSQL`.
    Postgres(PoolConnection<Postgres>),
    /// To `MariaDB`.
    Mysql(PoolConnection<MySql>),
}

impl Reader {
    /// Returns what runs statements.
    pub fn handle(&mut self) -> Handle<'_> {
        match self {
            Self::Sqlite(connection) => Handle::Sqlite(connection),
            Self::Postgres(connection) => Handle::Postgres(connection),
            Self::Mysql(connection) => Handle::Mysql(connection),
        }
    }
}

/// A transaction; dropped without `commit`, it never happened.
pub enum Writer {
    /// In a SQLite file.
    Sqlite(Transaction<'static, Sqlite>),
    /// In `PostgreSQL`.
    Postgres(Transaction<'static, Postgres>),
    /// In `MariaDB`.
    Mysql(Transaction<'static, MySql>),
}

impl Writer {
    /// Returns what runs statements.
    pub fn handle(&mut self) -> Handle<'_> {
        match self {
            Self::Sqlite(transaction) => Handle::Sqlite(transaction),
            Self::Postgres(transaction) => Handle::Postgres(transaction),
            Self::Mysql(transaction) => Handle::Mysql(transaction),
        }
    }

    /// Makes it true.
    pub async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await,
            Self::Postgres(transaction) => transaction.commit().await,
            Self::Mysql(transaction) => transaction.commit().await,
        }
    }
}

fn pool<DB: sqlx::Database>(connections: u32) -> PoolOptions<DB> {
    PoolOptions::new().max_connections(connections).acquire_timeout(TURN_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shown(text: &str, expected: &str) {
        assert_eq!(Target::from(text).to_string(), expected);
    }

    #[test]
    fn messages_show_no_password() {
        shown("postgres://shop:s3cret@db:5432/shop", "postgres://db:5432/shop");
        shown("mysql://shop:p@ss@db/shop", "mysql://db/shop");
        shown("/var/lib/shop.db", "/var/lib/shop.db");
        assert!(matches!(Target::from("postgres.db"), Target::File(_)));
        assert!(matches!(Target::from("mariadb://db/shop"), Target::Mysql(_)));
    }
}
