//! The shop's SQLite file: opening it, its users and goods. Orders and payments stand in files of
//! their own; whatever they change goes through a [`Change`].

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use serde::Serialize;
use sqlx::{
    ConnectOptions, Sqlite, SqliteConnection, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{
    catalogue::CATALOGUE,
    clock,
    journal::{self, Entry, Event},
    secret::{self, Random},
};

/// The user whose orders are always synthetic: the test payer.
pub const PROBE: &str = "probe";

/// Accounts that always exist, so that a load generator can log in while no customer is built in.
const ACCOUNTS_MIN: u32 = 20;

/// Readers beside the one writer: the shop shares few cores with what measures it.
const READERS: u32 = 2;

/// How long a request waits for its turn before it is told that the shop is busy.
const TURN_MAX: Duration = Duration::from_secs(5);

/// How long SQLite waits while another program locks the file.
const LOCK_MAX: Duration = Duration::from_secs(5);

/// A user, as a token names them.
#[derive(Clone, Debug)]
pub struct User {
    /// Row in `users`.
    pub id: i64,
    /// Login name.
    pub name: Arc<str>,
}

impl User {
    /// Whether this is the test payer.
    pub fn is_probe(&self) -> bool {
        &*self.name == PROBE
    }
}

/// An article.
#[derive(Clone, Debug, Serialize)]
pub struct Goods {
    /// Row in `goods`.
    pub id: i64,
    /// Name on the pages.
    pub name: String,
    /// Price of one.
    pub price_cents: i64,
    /// How many there are.
    pub stock: i64,
}

type GoodsRow = (i64, String, i64, i64);

impl Goods {
    fn from_row((id, name, price_cents, stock): GoodsRow) -> Self {
        Self { id, name, price_cents, stock }
    }
}

/// The open file: one connection that writes, a few that read.
#[derive(Clone)]
pub struct Store {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Store {
    /// Opens the file, creates what is missing in it, and keeps what is there.
    pub async fn open(file: &Path, customers: u32, random: &Random) -> anyhow::Result<Self> {
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
        let cannot_open = || format!("cannot open the database `{}`", file.display());
        let writer = pool(1).connect_with(writing).await.with_context(cannot_open)?;
        sqlx::raw_sql(include_str!("schema.sql")).execute(&writer).await.with_context(cannot_open)?;
        let readers = pool(READERS).connect_with(options.read_only(true)).await.with_context(cannot_open)?;
        let store = Self { writer, readers };
        store.stock_shelves().await.context("cannot stock the goods")?;
        store.create_users(customers.max(ACCOUNTS_MIN), random).await.context("cannot create the users")?;
        Ok(store)
    }

    /// Starts a change. Changes wait in line: SQLite has one writer.
    pub async fn change(&self) -> sqlx::Result<Change> {
        // IMMEDIATE takes the lock now; an upgrade from reading to writing could fail half-way.
        let transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Change { transaction, at_ms: clock::now_ms() })
    }

    /// Returns the connections that read.
    pub fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// Returns all goods.
    pub async fn goods(&self) -> sqlx::Result<Vec<Goods>> {
        let rows: Vec<GoodsRow> =
            sqlx::query_as("SELECT id, name, price_cents, stock FROM goods ORDER BY id")
                .fetch_all(&self.readers)
                .await?;
        Ok(rows.into_iter().map(Goods::from_row).collect())
    }

    /// Returns one article.
    pub async fn article(&self, id: i64) -> sqlx::Result<Option<Goods>> {
        let row: Option<GoodsRow> =
            sqlx::query_as("SELECT id, name, price_cents, stock FROM goods WHERE id = ?")
                .bind(id)
                .fetch_optional(&self.readers)
                .await?;
        Ok(row.map(Goods::from_row))
    }

    /// Returns the user with that name and password.
    pub async fn user(&self, name: &str, password: &str) -> sqlx::Result<Option<User>> {
        let row: Option<(i64, Vec<u8>, Vec<u8>)> =
            sqlx::query_as("SELECT id, salt, password_hash FROM users WHERE name = ?")
                .bind(name)
                .fetch_optional(&self.readers)
                .await?;
        Ok(row
            .filter(|(_, salt, hash)| secret::password_hash(salt, password) == *hash)
            .map(|(id, ..)| User { id, name: name.into() }))
    }

    /// Closes the file once nobody uses it any more.
    pub async fn close(self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn stock_shelves(&self) -> sqlx::Result<()> {
        let mut change = self.change().await?;
        let (known,): (i64,) =
            sqlx::query_as("SELECT count(*) FROM goods").fetch_one(change.connection()).await?;
        let new = if known == 0 { CATALOGUE } else { &[] };
        for article in new {
            let goods = sqlx::query("INSERT INTO goods (name, price_cents, stock) VALUES (?, ?, ?)")
                .bind(article.name)
                .bind(article.price_cents)
                .bind(article.stock)
                .execute(change.connection())
                .await?
                .last_insert_rowid();
            change
                .append(Entry {
                    event: Event::GoodsStocked,
                    order: None,
                    payment: None,
                    goods,
                    quantity: article.stock,
                    amount_cents: None,
                    synthetic: false,
                })
                .await?;
        }
        change.commit().await
    }

    async fn create_users(&self, customers: u32, random: &Random) -> sqlx::Result<()> {
        let mut change = self.change().await?;
        let names = (1..=customers).map(customer_name);
        for name in names.chain([PROBE.to_owned()]) {
            let salt = random.bytes();
            // The password is the name: every tool that tests the shop must be able to log in.
            let hash = secret::password_hash(&salt, &name);
            sqlx::query(
                "INSERT INTO users (name, salt, password_hash) VALUES (?, ?, ?)
                 ON CONFLICT (name) DO NOTHING",
            )
            .bind(name)
            .bind(salt.as_slice())
            .bind(hash)
            .execute(change.connection())
            .await?;
        }
        change.commit().await
    }
}

/// Returns the login name, and password, of a built-in customer; the first is 1.
pub fn customer_name(customer: u32) -> String {
    format!("customer-{customer}")
}

/// A transaction that writes; dropped without `commit`, it never happened.
pub struct Change {
    transaction: Transaction<'static, Sqlite>,
    at_ms: i64,
}

impl Change {
    /// Returns the one time of all that this change writes.
    pub fn at_ms(&self) -> i64 {
        self.at_ms
    }

    /// Returns the connection inside the transaction.
    pub fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }

    /// Writes a row of the journal.
    pub async fn append(&mut self, entry: Entry) -> sqlx::Result<()> {
        journal::append(&mut self.transaction, self.at_ms, entry).await
    }

    /// Makes it true.
    pub async fn commit(self) -> sqlx::Result<()> {
        self.transaction.commit().await
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    // The connections are to a file: they do not go stale, so none is tested, aged or given back.
    SqlitePoolOptions::new()
        .min_connections(connections)
        .max_connections(connections)
        .acquire_timeout(TURN_MAX)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}
