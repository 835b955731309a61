//! The running exporter: pages, readiness, failures and recovery, and the end.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{Client, Method, Response};
use sla_probe::Secrets;
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::fixture::{self, Shop};
use crate::{
    config::Loaded,
    patience::Busy,
    reload::Read,
    run::{Setup, run},
    web_config::Gate,
};

/// How long a test waits for what must happen; far more than it takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until a condition holds.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "no {what} within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A running exporter at pace 60: its jobs run every 100 ms.
struct Exporter {
    url: String,
    client: Client,
    folder: TempDir,
    stopping: oneshot::Sender<()>,
    running: JoinHandle<anyhow::Result<()>>,
}

impl Exporter {
    async fn start(shop: &Shop) -> Self {
        Self::start_with(shop, |again| Ok(Some(again.clone()))).await
    }

    /// Starts with what reads the specification anew.
    async fn start_with(shop: &Shop, load: impl Fn(&Loaded) -> Read + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let model = fixture::model(&shop.url(), &folder.path().join("shop.db"));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stopping, ending) = oneshot::channel();
        let shutdown = async {
            let _ = ending.await;
        };
        let pace = "60".parse().unwrap();
        let loaded = Loaded {
            model: Arc::new(model),
            warnings: vec![],
            checksum: "0".into(),
            secrets: Secrets::default(),
            files: vec![],
        };
        let again = loaded.clone();
        let setup = Setup {
            loaded,
            load: Arc::new(move |_: Option<&Loaded>, _: &Busy| load(&again)),
            pace,
            listeners: vec![listener],
            gate: Gate::open(None).unwrap(),
            clock: fixture::now,
        };
        let (_, signals) = mpsc::channel(1);
        let running = tokio::spawn(run(setup, signals, shutdown));
        let client = Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Self { url, client, folder, stopping, running }
    }

    async fn call(&self, method: Method, path: &str) -> Response {
        self.client.request(method, format!("{}{path}", self.url)).send().await.unwrap()
    }

    async fn page(&self, path: &str) -> String {
        self.call(Method::GET, path).await.text().await.unwrap()
    }

    /// Returns the value of a series, 0 if it is absent.
    async fn value(&self, series: &str) -> f64 {
        let page = self.page("/metrics").await;
        let value = page.lines().find_map(|it| it.strip_prefix(series)?.strip_prefix(' '));
        value.map_or(0.0, |it| it.parse().unwrap())
    }

    async fn reaches(&self, series: &str, at_least: f64) {
        let end = Instant::now() + PATIENCE;
        while self.value(series).await < at_least {
            assert!(Instant::now() < end, "`{series}` does not reach {at_least}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn contains(&self, path: &str, text: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.page(path).await.contains(text) {
            assert!(Instant::now() < end, "no `{text}` on {path}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn stop(self) {
        self.stopping.send(()).unwrap();
        tokio::time::timeout(PATIENCE, self.running).await.unwrap().unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_is_seen_and_its_end_too() {
    let shop = Shop::open().await;
    let exporter = Exporter::start(&shop).await;
    exporter.reaches("sla_probe_success{probe=\"checkout\"}", 1.0).await;

    shop.answer_payments_with(503);
    exporter.reaches("sla_probe_failures_total{probe=\"checkout\"}", 2.0).await;
    assert!(exporter.value("sla_probe_success{probe=\"checkout\"}").await < 1.0);
    let reasons = "sla_probe_failure_reasons_total{probe=\"checkout\",reason=\"http_status\"}";
    let steps = "sla_journey_step_failures_total{probe=\"checkout\",step=\"payment\",reason=\"http_status\"}";
    exporter.reaches(reasons, 2.0).await;
    exporter.reaches(steps, 2.0).await;
    exporter.contains("/", "/orders/{{order}}/payment: the status is 503").await;
    let landing = exporter.page("/").await;
    assert!(landing.contains("payment · <b>http_status</b>") && landing.contains(">failed<"));
    let detail = exporter.page("/probes/checkout?lang=zh").await;
    assert!(detail.contains("最近一次失败") && detail.contains(">order<") && detail.contains(">失败<"));
    assert_eq!(exporter.call(Method::GET, "/probes/nothing").await.status(), 404);

    shop.answer_payments_with(200);
    exporter.reaches("sla_probe_success{probe=\"checkout\"}", 1.0).await;
    exporter
        .reaches("sla_probe_phase_duration_seconds_count{probe=\"home\",phase=\"first_byte\"}", 1.0)
        .await;
    exporter.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ready_means_that_every_probe_has_run() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut shop = Shop::open().await;
    // Nobody answers there: ready does not mean good.
    shop.address = listener.local_addr().unwrap();
    let exporter = Exporter::start(&shop).await;
    let waiting = exporter.call(Method::GET, "/-/ready").await;
    if waiting.status() == 503 {
        assert!(waiting.text().await.unwrap().starts_with("waiting for the first run of: "));
    }
    exporter.contains("/-/ready", "ready\n").await;
    exporter.contains("/-/ready", "ready\n").await;
    assert!(exporter.value("sla_probe_success{probe=\"home\"}").await < 1.0);
    exporter.reaches("sla_probe_failure_reasons_total{probe=\"home\",reason=\"timeout\"}", 1.0).await;
    exporter.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn business_numbers_follow_the_database() {
    let exporter = Exporter::start(&Shop::open().await).await;
    let labels = "{source=\"shop-db\",query=\"shop_payments_total\"}";
    exporter.reaches(&format!("sla_query_failures_total{labels}"), 1.0).await;
    exporter.contains("/", "cannot open `").await;

    let file = exporter.folder.path().join("shop.db");
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let mut writer = options.connect().await.unwrap();
    sqlx::query("CREATE TABLE payments (status TEXT)").execute(&mut writer).await.unwrap();
    sqlx::query("INSERT INTO payments VALUES ('paid'), ('paid')").execute(&mut writer).await.unwrap();
    exporter.reaches("shop_payments_total{status=\"paid\"}", 2.0).await;
    exporter.reaches(&format!("sla_query_last_success_timestamp_seconds{labels}"), 1.0).await;
    assert!(exporter.page("/metrics").await.contains("shop_payments_total{status=\"failed\"} 0\n"));
    exporter.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_what_http_asks_for() {
    let exporter = Exporter::start(&Shop::open().await).await;
    let metrics = exporter.call(Method::GET, "/metrics").await;
    assert_eq!(metrics.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let head = exporter.call(Method::HEAD, "/metrics").await;
    assert_eq!((head.status().as_u16(), head.headers().contains_key("content-length")), (200, true));
    assert_eq!(head.text().await.unwrap(), "");
    let wrong = exporter.call(Method::POST, "/metrics").await;
    assert_eq!((wrong.status().as_u16(), wrong.headers()["allow"].to_str().unwrap()), (405, "GET, HEAD"));
    assert_eq!(exporter.call(Method::GET, "/nothing").await.status(), 404);
    let page = exporter.call(Method::GET, "/").await;
    assert_eq!(page.headers()["vary"], "Accept-Language");
    assert_eq!(exporter.page("/-/healthy").await, "healthy\n");
    exporter.reaches("sla_exporter_scrapes_total", 2.0).await;
    exporter.reaches("process_resident_memory_bytes", 1_000_000.0).await;
    exporter.reaches("process_start_time_seconds", 1_700_000_000.0).await;
    exporter.reaches(concat!("sla_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}"), 1.0).await;
    exporter.stop().await;
}

/// A file that never answers keeps nothing waiting but who asked for it: neither pages nor the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_that_hangs_keeps_nobody_waiting() {
    let shop = Shop::open().await;
    let (wake, sleep) = std::sync::mpsc::channel::<()>();
    let (tell, begun) = std::sync::mpsc::channel::<()>();
    let (sleep, tell) = (std::sync::Mutex::new(sleep), std::sync::Mutex::new(tell));
    let exporter = Exporter::start_with(&shop, move |again| {
        tell.lock().unwrap().send(()).unwrap();
        // As long as the test goes on.
        let _ = sleep.lock().unwrap().recv();
        Ok(Some(again.clone()))
    })
    .await;
    let (client, url) = (exporter.client.clone(), format!("{}/-/reload", exporter.url));
    let asking = tokio::spawn(async move { client.post(url).send().await });
    tokio::task::spawn_blocking(move || begun.recv().unwrap()).await.unwrap();
    let runs = exporter.value("sla_probe_runs_total{probe=\"home\"}").await;
    exporter.reaches("sla_probe_runs_total{probe=\"home\"}", runs + 1.0).await;
    exporter.stop().await;
    let answer = asking.await.unwrap().unwrap();
    assert_eq!(answer.text().await.unwrap(), "the exporter is stopping\n");
    drop(wake);
}
