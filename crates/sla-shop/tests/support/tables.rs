//! A look into the shop's tables with the eyes of another program.

use std::time::Duration;

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, MySqlConnection, PgConnection, Row, SqliteConnection,
    sqlite::SqliteConnectOptions,
};

/// Where the tables are.
pub enum Tables {
    File(String),
    Postgres(String),
    Mysql(String),
}

impl Tables {
    /// Returns the tables of what `--database` was given.
    pub fn of(database: &str) -> Self {
        let database = database.to_owned();
        match database.split_once("://") {
            Some(("postgres", _)) => Self::Postgres(database),
            Some(("mysql", _)) => Self::Mysql(database),
            _ => Self::File(database),
        }
    }

    /// Returns the rows of a query, each as its columns joined by spaces.
    pub async fn rows(&self, sql: &str) -> Vec<String> {
        macro_rules! texts {
            ($rows:expr, $text:expr) => {
                $rows
                    .iter()
                    .map(|row| {
                        let columns = (0..row.len()).map(|column| $text(row, column));
                        columns
                            .map(|text| text.unwrap_or_else(|| "-".to_owned()))
                            .collect::<Vec<_>>()
                            .join(" ")
                    })
                    .collect()
            };
        }
        let text = AssertSqlSafe(sql);
        match self {
            Self::File(file) => {
                let rows = sqlx::query(text).fetch_all(&mut open(file).await).await.unwrap();
                texts!(rows, |row: &sqlx::sqlite::SqliteRow, column| row
                    .get_unchecked::<Option<String>, usize>(column))
            }
            // The servers send text where nothing is prepared, whatever the type.
            Self::Postgres(url) => {
                let mut database = PgConnection::connect(url).await.unwrap();
                let rows = sqlx::raw_sql(text).fetch_all(&mut database).await.unwrap();
                texts!(rows, |row: &sqlx::postgres::PgRow, column| row
                    .get_unchecked::<Option<String>, usize>(column))
            }
            Self::Mysql(url) => {
                let mut database = MySqlConnection::connect(url).await.unwrap();
                let rows = sqlx::raw_sql(text).fetch_all(&mut database).await.unwrap();
                texts!(rows, |row: &sqlx::mysql::MySqlRow, column| row
                    .get_unchecked::<Option<String>, usize>(column))
            }
        }
    }

    /// Returns the one number that a query yields.
    pub async fn number(&self, sql: &str) -> i64 {
        self.rows(sql).await[0].parse().unwrap()
    }

    /// Runs statements as another program does; returns what the database says against it.
    pub async fn tamper(&self, sql: &str) -> Result<(), String> {
        let text = AssertSqlSafe(sql);
        let done = match self {
            Self::File(file) => sqlx::raw_sql(text).execute(&mut open(file).await).await.map(drop),
            Self::Postgres(url) => {
                let mut database = PgConnection::connect(url).await.unwrap();
                sqlx::raw_sql(text).execute(&mut database).await.map(drop)
            }
            Self::Mysql(url) => {
                let mut database = MySqlConnection::connect(url).await.unwrap();
                sqlx::raw_sql(text).execute(&mut database).await.map(drop)
            }
        };
        done.map_err(|error| error.to_string())
    }

    /// Asserts that the metrics page counts what the journal holds.
    pub async fn audit_metrics(&self, page: &str) {
        let mut counted: Vec<String> = page
            .lines()
            .filter_map(|line| line.strip_prefix("shop_events_total{event=\""))
            .filter(|line| !line.ends_with(" 0"))
            .map(|line| line.replace("\",synthetic=\"true\"}", " 1").replace("\",synthetic=\"false\"}", " 0"))
            .collect();
        counted.sort();
        let told = "SELECT event, synthetic, count(*) FROM journal GROUP BY event, synthetic";
        let mut told = self.rows(told).await;
        told.sort();
        assert_eq!(counted, told);
    }

    /// Asserts that stock, orders, payments and parcels are what the journal says.
    pub async fn audit(&self) {
        let stock = "SELECT id, stock FROM goods ORDER BY id";
        let stocked = "
            SELECT goods, sum(CASE event WHEN 'stock_deducted' THEN -quantity ELSE quantity END)
            FROM journal WHERE event IN ('goods_stocked', 'stock_deducted', 'stock_returned')
            GROUP BY goods ORDER BY goods";
        self.same(stock, stocked).await;
        for (event, table, order, payment, column) in [
            ("order_created", "orders", "id", "NULL", "created_at_ms"),
            ("order_cancelled", "orders", "id", "NULL", "cancelled_at_ms"),
            ("payment_paid", "payments", "order_id", "id", "paid_at_ms"),
            ("payment_failed", "payments", "order_id", "id", "failed_at_ms"),
            ("payment_pending", "payments", "order_id", "id", "pending_at_ms"),
            ("payment_refunded", "payments", "order_id", "id", "refunded_at_ms"),
            ("order_shipped", "shipments", "order_id", "NULL", "shipped_at_ms"),
            ("order_signed", "shipments", "order_id", "NULL", "signed_at_ms"),
        ] {
            // Only customers' orders ship, so parcels do not say whose they are.
            let synthetic = if table == "shipments" { "0" } else { "synthetic" };
            let kept = format!(
                "SELECT {order} AS a, {payment} AS b, {column}, amount_cents, {synthetic}
                 FROM {table} WHERE {column} IS NOT NULL ORDER BY a, b"
            );
            let told = format!(
                "SELECT order_id AS a, payment_id AS b, at_ms, amount_cents, synthetic
                 FROM journal WHERE event = '{event}' ORDER BY a, b"
            );
            self.same(&kept, &told).await;
        }
    }

    async fn same(&self, kept: &str, told: &str) {
        assert_eq!(self.rows(kept).await, self.rows(told).await, "{kept}");
    }
}

async fn open(file: &str) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(30));
    options.connect().await.unwrap()
}
