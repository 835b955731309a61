//! Every line of the fault reference, proven: one shop, one fault at a time, all that it may change looked at
//! with the fault off, on, and off again.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};

use super::harness::{PATIENCE, TestShop};
use crate::fault::FAULTS;

/// The delay that the table test gives to faults that take one. A look without it takes some milliseconds;
/// a machine can be busy, so only what was slow twice is slow.
const DELAY_MS: u64 = 600;

/// What one look at the shop finds: everything that some fault changes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    page: &'static str,
    asset: &'static str,
    api: &'static str,
    order: &'static str,
    payment: &'static str,
    /// What the payment left in the tables.
    row: &'static str,
    slow: Vec<&'static str>,
    monitoring: &'static str,
    certificate: &'static str,
}

impl Look {
    /// What a shop looks like in which nothing is broken.
    fn healthy() -> Self {
        Self {
            page: "200",
            asset: "200",
            api: "right",
            order: "201",
            payment: "200",
            row: "paid",
            slow: Vec::new(),
            monitoring: "200",
            certificate: "valid",
        }
    }

    /// What it looks like under a fault: each line changes exactly what the reference says.
    fn under(fault: &str) -> Self {
        let healthy = Self::healthy();
        match fault {
            "payment_down" => Self { payment: "503", row: "failed", ..healthy },
            "payment_hangs" => Self { payment: "504", row: "pending", slow: vec!["payment"], ..healthy },
            "payment_share" => Self { payment: "402", row: "failed", ..healthy },
            "slow_api" => Self { slow: vec!["api", "order", "payment"], ..healthy },
            "wrong_answer" => Self { api: "wrong", order: "wrong", payment: "wrong", ..healthy },
            "drop_connections" => Self {
                page: "cut",
                asset: "cut",
                api: "cut",
                order: "cut",
                payment: "cut",
                row: "none",
                ..healthy
            },
            "slow_database" => Self { slow: vec!["order", "payment"], ..healthy },
            "stock_stuck" => Self { order: "409", ..healthy },
            "slow_pages" => Self { slow: vec!["page"], ..healthy },
            "certificate_expired" => Self { certificate: "expired", ..healthy },
            other => panic!("`{other}` has no row"),
        }
    }
}

/// The value with which a fault is switched on, so that each look sees it.
fn value(fault: &str) -> String {
    match fault {
        "payment_share" => "100%".to_owned(),
        it if it.starts_with("slow_") || it == "payment_hangs" => DELAY_MS.to_string(),
        _ => String::new(),
    }
}

#[tokio::test]
async fn each_fault_changes_what_its_line_says_and_healing_restores_all() {
    let shop = TestShop::open().await;
    let token = shop.log_in("customer-1").await;
    assert_eq!(look(&shop, &token).await.0, Look::healthy());
    for fault in FAULTS {
        let order = shop.order(&token, 1, 1).await;
        let path = format!("/faults/{}", fault.name);
        assert_eq!(shop.admin(Method::PUT, &path, &value(fault.name)).await.0, 200);
        let (seen, _) = look_at(&shop, &token, order).await;
        assert_eq!(seen, Look::under(fault.name), "{} is on", fault.name);

        let healed = Instant::now();
        assert_eq!(shop.admin(Method::DELETE, &path, "").await.0, 200);
        let (seen, first) = look(&shop, &token).await;
        assert_eq!(seen, Look::healthy(), "{} is off", fault.name);
        assert!(first.duration_since(healed) < Duration::from_secs(1), "{} lingers", fault.name);
        let pending = "SELECT count(*) FROM payments WHERE paid_at_ms IS NULL AND failed_at_ms IS NULL";
        while shop.number(pending).await > 0 {
            assert!(healed.elapsed() < PATIENCE, "pending payments are not settled");
        }
        shop.audit().await;
    }
}

#[tokio::test]
async fn healing_answers_a_payment_that_hangs() {
    let shop = TestShop::open().await;
    let token = shop.log_in("customer-1").await;
    let order = shop.order(&token, 1, 1).await;
    shop.admin(Method::PUT, "/faults/payment_hangs", "").await;
    let (answered, ()) = tokio::join!(shop.pay(&token, order), async {
        shop.wait_for("SELECT count(pending_at_ms) FROM payments", 1).await;
        assert_eq!(shop.cancel(&token, order).await.0, 409, "nobody knows whether it is paid");
        shop.admin(Method::DELETE, "/faults/payment_hangs", "").await;
    });
    assert_eq!((answered.0.as_u16(), answered.1), (200, json!({"status": "paid"})));
    let counts = "SELECT count(pending_at_ms), count(paid_at_ms), count(failed_at_ms) FROM payments";
    assert_eq!(shop.rows(counts).await, ["1 1 0"]);
    shop.audit().await;
}

