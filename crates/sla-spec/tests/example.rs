//! The pharmacy's specification loads, and says what it should.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use sla_model::{
    Model,
    amount::Amount,
    indicator::{Indicator, Part},
    limit::Colour,
    maintenance::Planned,
    probe::ProbeKind,
    scrape::ScrapeKind,
    source::SourceKind,
    text::Language,
    tier::WebhookUrl,
    window::Window,
};
use sla_spec::OpenError;

fn pharmacy() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/pharmacy/sla.yaml"))
}

fn model(variables: &[(&str, &str)]) -> Model {
    let variables = variables.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
    let opened = sla_spec::open(&pharmacy(), &variables).unwrap_or_else(|it| panic!("{it}"));
    assert!(opened.warnings.is_none(), "{:?}", opened.warnings);
    opened.model
}

#[test]
fn the_example_says_what_it_should() {
    let model = model(&[]);
    assert_eq!(model.name.as_str(), "pharmacy-shop");
    assert_eq!(model.timezone.iana_name(), Some("Asia/Shanghai"));
    assert_eq!(model.language, Language::Both);
    assert_eq!(model.alertmanagers, ["alertmanager:9093"]);
    assert_eq!(model.grafana.as_deref(), Some("http://localhost:3000"));
    let shop = &model.scrapes[&"shop".parse().unwrap()];
    assert_eq!(shop.targets, ["shop:8080"]);
    assert_eq!(shop.down.as_ref().unwrap().as_str(), "P2");
    let requests = &shop.metrics[&"http_request_duration_seconds".parse().unwrap()];
    let ScrapeKind::Histogram(bounds) = &requests.kind else { panic!("{requests:?}") };
    assert_eq!(bounds.seconds().len(), 10);
    let tier = &model.tiers[&"P3".parse().unwrap()];
    assert_eq!((tier.confirm, tier.restore), (Duration::from_hours(8), Duration::from_hours(72)));
    assert_eq!(tier.title.zh, "三级(一般)");
    let payment = "payment".parse().unwrap();
    let told = model.owners_of(&"P2".parse().unwrap(), &payment);
    let url = WebhookUrl::Plain("http://pager:8090/pay-dev".into());
    assert_eq!(told[1].webhook.as_ref().map(|it| &it.url), Some(&url));
    assert_eq!(model.modules[&payment].depends_on, ["order".parse().unwrap()]);
}

#[test]
fn probes_and_journeys_are_whole() {
    let model = model(&[]);
    let home = &model.probes[&"home".parse().unwrap()];
    let ProbeKind::Http(call) = &home.kind;
    assert_eq!(call.url, "http://shop:8080/");
    assert_eq!(call.expect.contains.as_deref(), Some("药"));
    assert_eq!((home.every, home.timeout), (Duration::from_secs(30), Duration::from_secs(5)));
    let checkout = &model.journeys[&"checkout".parse().unwrap()];
    let synthetic = checkout.synthetic.as_ref().unwrap();
    assert_eq!(synthetic.header, ("x-synthetic".to_owned(), "probe".to_owned()));
    let names: Vec<_> = checkout.steps.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(names, ["login", "order", "payment", "cancel"]);
    let order = &checkout.steps[1];
    assert_eq!(order.call.json, Some(serde_json::json!({"goods": 1, "quantity": 1})));
    assert_eq!(order.call.headers, [("authorization".to_owned(), "Bearer {{token}}".to_owned())]);
    assert_eq!(order.save[0].1.to_string(), "$.id");
    let payment = &checkout.steps[2].call;
    assert_eq!(payment.expect.json, [("$.status".parse().unwrap(), serde_json::json!("paid"))]);
    assert!(checkout.steps[3].always);
}

#[test]
fn promises_are_exact() {
    let model = model(&[]);
    let checkout = &model.objectives[&"checkout-availability".parse().unwrap()];
    assert_eq!(checkout.target.to_string(), "99.9%");
    assert_eq!(checkout.window, Window::Rolling(Duration::from_hours(720)));
    assert_eq!(checkout.indicator, Indicator::Journey("checkout".parse().unwrap()));
    let success = &model.objectives[&"payment-success".parse().unwrap()];
    let Indicator::Ratio { part: Part::Bad(bad), total } = &success.indicator else { panic!("{success:?}") };
    assert_eq!(bad.to_string(), "shop_payments_total{status=\"failed\"}");
    assert_eq!(total.to_string(), "shop_payments_total");
    let latency = &model.objectives[&"api-mean-latency".parse().unwrap()];
    let Indicator::Mean { histogram, at_most } = &latency.indicator else { panic!("{latency:?}") };
    assert_eq!(histogram.selector.to_string(), "http_request_duration_seconds{route=~\"/api/.*\"}");
    assert_eq!(*at_most, Duration::from_millis(200));
    let slow = &model.limits[&"slow-response".parse().unwrap()];
    assert_eq!(slow.bounds.len(), 1);
    assert_eq!(
        (slow.bounds[0].colour, slow.bounds[0].above),
        (Colour::Red, Amount::Duration(Duration::from_secs(3)))
    );
    assert_eq!(model.maintenance.planned, Planned::Exclude);
    assert_eq!(model.maintenance.at_most_per_month, Some(Duration::from_hours(4)));
    let payments = &model.metrics[&"shop_payments_total".parse().unwrap()];
    assert!(payments.query.starts_with("SELECT 'paid' AS status"));
    assert_eq!(payments.values, ["paid", "failed"]);
}

#[test]
fn variables_are_overridden() {
    let model = model(&[("shop", "http://127.0.0.1:1"), ("shop_database", "data/shop.db")]);
    let ProbeKind::Http(call) = &model.probes[&"home".parse().unwrap()].kind;
    assert_eq!(call.url, "http://127.0.0.1:1/");
    let SourceKind::Sqlite { file } = &model.sources[&"shop-db".parse().unwrap()].kind;
    assert_eq!(*file, pharmacy().parent().unwrap().join("data/shop.db"));
}

#[test]
fn a_missing_file_is_not_a_wrong_specification() {
    let opened = sla_spec::open(&pharmacy().join("none"), &BTreeMap::new());
    assert!(matches!(opened, Err(OpenError::Read(_))), "{opened:?}");
}
