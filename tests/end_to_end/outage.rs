//! Goal: a page reaches the right people in the second that the model computes from the history at the fault,
//! and is released 30 minutes (30 s at pace 60) after recovery.
//! Method: `cargo xtask demo --json` plays the outage; this file judges the story.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use sla_model::Pace;
use xtask::{forecast, packages, process::tied};

/// From the alert to the receiver: Alertmanager's `group_wait` of the tier is 0 s; a page that joins a group
/// which was told already waits for its `group_interval`, 15 s nominal.
const GROUP_INTERVAL: Duration = Duration::from_secs(15);

fn play(fault: &str, lasts: &str) -> Value {
    let _alone = crate::alone();
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["demo", "--break", fault, "--for", lasts, "--json"]).current_dir(packages::root());
    let output = tied(&command).stdin(Stdio::null()).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "the demo failed: {}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Finds the urgent page of an alert with these labels.
#[track_caller]
fn page<'s>(story: &'s Value, alert: &str, labels: &[(&str, &str)]) -> &'s Value {
    let pages = story["pages"].as_array().unwrap();
    let wanted = |it: &&Value| {
        let has = |(label, value): &(&str, &str)| it["labels"][*label] == *value;
        it["alert"] == alert && it["tier"] == "P1" && labels.iter().all(has)
    };
    pages.iter().find(wanted).unwrap_or_else(|| panic!("no {alert} {labels:?} among {pages:#?}"))
}

#[track_caller]
fn arrived_as_computed(page: &Value) {
    let model = sla_spec::open(&packages::root().join("examples/pharmacy"), &[].into()).unwrap().model;
    let sixty: Pace = "60".parse().unwrap();
    let (computed, arrived) = (page["computed"].as_f64().unwrap(), page["arrived"].as_f64().unwrap());
    let tolerance = forecast::tolerance(&model, sixty).as_secs_f64();
    let wait = sixty.real(GROUP_INTERVAL).as_secs_f64();
    eprintln!("computed +{computed:.2} s, arrived +{arrived:.2} s");
    assert!((arrived - computed - wait / 2.0).abs() <= tolerance + wait / 2.0, "{page:#}");
}

#[track_caller]
fn released_on_time(page: &Value) {
    let after = page["released_after_recovery"].as_f64().unwrap();
    assert!((27.0..=33.0).contains(&after), "released {after} s after recovery: {page:#}");
}

#[test]
fn a_total_outage_pages_as_a_state() {
    let story = play("payment", "90s");
    let down = page(&story, "ServiceDown", &[("probe", "checkout")]);
    arrived_as_computed(down);
    released_on_time(down);
    assert_eq!(down["confirm_within"], "10m");
    assert_eq!(down["restore_within"], "1h");
    assert!(down["owners"].as_str().unwrap().contains("ops-lead (运维主管 / operations lead)"));
    let mut told: Vec<_> = down["told"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    told.sort_unstable();
    assert_eq!(told, ["core-dev", "ops-lead"]);
    assert_eq!(
        down["summary"],
        serde_json::json!([
            "【一级(紧急)】登录→下单→支付中断：2 分钟内没有一次成功",
            "[P1 urgent] Login → order → payment is down: not one good run in 2 min"
        ])
    );
    assert!(!down["repeated"].as_array().unwrap().is_empty(), "an unconfirmed page is told again");
    // The failing step and its reason are visible.
    let failures = story["failures"].as_array().unwrap();
    assert!(
        failures.iter().all(|it| it["step"] == "payment" && it["reason"] == "http_status"),
        "{failures:#?}"
    );
    assert!(failures.iter().any(|it| it["count"].as_u64().unwrap() > 300), "{failures:#?}");
    // Every scrape of the outage saw the journey.
    for it in story["samples"].as_array().unwrap() {
        assert_eq!(it["samples"], it["scrapes"], "{it:#}");
        assert!(it["scrapes"].as_u64().unwrap() >= 170, "{it:#}");
    }
    assert_eq!(story["selectors_missing"], serde_json::json!([]));
}

#[test]
fn a_share_of_payments_pages_by_its_burn_rate() {
    let story = play("payment_share=30%", "45s");
    let burn = page(&story, "SloBurn", &[("slo", "payment-success"), ("burn", "1h")]);
    arrived_as_computed(burn);
    released_on_time(burn);
    let down = story["pages"].as_array().unwrap().iter().any(|it| it["alert"] == "ServiceDown");
    assert!(!down, "a third of the runs fail: that is no total outage");
}
