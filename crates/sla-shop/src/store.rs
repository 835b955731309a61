//! What the shop keeps: its users and goods. Orders and payments stand in files of their own; whatever
//! they change goes through a [`Change`].

use std::{collections::BTreeSet, sync::Arc};

use anyhow::Context;
use serde::Serialize;

use crate::{
    catalogue::CATALOGUE,
    clock,
    database::{Database, Handle, Reader, Target, Writer},
    fault::{self, Faults},
    journal::{self, Entry, Event},
    secret::{self, Random},
    tally::Tally,
};

/// The user whose orders are always synthetic: the test payer.
pub const PROBE: &str = "probe";

/// Accounts that always exist, so that a load generator can log in while no customer is built in.
const ACCOUNTS_MIN: u32 = 20;

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

/// The open database, and what every change of it has to ask and tell.
#[derive(Clone)]
pub struct Store {
    database: Database,
    faults: Arc<Faults>,
    tally: Tally,
    pace: u32,
}

impl Store {
    /// Opens the database, creates what is missing in it, keeps what is there and counts its journal.
    pub async fn open(target: &Target, faults: Arc<Faults>, pace: u32) -> anyhow::Result<Self> {
        let database = Database::open(target).await?;
        let tally = Tally::new().context("cannot set up the counters")?;
        Ok(Self { database, faults, tally, pace })
    }

    /// Makes an empty database a shop and restores the counters from the journal.
    pub async fn prepare(&self, customers: u32, random: &Random) -> anyhow::Result<()> {
        self.tally
            .restore(&journal::counts(&mut self.read().await?).await.context("cannot count the journal")?);
        self.stock_shelves().await.context("cannot stock the goods")?;
        self.create_users(customers.max(ACCOUNTS_MIN), random).await.context("cannot create the users")
    }

    /// Starts a change that happens now.
    pub async fn change(&self) -> sqlx::Result<Change> {
        let writer = self.database.write().await?;
        Ok(Change { writer, at_ms: clock::now_ms(), store: self.clone(), entries: Vec::new() })
    }

    /// Takes a connection for reading.
    pub async fn read(&self) -> sqlx::Result<Reader> {
        self.database.read().await
    }

    /// Returns what is broken.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Returns the counters of events.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Returns how many times faster than life parcels travel.
    pub fn pace(&self) -> u32 {
        self.pace
    }

    /// Returns all goods.
    pub async fn goods(&self) -> sqlx::Result<Vec<Goods>> {
        let mut reader = self.read().await?;
        let sql = "SELECT id, name, price_cents, stock FROM goods ORDER BY id";
        let rows: Vec<GoodsRow> = reader.handle().all(sql, &[]).await?;
        Ok(rows.into_iter().map(Goods::from_row).collect())
    }

    /// Returns one article.
    pub async fn article(&self, id: i64) -> sqlx::Result<Option<Goods>> {
        let mut reader = self.read().await?;
        let sql = "SELECT id, name, price_cents, stock FROM goods WHERE id = ?";
        let row: Option<GoodsRow> = reader.handle().optional(sql, &[id.into()]).await?;
        Ok(row.map(Goods::from_row))
    }

    /// Returns the user with that name and password.
    pub async fn user(&self, name: &str, password: &str) -> sqlx::Result<Option<User>> {
        let mut reader = self.read().await?;
        let sql = "SELECT id, salt, password_hash FROM users WHERE name = ?";
        let row: Option<(i64, Vec<u8>, Vec<u8>)> = reader.handle().optional(sql, &[name.into()]).await?;
        Ok(row
            .filter(|(_, salt, hash)| secret::password_hash(salt, password) == *hash)
            .map(|(id, ..)| User { id, name: name.into() }))
    }

    /// Closes the database once nobody uses it any more.
    pub async fn close(self) {
        self.database.close().await;
    }

    async fn stock_shelves(&self) -> sqlx::Result<()> {
        let mut change = self.change().await?;
        let known: Option<(i64,)> = change.handle().optional("SELECT id FROM goods LIMIT 1", &[]).await?;
        let new = if known.is_none() { CATALOGUE } else { &[] };
        for article in new {
            let sql = "INSERT INTO goods (name, price_cents, stock) VALUES (?, ?, ?)";
            let values = [article.name.into(), article.price_cents.into(), article.stock.into()];
            let goods = change.handle().insert(sql, &values).await?;
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
        let known: Vec<(String,)> = change.handle().all("SELECT name FROM users", &[]).await?;
        let known: BTreeSet<String> = known.into_iter().map(|(name,)| name).collect();
        let names = (1..=customers).map(customer_name).chain([PROBE.to_owned()]);
        for name in names.filter(|name| !known.contains(name)) {
            let salt = random.bytes();
            // The password is the name: every tool that tests the shop must be able to log in.
            let hash = secret::password_hash(&salt, &name);
            let sql = "INSERT INTO users (name, salt, password_hash) VALUES (?, ?, ?)";
            let values = [name.as_str().into(), salt.as_slice().into(), hash.as_slice().into()];
            change.handle().execute(sql, &values).await?;
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
    writer: Writer,
    at_ms: i64,
    store: Store,
    entries: Vec<(Event, bool)>,
}

impl Change {
    /// Returns the one time of all that this change writes.
    pub fn at_ms(&self) -> i64 {
        self.at_ms
    }

    /// Returns what runs statements inside the transaction.
    pub fn handle(&mut self) -> Handle<'_> {
        self.writer.handle()
    }

    /// Writes a row of the journal.
    pub async fn append(&mut self, entry: Entry) -> sqlx::Result<()> {
        self.entries.push((entry.event, entry.synthetic));
        journal::append(self.writer.handle(), self.at_ms, entry).await
    }

    /// Makes it true, and counts it then.
    pub async fn commit(self) -> sqlx::Result<()> {
        self.store.faults.delay(fault::SLOW_DATABASE).await;
        self.writer.commit().await?;
        for (event, synthetic) in self.entries {
            self.store.tally.count(event, synthetic, 1);
        }
        Ok(())
    }
}
