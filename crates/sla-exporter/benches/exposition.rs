//! How long a page of 100,000 series takes in each format, next to the `prometheus` crate's own encoder with the same
//! series. Prints one JSON document; `cargo xtask bench exporter` keeps it.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on should stop")]

use std::{
    io::{self, Write as _},
    sync::Arc,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use jiff::Timestamp;
use prometheus::{
    Encoder, GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder,
};
use serde_json::json;
use sla_exporter::{
    expo::{Encode, negotiate::Format, openmetrics::OpenMetrics, protobuf::Protobuf, text::Text},
    snapshot::Snapshot,
    state::{State, lock},
    trace::TraceId,
};
use sla_model::Model;
use sla_probe::{Outcome, Phase};
use sla_spec::SourceSet;

/// As many as give 100,000 lines.
const PROBES: usize = 1613;

/// The fastest of so many is told: what others do with the machine only adds.
const ROUNDS: usize = 15;

fn main() {
    let model = Arc::new(model());
    let state = State::new(&model);
    fill(&state);
    let now: Timestamp = "2026-12-01T02:30:00Z".parse().unwrap();
    let page = text(&model, &state, now, Vec::new());
    let series = page.split(|it| *it == b'\n').filter(|it| !it.starts_with(b"#") && !it.is_empty()).count();
    let mut formats = serde_json::Map::new();
    for (name, format) in
        [("text", Format::Text), ("openmetrics", Format::OpenMetrics), ("protobuf", Format::Protobuf)]
    {
        let plain = fastest(|| write(format, &Snapshot::take(&model, &state, now), &mut Counting(0)));
        let zipped = fastest(|| {
            let mut zip = GzEncoder::new(Counting(0), Compression::fast());
            write(format, &Snapshot::take(&model, &state, now), &mut zip);
            zip.finish().unwrap();
        });
        formats.insert(name.to_owned(), json!({"milliseconds": plain, "with_gzip_milliseconds": zipped}));
    }
    let registry = peer();
    let encoder = TextEncoder::new();
    let peer = fastest(|| encoder.encode(&registry.gather(), &mut Counting(0)).unwrap());
    let mut theirs = Vec::new();
    encoder.encode(&registry.gather(), &mut theirs).unwrap();
    let peer_series =
        theirs.split(|it| *it == b'\n').filter(|it| !it.starts_with(b"#") && !it.is_empty()).count();
    let told = json!({
        "series": series, "formats": formats,
        "peer": {"series": peer_series, "milliseconds": peer},
    });
    io::stdout().write_all(format!("{told}\n").as_bytes()).unwrap();
}

/// Counts what is written, and keeps nothing.
struct Counting(usize);

impl io::Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn fastest(mut work: impl FnMut()) -> f64 {
    let round = |work: &mut dyn FnMut()| {
        let began = Instant::now();
        work();
        began.elapsed().as_secs_f64() * 1000.0
    };
    (0..ROUNDS).map(|_| round(&mut work)).fold(f64::INFINITY, f64::min)
}

fn write(format: Format, snapshot: &Snapshot, to: &mut impl io::Write) {
    match format {
        Format::Text => told(snapshot, Text::new(to)),
        Format::OpenMetrics => told(snapshot, OpenMetrics::new(to)),
        Format::Protobuf => told(snapshot, Protobuf::new(to)),
    }
}

fn told(snapshot: &Snapshot, mut to: impl Encode) {
    snapshot.tell(&mut to).unwrap();
    to.finish().unwrap();
}

fn text(model: &Arc<Model>, state: &State, now: Timestamp, mut page: Vec<u8>) -> Vec<u8> {
    told(&Snapshot::take(model, state, now), Text::new(&mut page));
    page
}

fn name(number: usize) -> String {
    format!("probe-{number:05}")
}

fn model() -> Model {
    let mut text = String::from(
        "version: sla/v1\nname: bench\nowners:\n  dev: {webhook: {url: \"http://pager/dev\"}}\n\
         modules:\n  shop: {owner: dev}\nprobes:\n",
    );
    for number in 0..PROBES {
        let name = name(number);
        text.extend([
            "  ",
            &name,
            ": {http: {get: \"http://shop/\"}, every: 60s, timeout: 5s, module: shop}\n",
        ]);
    }
    let set = SourceSet::of_text("bench.yaml", text);
    let loaded = sla_spec::load(&set, &std::collections::BTreeMap::new());
    loaded.unwrap_or_else(|problems| panic!("{problems:?}")).model
}

/// Runs of every probe, of different lengths.
fn fill(state: &State) {
    for (number, probe) in state.probes.values().enumerate() {
        for run in 0..20 {
            let millis = u64::try_from(number % 37 + run * 13).unwrap();
            let took = Duration::from_millis(millis);
            let phases =
                [Phase::Connect, Phase::FirstByte, Phase::Transfer].map(|it| (it, took / 3)).to_vec();
            let outcome = Outcome { verdict: Ok(()), took, phases, steps: vec![] };
            lock(probe).record(outcome, Some(TraceId::from(7)), Timestamp::UNIX_EPOCH);
        }
    }
}

/// The same series in the crate's own registry.
fn peer() -> Registry {
    let registry = Registry::new();
    let bounds = vec![0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    let options = |name: &str| HistogramOpts::new(name, "Help.").buckets(bounds.clone());
    let durations = HistogramVec::new(options("sla_probe_duration_seconds"), &["probe"]).unwrap();
    let phases = HistogramVec::new(options("sla_probe_phase_duration_seconds"), &["probe", "phase"]).unwrap();
    let counter = |name: &str| IntCounterVec::new(Opts::new(name, "Help."), &["probe"]).unwrap();
    let counters =
        ["runs", "failures", "skipped", "dropped"].map(|it| counter(&format!("sla_probe_{it}_total")));
    let gauge = |name: &str| GaugeVec::new(Opts::new(name, "Help."), &["probe"]).unwrap();
    let gauges = [gauge("sla_probe_success"), gauge("sla_probe_last_run_timestamp_seconds")];
    registry.register(Box::new(durations.clone())).unwrap();
    registry.register(Box::new(phases.clone())).unwrap();
    for it in &counters {
        registry.register(Box::new(it.clone())).unwrap();
    }
    for it in &gauges {
        registry.register(Box::new(it.clone())).unwrap();
    }
    for number in 0..PROBES {
        let name = name(number);
        for run in 0..20_u32 {
            let seconds = f64::from(run) * 0.013;
            durations.with_label_values(&[&name]).observe(seconds);
            for phase in ["connect", "first_byte", "transfer"] {
                phases.with_label_values(&[name.as_str(), phase]).observe(seconds / 3.0);
            }
        }
        for it in &counters {
            it.with_label_values(&[&name]).inc_by(20);
        }
        for it in &gauges {
            it.with_label_values(&[&name]).set(1.0);
        }
    }
    registry
}
