//! The same story on all three databases.

use std::sync::Arc;

use http::Method;
use serde_json::json;

use super::{
    harness::TestShop,
    support::{Server, Tables},
};
use crate::{clock, fault::Faults, lifecycle, order, payment, secret::Random, store::Store};

#[tokio::test]
async fn sqlite_tells_the_story() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    story(file.to_str().unwrap()).await;
    travels(file.to_str().unwrap()).await;
}

#[tokio::test]
async fn postgres_tells_the_story() {
    let server = Server::postgres();
    story(server.url()).await;
    travels(server.url()).await;
}

#[tokio::test]
async fn mariadb_tells_the_story() {
    let server = Server::mariadb();
    story(server.url()).await;
    travels(server.url()).await;
}

#[tokio::test]
async fn tables_of_an_older_shop_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db").display().to_string();
    std::fs::write(&file, "").unwrap();
    Tables::of(&file).tamper("CREATE TABLE orders (id INTEGER PRIMARY KEY, user INTEGER)").await.unwrap();
    let opened = Store::open(&file.as_str().into(), Arc::new(Faults::new()), 1).await;
    let error = opened.err().map(|error| error.to_string()).unwrap();
    assert!(error.contains("start with an empty one"), "{error}");
}

/// Buys, fails, waits, gives back and tampers; then closes and opens the shop again.
async fn story(database: &str) {
    let open = async || TestShop::open_on(database, tempfile::tempdir().unwrap(), 0, 1).await;
    let shop = open().await;
    let (customer, probe) = (shop.log_in("customer-1").await, shop.log_in("probe").await);
    let [kept, given_back, failed, synthetic] = [
        shop.order(&customer, 1, 2).await,
        shop.order(&customer, 1, 3).await,
        shop.order(&customer, 2, 1).await,
        shop.order(&probe, 1, 1).await,
    ];
    for order in [kept, given_back] {
        assert_eq!(shop.pay(&customer, order).await.0, 200);
    }
    assert_eq!(shop.cancel(&customer, given_back).await.0, 200);
    assert_eq!(shop.cancel(&customer, given_back).await.0, 409);
    assert_eq!(shop.pay(&probe, synthetic).await.0, 200);
    shop.admin(Method::PUT, "/faults/payment_down", "").await;
    assert_eq!(shop.pay(&customer, failed).await.0, 503);
    shop.admin(Method::PUT, "/faults/payment_hangs", "20").await;
    shop.admin(Method::DELETE, "/faults/payment_down", "").await;
    let (status, answer) = shop.pay(&customer, failed).await;
    assert_eq!((status.as_u16(), &answer["status"]), (504, &json!("pending")));
    let two = json!({"goods": 3, "quantity": 1_000});
    assert_eq!(shop.call(Method::POST, "/api/orders", &customer, two).await.0, 201);

    for change in ["UPDATE journal SET quantity = 7", "DELETE FROM journal WHERE id = 1"] {
        let error = shop.tamper(change).await.unwrap_err();
        assert!(error.contains("append-only"), "{error}");
    }
    let columns = "SELECT id, status, synthetic FROM orders ORDER BY id";
    let expected = ["1 paid 0", "2 cancelled 0", "3 pending 0", "4 paid 1", "5 created 0"];
    assert_eq!(shop.rows(columns).await, expected);
    assert_eq!(shop.number("SELECT stock FROM goods WHERE id = 1").await, 999_998);
    shop.audit().await;
    shop.close().await;

    // The next shop finds everything, and a gateway that answers.
    let shop = open().await;
    shop.wait_for(
        "SELECT count(*) FROM payments WHERE pending_at_ms IS NOT NULL AND paid_at_ms IS NOT NULL",
        1,
    )
    .await;
    let counted = "SELECT 'paid' AS status, count(paid_at_ms) AS total FROM payments WHERE synthetic = 0
        UNION ALL SELECT 'failed', count(failed_at_ms) FROM payments WHERE synthetic = 0";
    assert_eq!(shop.rows(counted).await, ["paid 3", "failed 1"]);
    let now = clock::now_ms();
    let due = "SELECT count(*) FROM orders WHERE next_at_ms IS NOT NULL";
    assert_eq!(shop.number(due).await, 2, "the test payer's order never ships");
    assert!(shop.number("SELECT min(next_at_ms) FROM orders").await > now);
    shop.audit().await;
    shop.close().await;
}

/// Lets paid orders travel: what becomes of them, in which rounds, and that the books still agree.
async fn travels(database: &str) {
    const WEEK_MS: i64 = 7 * 24 * 3_600_000;
    let random = Random::from_system().unwrap();
    let store = Store::open(&database.into(), Arc::new(Faults::new()), 1).await.unwrap();
    store.prepare(0, &random).await.unwrap();
    for name in ["customer-1", "probe"] {
        let user = store.user(name, name).await.unwrap().unwrap();
        for _ in 0..60 {
            let order = order::place(&store, &user, 5, 1).await.unwrap();
            payment::pay(&store, &user, order.id).await.unwrap();
        }
    }
    let tables = Tables::of(database);
    assert_eq!(lifecycle::advance(&store, clock::now_ms()).await.unwrap(), 0, "nothing is due yet");
    let paid = "SELECT count(*) FROM orders WHERE status = 'paid' AND synthetic = 0";
    let paid = tables.number(paid).await;
    assert_eq!(lifecycle::advance(&store, clock::now_ms() + WEEK_MS).await.unwrap(), paid);
    let count = async |status: &str| {
        tables.number(&format!("SELECT count(*) FROM orders WHERE status = '{status}'")).await
    };
    let (shipped, refunded) = (count("shipped").await, count("refunded").await);
    assert_eq!(shipped + refunded, paid);
    // Which ones follows from their ids, and these ids are the same on all three.
    assert!(refunded >= 1 && shipped > 50, "{refunded} of {paid}");
    let rounds = "SELECT max(parcels) FROM
        (SELECT count(*) AS parcels FROM shipments GROUP BY shipped_at_ms) AS rounds";
    assert!(tables.number(rounds).await >= 2, "a carrier's round bears one millisecond");

    let due = "SELECT count(*) FROM orders WHERE next_at_ms IS NOT NULL";
    let due = tables.number(due).await;
    assert_eq!(lifecycle::advance(&store, clock::now_ms() + 3 * WEEK_MS).await.unwrap(), due);
    let signed = count("signed").await;
    assert_eq!((signed, count("shipped").await), (due, shipped - due));
    assert!(signed < shipped, "some parcels are never signed for");
    assert_eq!(lifecycle::advance(&store, clock::now_ms() + 9 * WEEK_MS).await.unwrap(), 0);
    let synthetic = "SELECT count(*) FROM shipments JOIN orders ON orders.id = order_id WHERE synthetic = 1";
    assert_eq!(tables.number(synthetic).await, 0);
    tables.audit().await;
    store.close().await;
}
