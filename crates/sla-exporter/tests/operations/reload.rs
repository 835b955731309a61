//! Reloads: by request, by signal, by files of every kind; bad ones; and no count is lost.

use std::{fs, os::unix::fs::symlink, process::Command, sync::atomic::Ordering, thread, time::Duration};

use super::{
    exporter::{Exporter, specification, value},
    target::Target,
};

fn probes(url: &str, names: &[&str], every: &str) -> String {
    let probe = |name: &&str| {
        format!("  {name}: {{http: {{get: \"{url}\"}}, every: {every}, timeout: 5s, module: shop}}\n")
    };
    specification(&format!("probes:\n{}", names.iter().map(probe).collect::<String>()))
}

const SUCCESSFUL: &str = "sla_config_last_reload_successful";

fn runs(name: &str) -> String {
    format!("sla_probe_runs_total{{probe=\"{name}\"}}")
}

fn write(exporter: &Exporter, text: &str) {
    // As editors do it: a new file takes the old one's name.
    fs::write(exporter.path("new"), text).unwrap();
    fs::rename(exporter.path("new"), exporter.path("sla.yaml")).unwrap();
}

#[test]
fn what_stays_keeps_its_numbers_and_what_goes_is_gone() {
    let target = Target::plain();
    let exporter = Exporter::start(&probes(&target.url(), &["a", "b"], "6s"), &[]);
    exporter.reaches(&runs("a"), |it| it >= 2.0);
    exporter.reaches(&runs("b"), |it| it >= 2.0);
    let before = exporter.value(&runs("a")).unwrap();
    write(&exporter, &probes(&target.url(), &["a", "c"], "6s"));
    assert_eq!(exporter.reload().text(), "reloaded\n");
    let page = exporter.page();
    assert!(value(&page, &runs("a")).unwrap() >= before);
    assert_eq!(value(&page, &runs("b")), None);
    assert!(value(&page, &runs("c")).is_some());
    exporter.reaches(&runs("c"), |it| it >= 1.0);
    exporter.reaches(&runs("a"), |it| it > before);
}

#[test]
fn files_that_change_are_taken_by_themselves() {
    let target = Target::plain();
    let exporter = Exporter::start(&probes(&target.url(), &["a"], "6s"), &[]);
    write(&exporter, &probes(&target.url(), &["a", "b"], "6s"));
    exporter.reaches(&runs("b"), |it| it >= 1.0);
    // In place, too.
    fs::write(exporter.path("sla.yaml"), probes(&target.url(), &["a", "c"], "6s")).unwrap();
    exporter.reaches(&runs("c"), |it| it >= 1.0);
}

#[test]
fn a_hangup_is_a_request() {
    let target = Target::plain();
    let exporter = Exporter::start(&probes(&target.url(), &["a"], "6s"), &[]);
    let time = exporter.value("sla_config_last_reload_success_timestamp_seconds").unwrap();
    let sent = Command::new("kill").args(["-HUP", &exporter.id().to_string()]).status().unwrap();
    assert!(sent.success());
    exporter.reaches("sla_config_last_reload_success_timestamp_seconds", |it| it > time);
}

/// Kubernetes mounts a `ConfigMap` as links into a folder, and replaces the link to that folder.
#[test]
fn kubernetes_swaps_links() {
    let target = Target::plain();
    let folder = tempfile::tempdir().unwrap();
    let put = |version: &str, names: &[&str]| {
        let versioned = folder.path().join(version);
        fs::create_dir(&versioned).unwrap();
        fs::write(versioned.join("sla.yaml"), probes(&target.url(), names, "6s")).unwrap();
        symlink(version, folder.path().join("..data_tmp")).unwrap();
        fs::rename(folder.path().join("..data_tmp"), folder.path().join("..data")).unwrap();
    };
    put("..2026_11_01", &["a"]);
    symlink("..data/sla.yaml", folder.path().join("sla.yaml")).unwrap();
    let place = folder.path().to_owned();
    // The folder itself is the specification.
    let exporter =
        Exporter::start_in(tempfile::tempdir().unwrap(), &["--config.file", place.to_str().unwrap()]);
    exporter.reaches(&runs("a"), |it| it >= 1.0);
    put("..2026_11_02", &["a", "b"]);
    exporter.reaches(&runs("b"), |it| it >= 1.0);
}

