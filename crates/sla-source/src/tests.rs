//! Passes over a real file that another connection writes.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use sla_model::source::{Source, SourceKind, SourceMetric};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use tempfile::TempDir;

use crate::{Reader, SourceError};

const PATIENCE: Duration = Duration::from_secs(20);

const TOTALS: &str = "SELECT status, count(*) FROM payments GROUP BY status";

/// A database with a table of payments, and the connection of whoever writes it.
struct Shop {
    folder: TempDir,
    writer: SqliteConnection,
}

impl Shop {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Self::connect(folder.path().join("shop.db")).await;
        sqlx::query("CREATE TABLE payments (status)").execute(&mut writer).await.unwrap();
        Self { folder, writer }
    }

    async fn connect(file: PathBuf) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        options.journal_mode(SqliteJournalMode::Wal).connect().await.unwrap()
    }

    async fn write(&mut self, sql: &str) {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut self.writer).await.unwrap();
    }

    fn reader(&self, query: &str) -> Reader {
        let file = self.folder.path().join("shop.db");
        let id = "shop-db";
        let source = Source { id: id.parse().unwrap(), kind: SourceKind::Sqlite { file }, timeout: PATIENCE };
        let metric = SourceMetric {
            name: "shop_payments_total".parse().unwrap(),
            help: String::new(),
            from: id.parse().unwrap(),
            every: PATIENCE,
            query: query.to_owned(),
            label: "status".parse().unwrap(),
            values: vec!["paid".into(), "failed".into()],
        };
        Reader::new(&source, &metric)
    }
}

async fn pass(reader: &mut Reader) -> Result<(), SourceError> {
    reader.pass(Instant::now() + PATIENCE).await.map(|_| ())
}

#[track_caller]
fn totals(reader: &Reader, paid: u64, failed: u64) {
    let found: Vec<_> = reader.totals().iter().map(|(value, total)| (value.as_str(), *total)).collect();
    assert_eq!(found, [("failed", failed), ("paid", paid)]);
}

#[tokio::test]
async fn a_pass_reads_what_was_committed() {
    let mut shop = Shop::open().await;
    let mut reader = shop.reader(TOTALS);
    totals(&reader, 0, 0);
    pass(&mut reader).await.unwrap();
    totals(&reader, 0, 0);
    shop.write("INSERT INTO payments VALUES ('paid'), ('paid')").await;
    pass(&mut reader).await.unwrap();
    totals(&reader, 2, 0);
    // A writer in the middle of its transaction is not waited for in WAL mode, and its rows are not seen.
    shop.write("BEGIN IMMEDIATE").await;
    shop.write("INSERT INTO payments VALUES ('failed')").await;
    pass(&mut reader).await.unwrap();
    totals(&reader, 2, 0);
    shop.write("COMMIT").await;
    pass(&mut reader).await.unwrap();
    totals(&reader, 2, 1);
}

#[tokio::test]
async fn a_total_never_falls() {
    let mut shop = Shop::open().await;
    let mut reader = shop.reader("SELECT 'paid', count(*) FROM payments");
    shop.write("INSERT INTO payments VALUES (1), (2)").await;
    pass(&mut reader).await.unwrap();
    shop.write("DELETE FROM payments WHERE status = 1").await;
    let error = pass(&mut reader).await.unwrap_err().to_string();
    assert!(error.starts_with("the total of `paid` fell below 2;"), "{error}");
    totals(&reader, 2, 0);
    shop.write("INSERT INTO payments VALUES (1), (3)").await;
    pass(&mut reader).await.unwrap();
    totals(&reader, 3, 0);
}

#[tokio::test]
async fn a_replaced_file_is_opened_anew() {
    let mut shop = Shop::open().await;
    let mut reader = shop.reader(TOTALS);
    shop.write("INSERT INTO payments VALUES ('paid')").await;
    pass(&mut reader).await.unwrap();
    shop.writer.close().await.unwrap();
    let file = shop.folder.path().join("shop.db");
    for file in [file.clone(), file.with_extension("db-wal"), file.with_extension("db-shm")] {
        let _ = std::fs::remove_file(file);
    }
    let error = pass(&mut reader).await.unwrap_err();
    assert!(matches!(error, SourceError::Open { .. }), "{error}");
    let told = chain(&error);
    assert!(told.ends_with("for reading: No such file or directory (os error 2)"), "{told}");
    shop.writer = Shop::connect(file).await;
    shop.write("CREATE TABLE payments (status)").await;
    shop.write("INSERT INTO payments VALUES ('paid'), ('failed')").await;
    pass(&mut reader).await.unwrap();
    totals(&reader, 1, 1);
}

/// Returns an error with its causes, as the exporter tells it; what is said once is not said again.
#[track_caller]
fn chain(error: &SourceError) -> String {
    let mut parts = vec![error.to_string()];
    let mut cause = std::error::Error::source(error);
    while let Some(it) = cause {
        parts.push(it.to_string());
        cause = it.source();
    }
    let said_twice = |number: usize| parts[..number].iter().any(|it| it.contains(&parts[number]));
    let text = parts.join(": ");
    assert!(!(1..parts.len()).any(said_twice), "{text}");
    text
}

