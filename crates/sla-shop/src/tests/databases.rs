//! The same story on all three databases.

use http::Method;
use serde_json::json;

use super::{harness::TestShop, support::Server};
use crate::clock;

#[tokio::test]
async fn sqlite_tells_the_story() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    story(file.to_str().unwrap()).await;
}

#[tokio::test]
async fn postgres_tells_the_story() {
    let server = Server::postgres();
    story(server.url()).await;
}

#[tokio::test]
async fn mariadb_tells_the_story() {
    let server = Server::mariadb();
    story(server.url()).await;
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
