//! Goal: after `slaforge backfill` long windows know the time before the first deployment, to the event.
//! Method: four days of raw series, over the end of summer time's beginning and of a month in Berlin, are loaded into
//! a real Prometheus; the blocks of `backfill` are added; sums of tiles are held against raw increases.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use jiff::Timestamp;
use tempfile::TempDir;
use xtask::{
    packages,
    process::{Service, free_ports, tied},
    prometheus::Prometheus,
    stage,
};

/// When raw series begin, and when the past ends: both whole hours.
const START: &str = "2026-03-28T00:00:00Z";
const END: &str = "2026-04-01T04:00:00Z";

/// Since when live rules have recorded one objective.
const LIVE: &str = "2026-03-31T12:00:00Z";

/// Scrapes are off the evaluations' ticks.
const SCRAPE: i64 = 30;
const OFFSET: i64 = 7;

fn seconds(at: &str) -> i64 {
    at.parse::<Timestamp>().unwrap().as_second()
}

/// A few hundred events a scrape, more by day, and failures in bursts. No burst lies on an end of the windows that are
/// compared: there a sum of tiles is up to five minutes off, and that is not what is asked here.
fn events(at: i64, salt: i64) -> (i64, i64) {
    let hour = at.div_euclid(3600) % 24;
    let good = 200 + 40 * (12 - (hour - 12).abs()) + (at / SCRAPE * 7 + salt * 13) % 50;
    let burst = (4000..5000).contains(&((at - seconds(END)).rem_euclid(3 * 3600) + salt * 700));
    (good, if burst { 60 + (at / SCRAPE + salt) % 17 } else { (at / SCRAPE + salt) % 2 })
}

/// Writes what the objectives of `examples/kinds` read.
fn raw() -> String {
    let mut text = String::new();
    let mut counters = Vec::new();
    for (salt, region) in (0..).zip(["eu", "us"]) {
        for (series, part) in [
            (format!("requests_total{{code=\"200\",region=\"{region}\"}}"), 0),
            (format!("requests_total{{code=\"500\",region=\"{region}\"}}"), 1),
            (format!("request_seconds_bucket{{route=\"/api/pay\",le=\"1\",region=\"{region}\"}}"), 0),
            (format!("request_seconds_count{{route=\"/api/pay\",region=\"{region}\"}}"), 2),
        ] {
            counters.push((series, part, salt));
        }
    }
    for (series, part, salt) in counters {
        let mut value = 0;
        let mut at = seconds(START) + OFFSET;
        while at <= seconds(END) {
            let (good, bad) = events(at, salt);
            value += [good, bad, good + bad][part];
            writeln!(text, "{series} {value} {at}").unwrap();
            at += SCRAPE;
        }
    }
    let mut at = seconds(LIVE) + 17;
    while at <= seconds(END) {
        writeln!(text, "slo:events:increase5m{{sla=\"kinds\",slo=\"by-query\"}} 1 {at}").unwrap();
        at += 300;
    }
    text + "# EOF\n"
}

struct Scene {
    server: Option<Service>,
    folder: TempDir,
    port: u16,
}

impl Scene {
    fn set() -> Self {
        packages::ensure(&[packages::PROMETHEUS, packages::PROMTOOL, packages::SETPRIV]).unwrap();
        stage::build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("prometheus.yaml"), "").unwrap();
        fs::write(folder.path().join("raw.om"), raw()).unwrap();
        let mut load = Command::new(packages::PROMTOOL.command);
        load.args(["tsdb", "create-blocks-from", "--quiet", "--max-block-duration", "54h", "openmetrics"]);
        load.arg(folder.path().join("raw.om")).arg(folder.path().join("data"));
        assert!(tied(&load).status().unwrap().success());
        let [port] = free_ports().unwrap();
        Self { server: None, folder, port }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    async fn start(&mut self) -> Prometheus {
        self.server = None;
        let mut command = Command::new(packages::PROMETHEUS.command);
        command.arg(format!("--config.file={}", self.folder.path().join("prometheus.yaml").display()));
        command.arg(format!("--storage.tsdb.path={}", self.folder.path().join("data").display()));
        command.arg("--storage.tsdb.retention.time=50y");
        command.arg(format!("--web.listen-address=127.0.0.1:{}", self.port));
        let mut server = Service::start("prometheus", self.folder.path(), &mut command).unwrap();
        server.answers(&format!("{}/-/ready", self.url()), Duration::from_mins(1)).await.unwrap();
        self.server = Some(server);
        Prometheus::new(self.url()).unwrap()
    }

    fn backfill(&self, out: &Path) -> std::process::Output {
        self.backfill_of(out, START, END, &[])
    }

    fn backfill_of(&self, out: &Path, start: &str, end: &str, arguments: &[&str]) -> std::process::Output {
        let mut command = Command::new(stage::binary("slaforge").unwrap());
        command.arg("backfill").arg(packages::root().join("examples/kinds/sla.yaml"));
        command.args(["--url", &self.url(), "--start", start, "--end", end, "--out"]).arg(out);
        tied(command.args(arguments)).output().unwrap()
    }

    /// Does what the command's last words say.
    fn load(&self, blocks: &Path) {
        for block in fs::read_dir(blocks).unwrap() {
            let block = block.unwrap();
            let there: PathBuf = self.folder.path().join("data").join(block.file_name());
            fs::rename(block.path(), there).unwrap();
        }
    }
}

async fn ask(prometheus: &Prometheus, expr: &str, at: &str) -> f64 {
    let at = Some(at.parse().unwrap());
    prometheus.number(expr, at).await.unwrap().unwrap_or_else(|| panic!("no answer to {expr}"))
}