/// Checks that a query is refused with this text and that no number changes.
async fn refused(query: &str, expected: &str) {
    let mut shop = Shop::open().await;
    shop.write("INSERT INTO payments VALUES ('paid')").await;
    let mut reader = shop.reader(query);
    let error = pass(&mut reader).await.unwrap_err();
    let text = chain(&error);
    assert!(text.contains(expected), "`{query}`: {text}");
    totals(&reader, 0, 0);
    let kept: i64 =
        sqlx::query_scalar("SELECT count(*) FROM payments").fetch_one(&mut shop.writer).await.unwrap();
    assert_eq!(kept, 1, "`{query}` changed something");
}

#[tokio::test]
async fn wrong_queries_say_what_to_do() {
    refused("SELECT 'refunded', 1", "a `status` that is not among `values`").await;
    refused("SELECT 'paid', NULL", "a total of type NULL").await;
    refused("SELECT 'paid', 'oops'", "a total of type TEXT").await;
    refused("SELECT 'paid', 1.5", "a total of type REAL").await;
    refused("SELECT 'paid', -1", "the total of `paid` is negative").await;
    refused("SELECT NULL, 1", "a label value of type NULL").await;
    refused("SELECT 7, 1", "a label value of type INTEGER").await;
    refused("SELECT 'paid'", "returns 1 columns").await;
    refused("SELECT 'paid', 1, 2", "returns 3 columns").await;
    refused("SELECT 'paid', 1 UNION ALL SELECT 'paid', 2", "a `status` twice").await;
    refused("VALUES ('paid', 1), ('failed', 1), ('paid', 2)", "more than 2 rows").await;
    refused("SELECT 'paid', 1; SELECT 'failed', 1", "several statements").await;
    refused("SELECT 'paid', 1; DELETE FROM payments", "readonly").await;
    refused("DELETE FROM payments", "readonly").await;
    refused("PRAGMA query_only = OFF; DELETE FROM payments", "").await;
    refused("SELECT missing", "no such column").await;
}

/// What is wrong stays the same; what the database holds is nobody's business, and would make it another text at each
/// pass.
#[tokio::test]
async fn errors_say_the_same_at_each_pass() {
    let mut shop = Shop::open().await;
    for query in [
        "SELECT 'secret ' || count(*), 1 FROM payments",
        "SELECT 'secret ' || count(*), 1.5 FROM payments",
        "SELECT 'paid', -1 - count(*) FROM payments",
    ] {
        let mut reader = shop.reader(query);
        let first = chain(&pass(&mut reader).await.unwrap_err());
        shop.write("INSERT INTO payments VALUES (1)").await;
        let second = chain(&pass(&mut reader).await.unwrap_err());
        assert_eq!(first, second);
        assert!(!first.contains("secret"), "{first}");
    }
    let mut reader = shop.reader("SELECT 'paid', 10 * count(*) FROM payments");
    pass(&mut reader).await.unwrap();
    shop.write("DELETE FROM payments WHERE rowid = (SELECT max(rowid) FROM payments)").await;
    let first = chain(&pass(&mut reader).await.unwrap_err());
    shop.write("DELETE FROM payments WHERE rowid = (SELECT max(rowid) FROM payments)").await;
    assert_eq!(first, chain(&pass(&mut reader).await.unwrap_err()));
}

#[tokio::test]
async fn a_missing_file_is_not_created() {
    let mut shop = Shop::open().await;
    shop.folder = tempfile::tempdir().unwrap();
    let error = pass(&mut shop.reader(TOTALS)).await.unwrap_err().to_string();
    assert!(error.starts_with("cannot open `"), "{error}");
    assert_eq!(shop.folder.path().read_dir().unwrap().count(), 0);
}

/// Returns how many threads of readers there are in this process.
fn threads_of(name: &str) -> usize {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let names = threads.filter_map(|it| std::fs::read_to_string(it.unwrap().path().join("comm")).ok());
    names.filter(|it| it.starts_with(name)).count()
}

#[tokio::test]
async fn work_ends_with_the_deadline_in_the_database_too() {
    let shop = Shop::open().await;
    let endless =
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) SELECT 'paid', max(i) FROM n";
    let mut reader = shop.reader(endless);
    let started = Instant::now();
    let deadline = Duration::from_millis(100);
    let error = reader.pass(started + deadline).await.unwrap_err();
    let took = started.elapsed();
    assert!(matches!(error, SourceError::Timeout), "{error}");
    assert!(took >= deadline && took < PATIENCE, "{took:?}");
    // A statement that went on would hold its thread; those of other tests end by themselves.
    while threads_of("sla-source") > 0 {
        assert!(started.elapsed() < PATIENCE, "the statement still runs");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_lock_is_not_waited_for_longer_than_the_deadline() {
    let mut shop = Shop::open().await;
    shop.write("PRAGMA journal_mode = DELETE").await;
    shop.write("BEGIN EXCLUSIVE").await;
    let mut reader = shop.reader(TOTALS);
    let started = Instant::now();
    reader.pass(started + Duration::from_millis(200)).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(5));
    shop.write("COMMIT").await;
    pass(&mut reader).await.unwrap();
}
