//! The whole `/metrics` page, from a fixed state.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use sla_model::{Model, names};
use sla_probe::{Failure, Outcome, Phase, Reason, StepOutcome};

use super::fixture;
use crate::{
    expo::{own::Own, text::Text},
    host::Host,
    reload::Note,
    schedule::{Class, Places},
    snapshot::Snapshot,
    state::{State, lock},
    tests::fixture::told,
    trace::TraceId,
};

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn model() -> Model {
    fixture::model("http://shop", Path::new("/nowhere/shop.db"))
}

/// A state after a good run of the probe, a good and a bad run of the journey, and a good and a bad pass.
fn state(model: &Model) -> State {
    let state = State::new(model);
    let phases =
        vec![(Phase::Connect, millis(1)), (Phase::FirstByte, millis(5)), (Phase::Transfer, millis(0))];
    let good = |took, phases, steps| Outcome { verdict: Ok(()), took, phases, steps };
    let step = |step: &str, took, verdict| StepOutcome { step: step.parse().unwrap(), verdict, took };
    lock(&state.probes[&"home".parse().unwrap()]).record(
        good(millis(6), phases, vec![]),
        None,
        fixture::now(),
    );

    let steps = vec![step("order", millis(30), Ok(())), step("payment", millis(100), Ok(()))];
    let failure = Failure { step: Some("order".parse().unwrap()), ..Failure::new(Reason::HttpStatus, "500") };
    let failed_step = step("order", millis(2000), Err(failure.clone()));
    let bad = Outcome { verdict: Err(failure), took: millis(2000), phases: vec![], steps: vec![failed_step] };
    let mut checkout = lock(&state.probes[&"checkout".parse().unwrap()]);
    checkout.record(good(millis(130), vec![], steps), Some(TraceId::from(1)), fixture::now());
    checkout.record(bad, Some(TraceId::from(2)), fixture::now());
    checkout.stats.skipped = 2;
    drop(checkout);

    let mut payments = lock(&state.queries[&"shop_payments_total".parse().unwrap()]);
    payments.record(Ok([("failed".into(), 1), ("paid".into(), 41)].into()), fixture::now());
    payments.record(Err("the query failed".into()), fixture::now());
    drop(payments);
    lock(&state.lag).observe(millis(3));
    state
}

fn page(model: &Model, state: &State) -> String {
    let snapshot = Snapshot::take(&Arc::new(model.clone()), state, fixture::now());
    String::from_utf8(told(Text::new, |to| snapshot.tell(to))).unwrap()
}

/// The page with the exporter's own metrics.
fn whole_page(model: &Model, state: &State) -> String {
    let own = Own::new(Note::new("5a5a".into(), fixture::now()), Places::new(Class::places), Arc::default())
        .unwrap();
    // Two readings make the first share of a processor.
    let host = Host::watch("300".parse().unwrap(), fixture::now);
    let told = |host: &Host| {
        String::from_utf8(told(Text::new, |to| host.tell(to).and_then(|()| own.tell(to)))).unwrap()
    };
    while !["system", "disks"].iter().all(|it| told(&host).contains(&format!("part=\"{it}\""))) {
        std::thread::sleep(Duration::from_millis(10));
    }
    page(model, state) + &told(&host)
}

#[test]
fn a_page_is_what_was_measured() {
    let model = model();
    let page = page(&model, &state(&model));
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/metrics.txt");
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        std::fs::write(&golden, &page).unwrap();
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    assert!(
        page == expected,
        "the page differs from {}; UPDATE_GOLDENS=1 rewrites it:\n{page}",
        golden.display()
    );
}

#[test]
fn everything_that_can_be_0_is_0_from_the_start() {
    let model = model();
    let page = page(&model, &State::new(&model));
    for expected in [
        "sla_probe_runs_total{probe=\"checkout\"} 0",
        "sla_probe_failures_total{probe=\"home\"} 0",
        "sla_probe_duration_seconds_count{probe=\"home\"} 0",
        "sla_journey_step_duration_seconds_count{probe=\"checkout\",step=\"payment\"} 0",
        "sla_scheduler_skipped_runs_total{probe=\"home\"} 0",
        "sla_query_passes_total{source=\"shop-db\",query=\"shop_payments_total\"} 0",
        "sla_maintenance{module=\"trade\"} 0",
        "sla_maintenance{module=\"payment\"} 1",
        "shop_payments_total{status=\"failed\"} 0",
    ] {
        assert!(page.lines().any(|it| it == expected), "no `{expected}` in\n{page}");
    }
    for absent in
        ["sla_probe_success", "sla_probe_failure_reasons_total", "sla_probe_last_run", "last_success"]
    {
        assert!(!page.contains(absent), "{absent}");
    }
}

#[test]
fn planned_maintenance_that_counts_is_never_exposed() {
    let mut model = model();
    model.maintenance.planned = sla_model::maintenance::Planned::Count;
    assert!(page(&model, &State::new(&model)).contains("sla_maintenance{module=\"payment\"} 0"));
}

#[test]
fn every_family_of_the_catalogue_is_on_the_page_once() {
    let model = model();
    let page = whole_page(&model, &state(&model));
    for metric in names::exported() {
        let header = format!("# TYPE {} ", metric.name);
        assert_eq!(page.matches(&header).count(), 1, "{}", metric.name);
        assert!(page.contains(&format!("# HELP {} {}\n", metric.name, metric.help)), "{}", metric.name);
    }
    // And the other way round: what is on the page stands in the catalogue, or in the specification.
    let known: Vec<_> = names::exported().map(|it| it.name).collect();
    let shown = page.lines().filter_map(|it| it.strip_prefix("# TYPE ")?.split(' ').next());
    let unknown: Vec<_> = shown.filter(|it| !known.contains(it) && *it != "shop_payments_total").collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn promtool_finds_nothing_wrong() {
    let model = model();
    let page = whole_page(&model, &state(&model));
    let promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    // Not everybody who builds has Prometheus; where the tests must count, it is installed.
    let Ok(mut promtool) = promtool else {
        return;
    };
    promtool.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
    let checked = promtool.wait_with_output().unwrap();
    let said = [checked.stdout, checked.stderr].concat();
    assert!(checked.status.success() && said.is_empty(), "{}\n{page}", String::from_utf8_lossy(&said));
}
