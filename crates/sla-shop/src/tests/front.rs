//! What a browser, a client with manners, a client without, and Prometheus see.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};

use super::harness::TestShop;

#[tokio::test]
async fn pages() {
    let shop = TestShop::open().await;
    let page = async |path: &str| {
        let answer = shop.client.get(shop.url(path)).send().await.unwrap();
        let status = answer.status().as_u16();
        assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
        (status, answer.text().await.unwrap())
    };
    let (status, home) = page("/").await;
    assert_eq!(status, 200);
    assert!(home.contains("<html lang=\"zh-CN\">") && home.contains("href=\"/goods/8\""));
    let (status, detail) = page("/goods/1").await;
    assert_eq!(status, 200);
    assert!(detail.contains("布洛芬") && detail.contains("¥26.80"), "{detail}");
    assert_eq!(page("/goods/99").await.0, 404);
    assert_eq!(page("/goods/x").await.0, 404);
    assert_eq!(page("/nothing").await.0, 404);
    let head = shop.client.head(shop.url("/")).send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(head.headers()["content-length"], home.len().to_string().as_str());
}

#[tokio::test]
async fn a_page_names_what_a_browser_loads_with_it() {
    let shop = TestShop::open().await;
    for (path, named) in [
        ("/", &["/goods/1", "/cart"][..]),
        ("/goods/1", &["data-goods=\"1\""]),
        ("/cart", &["id=\"cart\"", "id=\"checkout\""]),
    ] {
        let page = shop.client.get(shop.url(path)).send().await.unwrap().text().await.unwrap();
        for part in ["/assets/style.css", "/assets/shop.js", "/assets/logo.svg"].iter().chain(named) {
            assert!(page.contains(part), "{path} lacks {part}");
        }
    }
    for (path, kind, part) in [
        ("/assets/style.css", "text/css; charset=utf-8", ".price"),
        ("/assets/shop.js", "text/javascript; charset=utf-8", "addEventListener"),
        ("/assets/logo.svg", "image/svg+xml", "<svg"),
    ] {
        let answer = shop.client.get(shop.url(path)).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &kind.parse().unwrap())
        );
        assert!(answer.text().await.unwrap().contains(part), "{path}");
    }
}

#[tokio::test]
async fn goods_are_read_as_json() {
    let shop = TestShop::open().await;
    let (status, goods) = shop.call(Method::GET, "/api/goods", "", Value::Null).await;
    assert_eq!((status.as_u16(), goods.as_array().unwrap().len()), (200, 8));
    let (status, one) = shop.call(Method::GET, "/api/goods/2", "", Value::Null).await;
    assert_eq!(status, 200);
    assert_eq!(one, goods[1]);
    assert_eq!((&one["stock"], &one["price_cents"]), (&json!(1_000_000), &json!(1_290)));
    assert_eq!(shop.call(Method::GET, "/api/goods/99", "", Value::Null).await.0, 404);
}

#[tokio::test]
async fn bad_requests_get_their_status() {
    let shop = TestShop::open().await;
    let token = shop.log_in("customer-1").await;
    for (method, path, body, expected) in [
        (Method::POST, "/api/login", json!({"user": "probe", "password": "wrong"}), 401),
        (Method::POST, "/api/login", json!({"user": "nobody", "password": "x"}), 401),
        (Method::POST, "/api/login", json!({"user": "probe"}), 400),
        (Method::POST, "/api/login", json!("probe"), 400),
        (Method::POST, "/api/orders", Value::Null, 400),
        (Method::POST, "/api/orders", json!({"goods": 1, "quantity": 0}), 400),
        (Method::POST, "/api/orders", json!({"goods": 1, "quantity": -1}), 400),
        (Method::POST, "/api/orders", json!({"goods": 1, "quantity": 1001}), 400),
        (Method::POST, "/api/orders", json!({"goods": 1, "quantity": 1.5}), 400),
        (Method::POST, "/api/orders", json!({"goods": "1", "quantity": 1}), 400),
        (Method::POST, "/api/orders", json!({"goods": 99, "quantity": 1}), 404),
        (Method::GET, "/api/orders/99", Value::Null, 404),
        (Method::GET, "/api/nothing", Value::Null, 404),
    ] {
        let (status, answer) = shop.call(method, path, &token, body.clone()).await;
        assert_eq!(status, expected, "{path} {body}");
        assert!(answer["error"].is_string(), "{answer}");
    }
    let (status, _) = shop.call(Method::GET, "/api/orders/1", "", Value::Null).await;
    assert_eq!(status, 401);
    assert_eq!(shop.number("SELECT count(*) FROM orders").await, 0);
}

#[tokio::test]
async fn a_wrong_method_hears_which_are_allowed() {
    let shop = TestShop::open().await;
    for (method, path, allowed) in [
        (Method::POST, "/", "GET, HEAD"),
        (Method::GET, "/api/login", "POST"),
        (Method::GET, "/api/orders", "POST"),
        (Method::PUT, "/api/orders/1", "GET, HEAD, DELETE"),
        (Method::GET, "/api/orders/1/payment", "POST"),
        (Method::POST, "/metrics", "GET, HEAD"),
    ] {
        let request = shop.client.request(method, shop.url(path));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 405, "{path}");
        assert_eq!(answer.headers()["allow"], allowed, "{path}");
    }
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let shop = TestShop::open().await;
    let post = async |length: usize| {
        let request = shop.client.post(shop.url("/api/login"));
        let answer = request.body(vec![b' '; length]).send().await.unwrap();
        answer.status().as_u16()
    };
    assert_eq!(post(64 * 1024).await, 400);
    assert_eq!(post(64 * 1024 + 1).await, 413);
}

#[tokio::test]
async fn the_metrics_page_can_be_read() {
    let shop = TestShop::open().await;
    let token = shop.log_in("customer-1").await;
    let order = shop.order(&token, 1, 1).await;
    shop.pay(&token, order).await;
    for path in ["/", "/goods/3", "/goods/99", "/-/healthy", "/secret/12345", "/metrics"] {
        shop.client.get(shop.url(path)).send().await.unwrap();
    }
    let answer = shop.client.get(shop.url("/metrics")).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4");
    let page = answer.text().await.unwrap();

    let mut series = BTreeSet::new();
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
        let known = ["http_request_duration_seconds_", "shop_events_total{"];
        assert!(known.iter().any(|known| name.starts_with(known)), "{line}");
        assert!(series.insert(name), "{line} appears twice");
    }
    assert!(page.contains("# HELP http_request_duration_seconds Time"));
    assert!(page.contains("# TYPE http_request_duration_seconds histogram"));
    for (route, status) in [
        ("/", 200),
        ("/goods/{id}", 200),
        ("/goods/{id}", 404),
        ("/api/login", 200),
        ("/api/orders", 201),
        ("/api/orders/{id}/payment", 200),
        ("other", 404),
    ] {
        let count =
            format!("http_request_duration_seconds_count{{route=\"{route}\",status=\"{status}\"}} 1\n");
        assert!(page.contains(&count), "{count}");
    }
    for bound in ["0.005", "0.01", "0.025", "0.05", "0.1", "0.2", "0.5", "1", "3", "10", "+Inf"] {
        assert!(page.contains(&format!("le=\"{bound}\"")), "{bound}");
    }
    let counts = series.iter().filter(|name| name.contains("_count{"));
    assert_eq!(counts.count(), 7, "neither monitoring nor raw paths are counted");
}
