//! Breaking and healing the running shop.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};

use super::harness::TestShop;
use crate::fault::FAULTS;

#[tokio::test]
async fn a_dead_gateway_fails_payments_until_healed() {
    let shop = TestShop::open().await;
    let token = shop.log_in("customer-1").await;
    let order = shop.order(&token, 1, 1).await;
    let (status, answer) = shop.admin(Method::PUT, "/faults/payment_down", "").await;
    assert_eq!((status.as_u16(), &answer["on"]), (200, &json!(true)));
    let (status, answer) = shop.pay(&token, order).await;
    assert_eq!((status.as_u16(), &answer["status"]), (503, &json!("failed")));
    let counts = "SELECT count(paid_at_ms), count(failed_at_ms) FROM payments WHERE synthetic = 0";
    assert_eq!(shop.rows(counts).await, ["0 1"]);

    shop.admin(Method::DELETE, "/faults/payment_down", "").await;
    assert_eq!(shop.pay(&token, order).await.0, 200);
    assert_eq!(shop.rows(counts).await, ["1 1"]);
    shop.audit().await;
}

#[tokio::test]
async fn a_share_of_payments_fails_in_each_stream() {
    let shop = TestShop::open().await;
    shop.admin(Method::PUT, "/faults/payment_share", "30%").await;
    let (customer, probe) = (shop.log_in("customer-1").await, shop.log_in("probe").await);
    let mut failed = [[0; 2]; 2];
    for ten in &mut failed {
        for payment in 0..10 {
            // By turns: one sequence for both would fail four of the test payer's ten.
            for (stream, token) in [&customer, &probe].into_iter().enumerate() {
                let order = shop.order(token, 1, 1).await;
                let status = shop.pay(token, order).await.0.as_u16();
                assert!([200, 402].contains(&status), "{payment}: {status}");
                ten[stream] += u32::from(status == 402);
            }
        }
    }
    assert_eq!(failed, [[3, 3], [3, 3]]);
    let counts = "SELECT synthetic, count(paid_at_ms), count(failed_at_ms) FROM payments GROUP BY synthetic";
    assert_eq!(shop.rows(counts).await, ["0 14 6", "1 14 6"]);
    shop.audit().await;
}

#[tokio::test]
async fn a_slow_api_leaves_pages_alone() {
    const DELAY: Duration = Duration::from_millis(300);
    let shop = TestShop::open().await;
    let time = async |path: &str| {
        let start = Instant::now();
        shop.client.get(shop.url(path)).send().await.unwrap();
        start.elapsed()
    };
    time("/").await;
    shop.admin(Method::PUT, "/faults/slow_api", "300").await;
    for path in ["/api/goods", "/api/login", "/api/nothing", "/api/orders/1"] {
        assert!(time(path).await >= DELAY, "{path}");
    }
    // A machine can be slow by itself: once fast is proof enough.
    for path in ["/", "/goods/1", "/metrics", "/nothing"] {
        let mut times = [Duration::ZERO; 3];
        for each in &mut times {
            *each = time(path).await;
        }
        assert!(times.iter().any(|each| *each < DELAY), "{path}: {times:?}");
    }

    shop.admin(Method::PUT, "/faults/slow_api", "60000").await;
    let (answered, ()) = tokio::join!(time("/api/goods"), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        shop.admin(Method::DELETE, "/faults", "").await;
    });
    assert!(answered < Duration::from_secs(30), "healing restores at once");
}

#[tokio::test]
async fn the_admin_port_explains_itself() {
    let shop = TestShop::open().await;
    let (_, before) = shop.admin(Method::GET, "/faults", "").await;
    let names: Vec<_> = before.as_array().unwrap().iter().map(|it| &it["name"]).collect();
    let expected: Vec<_> = FAULTS.iter().map(|fault| fault.name).collect();
    assert_eq!(names, expected);
    assert!(before.as_array().unwrap().iter().all(|it| it["on"] == false));

    for (method, path, body, status, hint) in [
        (Method::PUT, "/faults/payment_up", "", 404, "payment_down, payment_hangs, payment_share"),
        (Method::DELETE, "/faults/payment_up", "", 404, "payment_down, payment_hangs, payment_share"),
        (Method::PUT, "/faults/payment_share", "0%", 400, "`30%`"),
        (Method::PUT, "/faults/payment_share", "101%", 400, "`30%`"),
        (Method::PUT, "/faults/slow_api", "soon", 400, "`750ms`"),
        (Method::PUT, "/faults/payment_down", "30%", 400, "takes no value"),
        (Method::POST, "/faults/payment_down", "", 405, "PUT, DELETE"),
        (Method::POST, "/faults", "", 405, "GET, HEAD, DELETE"),
        (Method::GET, "/", "", 404, "/faults"),
    ] {
        let (code, answer) = shop.admin(method, path, body).await;
        assert_eq!(code, status, "{path} {answer}");
        assert!(answer["error"].as_str().unwrap().contains(hint), "{answer}");
    }
    let (_, after) = shop.admin(Method::GET, "/faults", "").await;
    assert_eq!(before, after);

    shop.admin(Method::PUT, "/faults/payment_share", "12.5%").await;
    let (_, replaced) = shop.admin(Method::PUT, "/faults/payment_share", "50%").await;
    assert_eq!(replaced["value"], "50%");
    let (_, healed) = shop.admin(Method::DELETE, "/faults", "").await;
    assert_eq!(healed, before);
}

#[tokio::test]
async fn the_commands_say_what_to_do() {
    use crate::control;
    let shop = TestShop::open().await;
    let admin = shop.admin.to_string();
    let broken = control::switch_on(&admin, "slow_api=750ms").await.unwrap();
    assert_eq!(broken, "slow_api is on (750ms)");
    let listed = control::list(&admin).await.unwrap();
    assert!(listed.contains("slow_api            on (750ms)"), "{listed}");
    assert_eq!(control::switch_off(&admin, Some("slow_api")).await.unwrap(), "slow_api is off");
    assert_eq!(control::switch_off(&admin, None).await.unwrap(), "all faults are off");

    let error = async |admin: &str, fault: &str| {
        let error = control::switch_on(admin, fault).await.unwrap_err();
        format!("{error:#}")
    };
    assert!(error(&admin, "fire").await.contains("payment_share"));
    assert!(error(&admin, "a/b").await.contains("payment_share"));
    assert!(error(&admin, "slow_api=fast").await.contains("`750ms`"));
    assert!(error(&admin, "slow_api=").await.contains("NAME=VALUE"));
    assert!(error("127.0.0.1", "fire").await.contains("HOST:PORT"));
    assert!(error("not an address", "fire").await.contains("HOST:PORT"));
    let shop_port = shop.address.to_string();
    assert!(error(&shop_port, "fire").await.contains("admin port"));
    shop.close().await;
    assert!(error(&admin, "fire").await.contains("is the shop running?"));
}

#[tokio::test]
async fn the_shop_port_has_no_switches() {
    let shop = TestShop::open().await;
    let answer = shop.client.put(shop.url("/faults/payment_down")).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    let (_, faults) = shop.admin(Method::GET, "/faults", "").await;
    assert_eq!(faults[0]["on"], Value::Bool(false));
}
