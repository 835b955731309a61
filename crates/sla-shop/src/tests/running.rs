//! Starting, stopping, starting again, and the customers.

use std::time::{Duration, Instant};

use super::harness::TestShop;

const PAYMENTS: &str = "SELECT count(*) FROM payments";

#[tokio::test]
async fn a_restart_keeps_everything_but_sessions() {
    let shop = TestShop::open().await;
    let token = shop.log_in("customer-1").await;
    let order = shop.order(&token, 1, 1).await;
    let everything = "SELECT * FROM journal ORDER BY id";
    let before = shop.rows(everything).await;

    let shop = TestShop::open_in(shop.close().await, 0, 1).await;
    assert_eq!(shop.pay(&token, order).await.0, 401);
    assert_eq!(shop.rows(everything).await, before);
    let token = shop.log_in("customer-1").await;
    assert_eq!(shop.pay(&token, order).await.0, 200);
    assert_eq!(shop.number("SELECT stock FROM goods WHERE id = 1").await, 999_999);
    shop.audit().await;
}

#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_end() {
    let shop = TestShop::open().await;
    shop.admin(http::Method::PUT, "/faults/slow_api", "400").await;
    let request = shop.client.get(shop.url("/api/goods")).send();
    let in_flight = tokio::spawn(request);
    // The delay is long enough to stop the shop in the middle of it.
    tokio::time::sleep(Duration::from_millis(150)).await;
    let start = Instant::now();
    shop.close().await;
    assert_eq!(in_flight.await.unwrap().unwrap().status(), 200);
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn every_request_has_its_line_in_the_access_log() {
    let shop = TestShop::open().await;
    shop.client.get(shop.url("/goods/1")).header("referer", "http://shop/").send().await.unwrap();
    shop.client.head(shop.url("/nothing")).send().await.unwrap();
    shop.admin(http::Method::PUT, "/faults/drop_connections", "").await;
    assert!(shop.client.get(shop.url("/cart")).send().await.is_err());
    // Closing writes what waits.
    let folder = shop.close().await;
    let text = std::fs::read_to_string(folder.path().join("access.log")).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let found = |start: &str, end: &str| {
        lines
            .iter()
            .any(|line| line.starts_with("127.0.0.1 - - [") && line.contains(start) && line.ends_with(end))
    };
    assert!(found("\"GET /goods/1 HTTP/1.1\" 200 ", " \"http://shop/\" \"-\""), "{text}");
    assert!(found("\"HEAD /nothing HTTP/1.1\" 404 0 ", "\"-\" \"-\""), "{text}");
    assert!(found("\"GET /cart HTTP/1.1\" 444 0 ", "\"-\" \"-\""), "{text}");
    assert!(found("\"GET /-/healthy HTTP/1.1\" 200 3 ", "\"-\" \"-\""), "{text}");
}

#[tokio::test]
async fn other_programs_count_payments_from_the_index() {
    let shop = TestShop::open().await;
    for column in ["paid_at_ms", "failed_at_ms"] {
        let plan = format!(
            "EXPLAIN QUERY PLAN SELECT 'x' AS status, count({column}) AS value FROM payments WHERE synthetic = 0"
        );
        let plan = shop.rows(&plan).await.join("\n");
        assert!(plan.contains("COVERING INDEX payments_outcomes"), "{plan}");
    }
}

#[tokio::test]
async fn customers_pay_at_the_asked_rate() {
    // 5 customers, each 300 times a minute: 25 payments a second.
    let start = Instant::now();
    let shop = TestShop::open_in(tempfile::tempdir().unwrap(), 5, 300).await;
    shop.wait_for(PAYMENTS, 100).await;
    let elapsed = start.elapsed();
    let counted = shop.number(PAYMENTS).await;
    // Never more than are due, however slow the machine; fewer only if it skipped visits.
    let due = start.elapsed().as_millis() * 25 / 1_000 + 5;
    let counted = u128::try_from(counted).unwrap();
    assert!(counted <= due, "{counted} payments, {due} due");
    assert!(elapsed < Duration::from_secs(12), "100 payments took {elapsed:?} instead of 4 s");

    // 100 payments are 20 visits of each customer, one of which was regretted.
    shop.wait_for("SELECT count(refunded_at_ms) FROM payments", 3).await;
    assert_eq!(shop.number("SELECT count(failed_at_ms) FROM payments").await, 0);
    let shop_goods = "SELECT count(DISTINCT goods) FROM orders";
    assert_eq!(shop.number(shop_goods).await, 8, "customers buy everything");
    let shop = TestShop::open_in(shop.close().await, 0, 1).await;
    shop.audit().await;
}

#[tokio::test]
async fn customers_keep_paying_while_payments_fail() {
    let shop = TestShop::open_in(tempfile::tempdir().unwrap(), 5, 300).await;
    shop.admin(http::Method::PUT, "/faults/payment_down", "").await;
    shop.wait_for("SELECT count(failed_at_ms) FROM payments", 20).await;
    shop.admin(http::Method::DELETE, "/faults", "").await;
    let failed = shop.number("SELECT count(failed_at_ms) FROM payments").await;
    shop.wait_for("SELECT count(paid_at_ms) FROM payments", 20).await;
    // One was perhaps already past the gateway when it was healed.
    assert!(shop.number("SELECT count(failed_at_ms) FROM payments").await <= failed + 1);
}
