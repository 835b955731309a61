//! A thousand buyers of five hundred articles, and a shop that is killed in between.

#![expect(clippy::unwrap_used, reason = "all of this file is a test")]

mod support;

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use support::{Server, Tables};
use tokio::{sync::watch, task::JoinSet};

const BUYERS: u32 = 1_000;
const STOCK: i64 = 500;

/// How many articles are sold before the shop is killed.
const SOLD_BEFORE_KILL: i64 = 150;

/// The process of a shop, killed when dropped.
struct Shop {
    child: Child,
    address: String,
}

impl Shop {
    fn open(database: &str) -> Self {
        let mut command = Command::new("setpriv");
        command.args([
            "--pdeathsig",
            "KILL",
            env!("CARGO_BIN_EXE_sla-shop"),
            "serve",
            "--database",
            database,
        ]);
        command.args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--customers", "0"]);
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut seen = Vec::new();
        let address = log.by_ref().find_map(|line| {
            let address =
                line.split_once(" address=").map(|(_, rest)| rest.split(' ').next().unwrap().to_owned());
            seen.push(line);
            address
        });
        // Somebody has to read on, or the shop waits for a full pipe.
        thread::spawn(move || log.for_each(drop));
        let address = address.unwrap_or_else(|| panic!("the shop does not open: {}", seen.join("\n")));
        Self { child, address: format!("http://{address}") }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the buyers share.
struct Market {
    client: Client,
    /// Where the shop is now.
    shop: watch::Receiver<String>,
}

impl Market {
    /// Sends a request until a shop answers that is not too busy, as people do; returns that answer.
    async fn ask(&self, path: &str, token: &str, body: Value) -> (StatusCode, Value) {
        loop {
            let address = self.shop.borrow().clone();
            let request = self.client.post(format!("{address}{path}")).bearer_auth(token).json(&body);
            if let Ok(answer) = request.send().await
                && answer.status() != StatusCode::SERVICE_UNAVAILABLE
            {
                let status = answer.status();
                if let Ok(body) = answer.json().await {
                    return (status, body);
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn log_in(&self) -> String {
        let login = json!({"user": "customer-1", "password": "customer-1"});
        let (status, answer) = self.ask("/api/login", "", login).await;
        assert_eq!(status, 200, "{answer}");
        answer["token"].as_str().unwrap().to_owned()
    }

    /// Orders one article and pays it. A restarted shop knows no tokens: the buyer logs in again.
    async fn buy(&self) -> StatusCode {
        let mut token = self.log_in().await;
        loop {
            let (status, order) = self.ask("/api/orders", &token, json!({"goods": 1, "quantity": 1})).await;
            if status == StatusCode::UNAUTHORIZED {
                token = self.log_in().await;
                continue;
            }
            if status != StatusCode::CREATED {
                return status;
            }
            let path = format!("/api/orders/{}/payment", order["id"]);
            while self.ask(&path, &token, Value::Null).await.0 == StatusCode::UNAUTHORIZED {
                token = self.log_in().await;
            }
            return status;
        }
    }
}

#[tokio::test]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    sell_out(folder.path().join("shop.db").to_str().unwrap()).await;
}

#[tokio::test]
async fn on_postgres() {
    let server = Server::postgres();
    sell_out(server.url()).await;
}

#[tokio::test]
async fn on_mariadb() {
    let server = Server::mariadb();
    sell_out(server.url()).await;
}

async fn sell_out(database: &str) {
    let mut shop = Shop::open(database);
    let tables = Tables::of(database);
    // Events move stock, so what is not for sale leaves by an event, too.
    tables.tamper(&format!("UPDATE goods SET stock = {STOCK} WHERE id = 1")).await.unwrap();
    let left = "INSERT INTO journal (at_ms, event, goods, quantity, synthetic)
        VALUES (0, 'stock_deducted', 1, 999500, 0)";
    tables.tamper(left).await.unwrap();

    let (moved, place) = watch::channel(shop.address.clone());
    let client = Client::builder().no_proxy().timeout(Duration::from_mins(1)).build().unwrap();
    let market = Arc::new(Market { client, shop: place });
    let mut buyers = JoinSet::new();
    for _ in 0..BUYERS {
        let market = Arc::clone(&market);
        buyers.spawn(async move { market.buy().await });
    }
    while tables.number("SELECT count(*) FROM orders").await < SOLD_BEFORE_KILL {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    shop.kill();
    // Opening takes locks that wait for what a server still does for the dead.
    shop = Shop::open(database);
    assert!(tables.number("SELECT stock FROM goods WHERE id = 1").await > 0, "killed in the middle");
    tables.audit().await;
    moved.send_replace(shop.address.clone());

    let answers = buyers.join_all().await;
    let bought = answers.iter().filter(|status| **status == StatusCode::CREATED).count();
    let refused = answers.iter().filter(|status| **status == StatusCode::CONFLICT).count();
    assert_eq!(bought + refused, answers.len());
    // The orders that were made while the shop died were never answered: their buyers asked again.
    let sold = tables.number("SELECT count(*) FROM orders").await;
    assert_eq!(sold, STOCK);
    assert!(i64::try_from(bought).unwrap() <= sold);
    assert_eq!(tables.number("SELECT stock FROM goods WHERE id = 1").await, 0);
    tables.audit().await;
    let page = reqwest::get(format!("{}/metrics", shop.address)).await.unwrap().text().await.unwrap();
    tables.audit_metrics(&page).await;
}