#[test]
fn a_bad_file_changes_nothing_and_says_why() {
    let target = Target::plain();
    let good = probes(&target.url(), &["a"], "6s");
    let exporter = Exporter::start(&good, &[]);
    exporter.reaches(&runs("a"), |it| it >= 1.0);
    let info = |page: &str| page.lines().find(|it| it.starts_with("sla_config_info{")).map(str::to_owned);
    let before = info(&exporter.page());
    write(&exporter, &good.replace("every", "evry"));
    exporter.reaches(SUCCESSFUL, |it| it < 1.0);
    let answer = exporter.reload();
    assert_eq!(answer.status, 500);
    let told = answer.text();
    assert!(
        told.starts_with("failed to reload config: SLA006") && told.contains("did you mean `every`?"),
        "{told}"
    );
    assert!(exporter.get("/", "").text().contains("did you mean `every`?"));
    assert!(exporter.get("/?lang=zh", "").text().contains("未被采用"));
    assert!(exporter.log().contains("the specification was not taken"));
    let page = exporter.page();
    assert_eq!(info(&page), before);
    let now = value(&page, &runs("a")).unwrap();
    exporter.reaches(&runs("a"), |it| it > now);
    write(&exporter, &good);
    exporter.reaches(SUCCESSFUL, |it| it > 0.0);
    assert!(!exporter.get("/", "").text().contains("did you mean"));
}

/// While runs are going on and definitions change back and forth, the exporter counts what the target saw.
#[test]
fn reloads_under_load_lose_no_count() {
    let target = Target::open(Duration::from_millis(20), super::target::ok("text/plain", "ok"));
    let names: Vec<String> = (0..50).map(|it| format!("p{it}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let text = |every| probes(&target.url(), &names, every);
    let exporter = Exporter::start(&text("6s"), &[]);
    let sum = |page: &str, family: &str| -> f64 {
        let lines = page.lines().filter_map(|it| it.strip_prefix(family)?.rsplit_once(' '));
        lines.map(|it| it.1.parse::<f64>().unwrap()).sum()
    };
    let mut last = 0.0;
    for round in 0..10 {
        fs::write(exporter.path("sla.yaml"), text(if round % 2 == 0 { "9s" } else { "6s" })).unwrap();
        assert_eq!(exporter.reload().status, 200);
        for _ in 0..5 {
            let page = exporter.page();
            let runs = sum(&page, "sla_probe_runs_total{");
            assert!(runs >= last, "{runs} after {last}");
            // Every run is in its histogram, in every scrape.
            assert_eq!(sum(&page, "sla_probe_duration_seconds_count{").to_bits(), runs.to_bits());
            last = runs;
            thread::sleep(Duration::from_millis(20));
        }
    }
    // Stop the runs: an interval of an hour has, at this pace, its next tick in a minute.
    fs::write(exporter.path("sla.yaml"), text("1h")).unwrap();
    assert_eq!(exporter.reload().status, 200);
    exporter.until("same count on both sides", || {
        let asked = target.asked.load(Ordering::Relaxed);
        let runs = sum(&exporter.page(), "sla_probe_runs_total{");
        thread::sleep(Duration::from_millis(100));
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let same = runs.to_bits() == (asked as f64).to_bits();
        same && target.asked.load(Ordering::Relaxed) == asked
    });
    // No reload made a run fail. On a busy machine one may be late all by itself.
    let page = exporter.page();
    let failed = page.lines().filter(|it| it.starts_with("sla_probe_failure_reasons_total{"));
    let others: Vec<&str> = failed.filter(|it| !it.contains("reason=\"timeout\"")).collect();
    assert!(others.is_empty(), "{others:#?}");
}

/// A limit that anything sets on a probe becomes a bound of its histogram; only the histogram starts anew.
#[test]
fn new_bounds_restart_the_histogram_only() {
    let target = Target::plain();
    let text = |within: &str| {
        specification(&format!(
            "probes:\n  a: {{http: {{get: \"{}\"{within}}}, every: 6s, timeout: 5s, module: shop}}\n",
            target.url()
        ))
    };
    let exporter = Exporter::start(&text(""), &[]);
    exporter.reaches(&runs("a"), |it| it >= 5.0);
    write(&exporter, &text(", within: 750ms"));
    assert_eq!(exporter.reload().status, 200);
    let page = exporter.page();
    let count = value(&page, "sla_probe_duration_seconds_count{probe=\"a\"}").unwrap();
    assert!(value(&page, &runs("a")).unwrap() >= 5.0 + count);
    assert!(value(&page, "sla_probe_duration_seconds_bucket{probe=\"a\",le=\"0.75\"}").is_some());
}
