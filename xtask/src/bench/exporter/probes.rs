//! 20,000 probes at 60 s for ten minutes.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use serde::Serialize;

/// Probes, their interval, and how long they are watched.
const PROBES: u32 = 20_000;
const EVERY: &str = "60s";
const WATCHED: Duration = Duration::from_mins(10);

/// The start of 20,000 probes is not judged.
const WARM_UP: Duration = Duration::from_mins(1);

const LAG_MAX_SECONDS: f64 = 0.25;
const MEMORY_MAX_MIB: f64 = 300.0;

/// 20,000 probes on a server that answers at once.
#[derive(Serialize)]
pub struct Probes {
    count: u32,
    every: &'static str,
    minutes: u64,
    runs: f64,
    skipped: f64,
    failures: f64,
    /// The bound of the bucket in which the 99th percentile lies, after the first minute.
    lag_p99_at_most_seconds: f64,
    resident_mib_most: f64,
    processor_share: f64,
    /// A scrape of all of it, gzipped, once a minute.
    scrape_seconds_most: f64,
}

impl Probes {
    /// Returns whether they ran as promised.
    pub fn hold(&self) -> bool {
        self.skipped < 1.0
            && self.failures < 1.0
            && self.lag_p99_at_most_seconds <= LAG_MAX_SECONDS
            && self.resident_mib_most < MEMORY_MAX_MIB
    }
}

/// Runs them.
pub async fn measure() -> anyhow::Result<Probes> {
    let folder = tempfile::tempdir()?;
    let target = answering()?;
    fs::write(folder.path().join("sla.yaml"), specification(target))?;
    let (mut exporter, address) = super::start(folder.path(), &[])?;
    let url = format!("http://{address}");
    let began = Instant::now();
    let mut most = Watched::default();
    let mut first = None;
    let mut next = WARM_UP;
    while began.elapsed() < WATCHED {
        tokio::time::sleep(Duration::from_secs(1)).await;
        exporter.check()?;
        most.resident_mib = most.resident_mib.max(resident_mib(exporter.id())?);
        if began.elapsed() >= next {
            next += WARM_UP;
            let page = most.scrape(&url, folder.path())?;
            first.get_or_insert(page);
        }
    }
    let first = first.context("it was watched for less than a minute")?;
    let last = most.scrape(&url, folder.path())?;
    Ok(Probes {
        count: PROBES,
        every: EVERY,
        minutes: WATCHED.as_secs() / 60,
        runs: last.sum("sla_probe_runs_total{"),
        skipped: last.sum("sla_scheduler_skipped_runs_total{"),
        failures: last.sum("sla_probe_failures_total{"),
        lag_p99_at_most_seconds: last.lag_since(&first),
        resident_mib_most: most.resident_mib,
        processor_share: last.sum("process_cpu_seconds_total") / began.elapsed().as_secs_f64(),
        scrape_seconds_most: most.scrape_seconds,
    })
}

/// The largest of what was seen.
#[derive(Default)]
struct Watched {
    resident_mib: f64,
    scrape_seconds: f64,
}

/// A page in the text format.
struct Page(String);

impl Watched {
    fn scrape(&mut self, url: &str, folder: &Path) -> anyhow::Result<Page> {
        let began = Instant::now();
        let zipped = folder.join("page.gz");
        // As Prometheus does it, and unpacked after the time was taken.
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--fail", "--header", "Accept-Encoding: gzip", "--output"]).arg(&zipped);
        anyhow::ensure!(curl.arg(format!("{url}/metrics")).status()?.success(), "the scrape failed");
        self.scrape_seconds = self.scrape_seconds.max(began.elapsed().as_secs_f64());
        let unpacked = Command::new("gzip").arg("-dc").arg(&zipped).output()?;
        Ok(Page(String::from_utf8(unpacked.stdout)?))
    }
}

impl Page {
    fn sum(&self, beginning: &str) -> f64 {
        let values = self
            .0
            .lines()
            .filter_map(|it| it.strip_prefix(beginning)?.rsplit(' ').next()?.parse::<f64>().ok());
        values.sum()
    }

    /// Returns the bound below which 99 % of the runs since another page began.
    fn lag_since(&self, before: &Self) -> f64 {
        let buckets = |page: &Self| -> Vec<(f64, f64)> {
            let bucket = |it: &str| {
                let (le, count) =
                    it.strip_prefix("sla_scheduler_lag_seconds_bucket{le=\"")?.split_once("\"} ")?;
                let le = if le == "+Inf" { f64::INFINITY } else { le.parse().ok()? };
                Some((le, count.parse().ok()?))
            };
            page.0.lines().filter_map(bucket).collect()
        };
        let (now, before) = (buckets(self), buckets(before));
        let since: Vec<_> = now.iter().zip(before).map(|(now, before)| (now.0, now.1 - before.1)).collect();
        let all = since.last().map_or(0.0, |it| it.1);
        since.iter().find(|it| it.1 >= 0.99 * all).map_or(f64::INFINITY, |it| it.0)
    }
}

fn resident_mib(process: u32) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kibibytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kibibytes / 1024.0)
}

fn specification(target: SocketAddr) -> String {
    let mut text = String::from(
        "version: sla/v1\nname: bench\nowners:\n  dev: {webhook: {url: \"http://pager/dev\"}}\n\
         modules:\n  shop: {owner: dev}\nprobes:\n",
    );
    for number in 0..PROBES {
        let call =
            format!("{{http: {{get: \"http://{target}/\"}}, every: {EVERY}, timeout: 5s, module: shop}}");
        text.extend(["  p", &number.to_string(), ": ", &call, "\n"]);
    }
    text
}

/// Opens a server that answers everything at once, one after the other.
fn answering() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 1024];
            // A probe that gave up is counted by the exporter.
            let _ = stream.read(&mut request);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        }
    });
    Ok(address)
}