/// Looks at a shop that takes orders.
async fn look(shop: &TestShop, token: &str) -> (Look, Instant) {
    // One that takes none says so in the look; then there is nothing to pay, either.
    let wish = json!({"goods": 1, "quantity": 1});
    let (_, order) = shop.call(Method::POST, "/api/orders", token, wish).await;
    look_at(shop, token, order["id"].as_i64().unwrap_or(0)).await
}

/// Looks at everything, paying an order that was placed before; returns when the first answer came.
async fn look_at(shop: &TestShop, token: &str, order: i64) -> (Look, Instant) {
    let mut slow = Vec::new();
    let page = get(shop, "page", "/", &mut slow).await;
    let first = Instant::now();
    let asset = get(shop, "asset", "/assets/style.css", &mut slow).await;
    let monitoring = get(shop, "monitoring", "/-/healthy", &mut slow).await;
    let api = timed("api", &mut slow, || async {
        let answer = shop.client.get(shop.url("/api/goods")).send().await.ok();
        let Some(answer) = answer else { return "cut" };
        let goods: Value = answer.json().await.unwrap();
        if goods[0]["price_cents"] == 2_680 { "right" } else { "wrong" }
    })
    .await;
    let placed = timed("order", &mut slow, || async {
        let request = shop.client.post(shop.url("/api/orders")).bearer_auth(token);
        match request.json(&json!({"goods": 2, "quantity": 1})).send().await {
            Ok(answer) => told(answer, "status").await,
            Err(_) => "cut",
        }
    })
    .await;
    let start = Instant::now();
    let path = shop.url(&format!("/api/orders/{order}/payment"));
    let payment = match shop.client.post(path).bearer_auth(token).send().await {
        Ok(answer) => told(answer, "status").await,
        Err(_) => "cut",
    };
    if start.elapsed() >= Duration::from_millis(DELAY_MS) {
        slow.push("payment");
    }
    let row = format!(
        "SELECT CASE WHEN paid_at_ms IS NOT NULL THEN 'paid' WHEN failed_at_ms IS NOT NULL THEN 'failed'
         ELSE 'pending' END FROM payments WHERE order_id = {order}"
    );
    let row = match shop.rows(&row).await.first().map(String::as_str) {
        Some("paid") => "paid",
        Some("failed") => "failed",
        Some(_) => "pending",
        None => "none",
    };
    (
        Look {
            page,
            asset,
            api,
            order: placed,
            payment,
            row,
            slow,
            monitoring,
            certificate: shop.certificate().await,
        },
        first,
    )
}

async fn get(shop: &TestShop, name: &'static str, path: &str, slow: &mut Vec<&'static str>) -> &'static str {
    timed(name, slow, || async {
        match shop.client.get(shop.url(path)).send().await {
            Ok(answer) => number(answer.status().as_u16()),
            Err(_) => "cut",
        }
    })
    .await
}

/// Does something up to twice: it is slow if it never was fast.
async fn timed<F: Future<Output = &'static str>>(
    name: &'static str,
    slow: &mut Vec<&'static str>,
    act: impl Fn() -> F,
) -> &'static str {
    let mut seen = "";
    for _ in 0..2 {
        let start = Instant::now();
        seen = act().await;
        if start.elapsed() < Duration::from_millis(DELAY_MS) {
            return seen;
        }
    }
    slow.push(name);
    seen
}

/// Returns the status of an answer, or that its body is not the one that was asked for.
async fn told(answer: reqwest::Response, field: &str) -> &'static str {
    let status = number(answer.status().as_u16());
    let body: Value = answer.json().await.unwrap();
    if body.get(field).is_some() || body.get("error").is_some() { status } else { "wrong" }
}

fn number(status: u16) -> &'static str {
    match status {
        200 => "200",
        201 => "201",
        402 => "402",
        409 => "409",
        503 => "503",
        504 => "504",
        _ => "other",
    }
}