/// Both expressions agree within a share.
#[track_caller]
fn agree(what: &str, found: f64, expected: f64, within: f64) {
    let off = (found / expected - 1.0).abs();
    assert!(off <= within, "{what}: {found} for {expected}, off by {off}");
}

#[test]
fn long_windows_know_the_time_before_the_rules() {
    let _alone = crate::alone();
    tokio::runtime::Runtime::new().unwrap().block_on(play());
}

async fn play() {
    let mut scene = Scene::set();
    scene.start().await;
    let out = scene.folder.path().join("backfill");
    let output = scene.backfill(&out);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        told.contains("retention")
            && told.contains("/var/lib/prometheus")
            && told.contains("Not before 2026-04-01T07:10:00Z"),
        "{told}"
    );
    assert_eq!(scene.backfill(&out).status.code(), Some(2), "blocks were written over");
    nothing_to_fill(&scene);
    one_point(&scene);
    scene.load(&out);
    let prometheus = scene.start().await;
    ratios(&prometheus).await;
    hours_and_months(&prometheus).await;
    seam(&prometheus).await;
}

/// Before its first raw sample and after its rules began nothing is filled in for an objective; it is said why.
fn nothing_to_fill(scene: &Scene) {
    let out = scene.folder.path().join("nothing");
    let cases = [
        ("2026-03-10T00:00:00Z", "2026-03-12T00:00:00Z", "no raw series of it"),
        (LIVE, END, "its rules have recorded since 2026-03-31T11:55:00Z"),
    ];
    for (start, end, why) in cases {
        let output = scene.backfill_of(&out, start, end, &["--objective", "by-query"]);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(why), "{told}");
        assert_eq!(output.status.code(), Some(2));
    }
}

/// A day and one point more are two questions, the second about one moment.
fn one_point(scene: &Scene) {
    let out = scene.folder.path().join("one-point");
    let (start, end) = ("2026-03-28T00:00:00Z", "2026-03-29T00:05:00Z");
    let output = scene.backfill_of(&out, start, end, &["--objective", "by-bad-events"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Sums of tiles over three days against the raw formula.
async fn ratios(prometheus: &Prometheus) {
    let cases = [
        (
            "by-bad-events",
            r#"requests_total{code="500",region="eu"}"#,
            r#"requests_total{region="eu"}"#,
            r#",region="eu""#,
        ),
        ("by-good-events", r#"requests_total{code="500"}"#, "requests_total", ""),
        ("by-latency", "request_seconds_count", "request_seconds_count", ""),
    ];
    for (slo, bad, total, labels) in cases {
        let tiles = |kind: &str| {
            format!(
                "sum(sum_over_time(slo:{kind}:increase5m{{sla=\"kinds\",slo=\"{slo}\"{labels}}}[2d23h59m59s]))"
            )
        };
        let increase = |of: &str| format!("sum(increase({of}[3d]))");
        let bad = if bad == total {
            format!("({} - {})", increase(total), increase("request_seconds_bucket"))
        } else {
            increase(bad)
        };
        let found = ask(prometheus, &format!("{} / {}", tiles("errors"), tiles("events")), END).await;
        let expected = ask(prometheus, &format!("{bad} / {}", increase(total)), END).await;
        agree(slo, found, expected, 0.001);
        let found = ask(prometheus, &tiles("events"), END).await;
        agree(slo, found, ask(prometheus, &increase(total), END).await, 0.001);
    }
}

async fn hours_and_months(prometheus: &Prometheus) {
    let sum = |series: &str| format!("sum(sum_over_time({series}[2d23h59m59s]))");
    let of_hours = ask(prometheus, &sum(r#"slo:hourly_events:increase1h{slo="by-latency"}"#), END).await;
    let of_tiles = ask(prometheus, &sum(r#"slo:events:increase5m{slo="by-latency"}"#), END).await;
    agree("an hour is its tiles", of_hours, of_tiles, 1e-9);
    let observed = ask(prometheus, &sum(r#"slo:tiles:count1h{slo="by-good-events"}"#), END).await;
    agree("every tile is there", observed, 3.0 * 288.0, 1e-9);
    // April begins at 22:00 UTC: six hours of it have passed.
    let april =
        ask(prometheus, &sum(r#"slo:events:increase5m{slo="by-good-events",period="202604"}"#), END).await;
    let raw = ask(prometheus, "sum(increase(requests_total[6h]))", END).await;
    agree("April begins at midnight in Berlin", april, raw, 0.01);
}

/// What live rules recorded is not recorded again, and no tile before it is missing.
async fn seam(prometheus: &Prometheus) {
    let tiles = r#"count_over_time(slo:events:increase5m{slo="by-query"}[4m30s])"#;
    let most = format!("max_over_time(({tiles})[1d:1m])");
    agree("tiles at once", ask(prometheus, &most, END).await, 1.0, 1e-9);
    let tiles = r#"count_over_time(slo:events:increase5m{slo="by-query"}[2d23h59m59s])"#;
    agree(
        "tiles around the rules' beginning",
        ask(prometheus, &format!("sum({tiles})"), END).await,
        // The live rules are evaluated 17 s after each edge, and so not yet after the last.
        3.0 * 288.0 - 1.0,
        1e-9,
    );
    let errors = r#"count_over_time(slo:errors:increase5m{slo="by-query"}[59m59s])"#;
    agree("tiles before the rules", ask(prometheus, errors, LIVE).await, 11.0, 1e-9);
    let after = prometheus.query(errors, Some(END.parse().unwrap())).await.unwrap();
    assert!(after.is_empty(), "{after:?}");
}
