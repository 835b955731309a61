//! Prometheus itself scrapes every format. `PROMETHEUS` names another program than the installed one.

use std::{
    fmt::Write as _,
    fs,
    net::{SocketAddr, TcpListener},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    client::{PATIENCE, request},
    exporter::{Exporter, specification, tied},
    target::{Target, ok},
};

struct Prometheus {
    process: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Prometheus {
    /// Starts one that scrapes a target every quarter of a second.
    fn start(target: SocketAddr, native: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = std::env::var("PROMETHEUS").unwrap_or_else(|_| "prometheus".to_owned());
        // Since version 3.9 a key of the configuration takes the place of the feature flag.
        let modern = std::env::var_os("PROMETHEUS").is_some();
        let key = if modern { format!("scrape_native_histograms: {native}, ") } else { String::new() };
        let configuration = format!(
            "global: {{scrape_interval: 250ms, scrape_timeout: 250ms}}\nscrape_configs:\n  \
             - {{job_name: exporter, {key}static_configs: [{{targets: [\"{target}\"]}}]}}\n"
        );
        fs::write(folder.path().join("prometheus.yml"), configuration).unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let mut command = tied(&program);
        command
            .args(["--config.file=prometheus.yml", "--storage.tsdb.path=data"])
            .arg(format!("--web.listen-address={address}"))
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(log);
        if native && !modern {
            command.arg("--enable-feature=native-histograms");
        }
        Self { process: command.spawn().expect("Prometheus is installed"), address, folder }
    }

    /// Asks until there is a value.
    #[track_caller]
    fn value(&self, query: &str) -> f64 {
        let end = Instant::now() + PATIENCE;
        let path = format!("/api/v1/query?query={}", encoded(query));
        loop {
            let body = request(self.address, "GET", &path, "").map(|it| it.text()).unwrap_or_default();
            // Chunked answers carry their lengths around the document.
            let document = body.find('{').and_then(|start| body.get(start..=body.rfind('}')?));
            let document: Value = document.and_then(|it| serde_json::from_str(it).ok()).unwrap_or_default();
            let found =
                document["data"]["result"][0]["value"][1].as_str().and_then(|it| it.parse::<f64>().ok());
            if let Some(value) = found.filter(|it| it.is_finite()) {
                return value;
            }
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < end, "no value of `{query}`: {body}\n{log}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, it| {
        let _ = write!(encoded, "%{it:02X}");
        encoded
    })
}

/// An exporter whose only probe takes between 20 and 30 ms, has run often enough and runs no more.
fn measured(target: &Target) -> Exporter {
    let text = |every: &str| {
        specification(&format!(
            "probes:\n  a: {{http: {{get: \"{}\"}}, every: {every}, timeout: 5s, module: shop}}\n",
            target.url()
        ))
    };
    let exporter = Exporter::start(&text("3s"), &[]);
    exporter.reaches("sla_probe_runs_total{probe=\"a\"}", |it| it >= 20.0);
    // An hour is a minute at this pace: both Prometheis see the same numbers.
    fs::write(exporter.path("sla.yaml"), text("1h")).unwrap();
    assert_eq!(exporter.reload().status, 200);
    let count = || exporter.value("sla_probe_runs_total{probe=\"a\"}").unwrap().to_bits();
    exporter.until("end of runs", || {
        let before = count();
        thread::sleep(Duration::from_millis(200));
        before == count()
    });
    exporter
}

const COUNT: &str = "sla_probe_duration_seconds_count{probe=\"a\"}";

/// The bounds of the classic bucket that a time lies in.
fn classic_bucket(seconds: f64) -> (f64, f64) {
    let bounds = [0.0, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    let above = bounds.iter().rposition(|it| *it < seconds).unwrap();
    (bounds[above], bounds[above + 1])
}

/// The bounds of the native bucket of schema 3 that a time lies in. A time on a bound may be rounded to either side,
/// and belongs to the bucket below.
fn native_bucket(seconds: f64) -> (f64, f64) {
    let number = (seconds.log2() * 8.0 - 1e-9).ceil();
    (((number - 1.0) / 8.0).exp2(), (number / 8.0).exp2())
}

#[test]
fn native_and_classic_histograms_agree_within_a_bucket() {
    let target = Target::open(Duration::from_millis(20), ok("text/plain", "ok"));
    let exporter = measured(&target);
    let open_metrics = Prometheus::start(exporter.address, false);
    let protobuf = Prometheus::start(exporter.address, true);
    let runs = exporter.value(COUNT).unwrap();
    assert_eq!(open_metrics.value(COUNT).to_bits(), runs.to_bits());
    let family = "sla_probe_duration_seconds{probe=\"a\"}";
    let counted = protobuf.value(&format!("histogram_count({family})"));
    assert_eq!(counted.to_bits(), runs.to_bits());
    // None of these times a whole number of runs is whole: versions of Prometheus differ in which of the two runs
    // beside a whole rank they take.
    for quantile in ["0.501", "0.903", "0.991"] {
        let classic =
            format!("histogram_quantile({quantile}, sla_probe_duration_seconds_bucket{{probe=\"a\"}})");
        let classic = open_metrics.value(&classic);
        let native = protobuf.value(&format!("histogram_quantile({quantile}, {family})"));
        // One run is of that rank, so there is a time that lies in both buckets.
        let (classic_above, classic_most) = classic_bucket(classic);
        let (native_above, native_most) = native_bucket(native);
        assert!(
            classic_above < native_most && native_above < classic_most,
            "{quantile}: {classic} s and {native} s"
        );
    }
    for prometheus in [&open_metrics, &protobuf] {
        assert_eq!(prometheus.value("up{job=\"exporter\"}").to_bits(), 1.0_f64.to_bits());
        assert_eq!(prometheus.value("sla_build_info").to_bits(), 1.0_f64.to_bits());
    }
}

/// A Prometheus that can choose never chooses the old text format, so a server that knows nothing else hands it on.
#[test]
fn the_text_format_is_scraped() {
    let exporter = measured(&Target::plain());
    let page = exporter.page();
    let page = Target::open(Duration::ZERO, ok("text/plain; version=0.0.4; charset=utf-8", &page));
    let prometheus = Prometheus::start(page.address, false);
    assert_eq!(prometheus.value(COUNT).to_bits(), exporter.value(COUNT).unwrap().to_bits());
    let lines = exporter.page().lines().filter(|it| !it.starts_with('#')).count();
    let scraped = prometheus.value("scrape_samples_scraped");
    assert!((scraped - f64::from(u32::try_from(lines).unwrap())).abs() < 1.0, "{scraped} of {lines}");
}
