//! Buying: the tables, the stock and the journal tell one story.

use http::Method;
use serde_json::{Value, json};
use sqlx::Connection;
use tokio::task::JoinSet;

use super::harness::TestShop;

const STOCK: &str = "SELECT stock FROM goods WHERE id = 1";
const TAKINGS: &str = "SELECT coalesce(sum(amount_cents), 0) FROM payments
    WHERE synthetic = 0 AND paid_at_ms IS NOT NULL AND refunded_at_ms IS NULL";
const EVENTS: &str = "SELECT event, order_id, payment_id, goods, quantity, amount_cents, synthetic
    FROM journal WHERE event <> 'goods_stocked' ORDER BY id";

#[tokio::test]
async fn from_login_to_refund() {
    let shop = TestShop::open().await;
    let token = shop.log_in("customer-1").await;
    let order = shop.order(&token, 1, 2).await;
    assert_eq!(shop.number(STOCK).await, 999_998);
    let (status, answer) = shop.pay(&token, order).await;
    assert_eq!((status.as_u16(), answer), (200, json!({"status": "paid"})));
    assert_eq!(shop.number(TAKINGS).await, 5_360);

    let (status, answer) = shop.pay(&token, order).await;
    assert_eq!(status, 409, "{answer}");
    assert_eq!(shop.number("SELECT count(*) FROM payments").await, 1);

    let (status, answer) = shop.cancel(&token, order).await;
    assert_eq!((status.as_u16(), &answer["status"]), (200, &json!("cancelled")));
    assert_eq!(shop.number(STOCK).await, 1_000_000);
    assert_eq!(shop.number(TAKINGS).await, 0);
    let kept = "SELECT count(paid_at_ms), count(failed_at_ms), count(refunded_at_ms) FROM payments";
    assert_eq!(shop.rows(kept).await, ["1 0 1"], "a refund lowers no count");

    for (status, answer) in [shop.cancel(&token, order).await, shop.pay(&token, order).await] {
        assert_eq!(status, 409);
        assert!(answer["error"].as_str().unwrap().contains("cancelled"), "{answer}");
    }
    let expected = [
        "order_created 1 - 1 2 5360 0",
        "stock_deducted 1 - 1 2 5360 0",
        "payment_paid 1 1 1 2 5360 0",
        "payment_refunded 1 1 1 2 5360 0",
        "order_cancelled 1 - 1 2 5360 0",
        "stock_returned 1 - 1 2 5360 0",
    ];
    assert_eq!(shop.rows(EVENTS).await, expected);
    shop.audit().await;
}

#[tokio::test]
async fn the_test_payer_leaves_stock_and_takings_alone() {
    let shop = TestShop::open().await;
    let token = shop.log_in("probe").await;
    let order = shop.order(&token, 1, 1).await;
    shop.pay(&token, order).await;
    let path = format!("/api/orders/{order}");
    let (_, answer) = shop.call(Method::GET, &path, &token, Value::Null).await;
    assert_eq!((&answer["status"], &answer["synthetic"]), (&json!("paid"), &json!(true)));
    assert_eq!(shop.number(TAKINGS).await, 0);
    shop.cancel(&token, order).await;
    assert_eq!(shop.number(STOCK).await, 1_000_000);
    let expected = [
        "order_created 1 - 1 1 2680 1",
        "payment_paid 1 1 1 1 2680 1",
        "payment_refunded 1 1 1 1 2680 1",
        "order_cancelled 1 - 1 1 2680 1",
    ];
    assert_eq!(shop.rows(EVENTS).await, expected);
    shop.audit().await;
}

#[tokio::test]
async fn only_the_test_payer_may_be_synthetic() {
    let shop = TestShop::open().await;
    for (user, mark, expected) in
        [("probe", "1", 201), ("probe", "", 201), ("customer-1", "", 201), ("customer-1", "1", 403)]
    {
        let token = shop.log_in(user).await;
        let request = shop.client.post(shop.url("/api/orders")).bearer_auth(token);
        let request = request.json(&json!({"goods": 1, "quantity": 1}));
        let answer = request.header("x-synthetic", mark).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{user} `{mark}`");
    }
    let orders = "SELECT user, synthetic FROM orders JOIN users ON users.id = user_id ORDER BY orders.id";
    let orders = shop.rows(&orders.replace("SELECT user", "SELECT name")).await;
    assert_eq!(orders, ["probe 1", "probe 1", "customer-1 0"]);
}

#[tokio::test]
async fn fifty_buyers_of_twenty_articles() {
    let shop = TestShop::open().await;
    let mut database = shop.database().await;
    // Events move stock, so the rest of it leaves by an event, too.
    let take = "BEGIN; UPDATE goods SET stock = 20 WHERE id = 1;
        INSERT INTO journal (at_ms, event, goods, quantity, synthetic)
        VALUES (0, 'stock_deducted', 1, 999980, 0); COMMIT";
    sqlx::raw_sql(take).execute(&mut database).await.unwrap();
    database.close().await.unwrap();

    let token = shop.log_in("customer-1").await;
    let mut buyers = JoinSet::new();
    for _ in 0..50 {
        let request = shop.client.post(shop.url("/api/orders")).bearer_auth(&token);
        let request = request.json(&json!({"goods": 1, "quantity": 1}));
        buyers.spawn(async { request.send().await.unwrap().status().as_u16() });
    }
    let mut answers = buyers.join_all().await;
    answers.sort_unstable();
    let expected: Vec<u16> = [[201; 20].as_slice(), [409; 30].as_slice()].concat();
    assert_eq!(answers, expected);
    assert_eq!(shop.number(STOCK).await, 0);
    // The counters have not seen the event that no shop wrote.
    shop.audit_tables().await;

    let probe = shop.log_in("probe").await;
    let body = json!({"goods": 1, "quantity": 1});
    let (status, answer) = shop.call(Method::POST, "/api/orders", &probe, body).await;
    assert_eq!(status, 409, "the test payer meets a sold-out article: {answer}");
}

#[tokio::test]
async fn an_order_belongs_to_its_owner() {
    let shop = TestShop::open().await;
    let (owner, other) = (shop.log_in("customer-1").await, shop.log_in("customer-2").await);
    let order = shop.order(&owner, 1, 1).await;
    assert_eq!(shop.pay(&other, order).await.0, 404);
    assert_eq!(shop.cancel(&other, order).await.0, 404);
    assert_eq!(shop.pay("", order).await.0, 401);
    assert_eq!(shop.pay("0123456789abcdef0123456789abcdef", order).await.0, 401);
    assert_eq!(shop.pay(&owner, order).await.0, 200);
    assert_eq!(shop.pay(&owner, order + 1).await.0, 404);
}

#[tokio::test]
async fn the_journal_only_grows() {
    let shop = TestShop::open().await;
    let token = shop.log_in("customer-1").await;
    shop.order(&token, 1, 1).await;
    let before = shop.rows("SELECT * FROM journal ORDER BY id").await;
    let mut database = shop.database().await;
    for change in [
        "UPDATE journal SET quantity = 7",
        "DELETE FROM journal WHERE id = 1",
        "INSERT OR REPLACE INTO journal (id, at_ms, event, synthetic) VALUES (1, 0, 'payment_paid', 0)",
    ] {
        let error = sqlx::raw_sql(change).execute(&mut database).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{error}");
    }
    assert_eq!(shop.rows("SELECT * FROM journal ORDER BY id").await, before);
}
