//! Running one statement on whichever database it is.

use sqlx::{
    Arguments, AssertSqlSafe, FromRow, MySqlConnection, PgConnection, SqliteConnection,
    error::BoxDynError,
    mysql::{MySqlArguments, MySqlRow},
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};

use super::postgres;

/// A value in a statement.
#[derive(Clone, Copy, Debug)]
pub enum Param<'a> {
    /// A number, or a truth as 0 and 1: no database has to know truths.
    Int(i64),
    /// A number or nothing.
    Maybe(Option<i64>),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

impl From<i64> for Param<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Param<'_> {
    fn from(truth: bool) -> Self {
        Self::Int(truth.into())
    }
}

impl From<Option<i64>> for Param<'_> {
    fn from(number: Option<i64>) -> Self {
        Self::Maybe(number)
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

/// Builds the arguments of one database; a macro because the three types share no bound to name.
macro_rules! arguments {
    ($kind:ty, $params:expr) => {{
        let mut arguments = <$kind>::default();
        for param in $params {
            match *param {
                Param::Int(number) => arguments.add(number),
                Param::Maybe(number) => arguments.add(number),
                Param::Text(text) => arguments.add(text.to_owned()),
                Param::Bytes(bytes) => arguments.add(bytes.to_owned()),
            }
            .map_err(|error: BoxDynError| sqlx::Error::Encode(error))?;
        }
        arguments
    }};
}

/// What every database can decode its rows into: tuples of `i64`, `String`, `Vec<u8>` and options.
pub trait Columns:
    for<'r> FromRow<'r, SqliteRow>
    + for<'r> FromRow<'r, PgRow>
    + for<'r> FromRow<'r, MySqlRow>
    + Send
    + Unpin
    + 'static
{
}

impl<T> Columns for T where
    T: for<'r> FromRow<'r, SqliteRow>
        + for<'r> FromRow<'r, PgRow>
        + for<'r> FromRow<'r, MySqlRow>
        + Send
        + Unpin
        + 'static
{
}

/// A connection, inside a transaction or not.
pub enum Handle<'c> {
    /// To a SQLite file.
    Sqlite(&'c mut SqliteConnection),
    /// To `PostgreSQL`.
    Postgres(&'c mut PgConnection),
    /// To `MariaDB`.
    Mysql(&'c mut MySqlConnection),
}

impl Handle<'_> {
    /// Returns all rows.
    pub async fn all<T: Columns>(self, sql: &'static str, params: &[Param<'_>]) -> sqlx::Result<Vec<T>> {
        match self {
            Self::Sqlite(connection) => {
                let arguments = arguments!(SqliteArguments, params);
                sqlx::query_as_with(sql, arguments).fetch_all(connection).await
            }
            Self::Postgres(connection) => {
                let (sql, arguments) = (postgres::numbered(sql), arguments!(PgArguments, params));
                sqlx::query_as_with(AssertSqlSafe(sql), arguments).fetch_all(connection).await
            }
            Self::Mysql(connection) => {
                let arguments = arguments!(MySqlArguments, params);
                sqlx::query_as_with(sql, arguments).fetch_all(connection).await
            }
        }
    }

    /// Returns the first row, if there is one.
    pub async fn optional<T: Columns>(
        self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> sqlx::Result<Option<T>> {
        Ok(self.all(sql, params).await?.into_iter().next())
    }

    /// Returns the first row and, until the transaction ends, lets nobody else change or lock it.
    pub async fn locked<T: Columns>(
        self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> sqlx::Result<Option<T>> {
        // SQLite's one writer has everything locked already, and knows no such words.
        let with_lock = || AssertSqlSafe(format!("{sql} FOR UPDATE"));
        match self {
            Self::Sqlite(_) => self.optional(sql, params).await,
            Self::Postgres(connection) => {
                let (sql, arguments) = (postgres::numbered(&with_lock().0), arguments!(PgArguments, params));
                sqlx::query_as_with(AssertSqlSafe(sql), arguments).fetch_optional(connection).await
            }
            Self::Mysql(connection) => {
                let arguments = arguments!(MySqlArguments, params);
                sqlx::query_as_with(with_lock(), arguments).fetch_optional(connection).await
            }
        }
    }

    /// Runs a statement and returns how many rows it changed.
    pub async fn execute(self, sql: &'static str, params: &[Param<'_>]) -> sqlx::Result<u64> {
        Ok(match self {
            Self::Sqlite(connection) => {
                let arguments = arguments!(SqliteArguments, params);
                sqlx::query_with(sql, arguments).execute(connection).await?.rows_affected()
            }
            Self::Postgres(connection) => {
                let (sql, arguments) = (postgres::numbered(sql), arguments!(PgArguments, params));
                sqlx::query_with(AssertSqlSafe(sql), arguments).execute(connection).await?.rows_affected()
            }
            Self::Mysql(connection) => {
                let arguments = arguments!(MySqlArguments, params);
                sqlx::query_with(sql, arguments).execute(connection).await?.rows_affected()
            }
        })
    }

    /// Inserts a row and returns its id.
    pub async fn insert(self, sql: &'static str, params: &[Param<'_>]) -> sqlx::Result<i64> {
        match self {
            Self::Sqlite(connection) => {
                let arguments = arguments!(SqliteArguments, params);
                Ok(sqlx::query_with(sql, arguments).execute(connection).await?.last_insert_rowid())
            }
            Self::Postgres(connection) => {
                let sql = AssertSqlSafe(postgres::numbered(sql) + " RETURNING id");
                let arguments = arguments!(PgArguments, params);
                sqlx::query_scalar_with(sql, arguments).fetch_one(connection).await
            }
            Self::Mysql(connection) => {
                let arguments = arguments!(MySqlArguments, params);
                let done = sqlx::query_with(sql, arguments).execute(connection).await?;
                i64::try_from(done.last_insert_id()).map_err(|error| sqlx::Error::Decode(error.into()))
            }
        }
    }
}
