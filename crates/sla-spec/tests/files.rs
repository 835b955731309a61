//! Several files make one specification, and what YAML offers for repetition works.

use std::{collections::BTreeMap, fs};

use sla_model::source::SourceKind;
use sla_spec::{Loaded, OpenError, ReadError, SourceSet, report};

const BASE: &str = "version: sla/v1
name: shop
owners:
  dev: {webhook: {url: \"http://pager/dev\"}}
modules:
  shop: {owner: dev}
";

fn load(files: &[(&str, &str)]) -> (Option<Loaded>, String) {
    let files = files.iter().map(|it| (it.0.to_owned(), it.1.as_bytes().to_vec()));
    let set = SourceSet::new(files);
    match sla_spec::load(&set, &BTreeMap::new()) {
        Ok(loaded) => (Some(loaded), String::new()),
        Err(problems) => (None, report::text(&problems, &set, false)),
    }
}

/// Compares what is reported, as `file:line:column CODE`.
#[track_caller]
fn found(files: &[(&str, &str)], expected: &[&str]) {
    let report = load(files).1;
    let mut lines = Vec::new();
    let mut code = "";
    for line in report.lines() {
        if line.starts_with("SLA") {
            code = &line[..6];
        } else if let Some((_, place)) = line.split_once("╭─[") {
            lines.push(format!("{} {code}", place.trim_end_matches(']')));
        }
    }
    assert_eq!(lines, expected, "{report}");
}

#[test]
fn blocks_are_united() {
    let probe = "version: sla/v1\nprobes:\n  home: {http: {get: \"http://shop/\"}, module: shop}\n";
    let (loaded, report) = load(&[("a.yaml", BASE), ("b.yaml", probe)]);
    let model = loaded.expect(&report).model;
    assert_eq!((model.probes.len(), model.modules.len()), (1, 1));
}

#[test]
fn a_name_is_unique_over_all_files() {
    let again = "version: sla/v1\nmodules:\n  shop: {owner: dev}\n";
    found(&[("a.yaml", BASE), ("b.yaml", again)], &["b.yaml:3:3 SLA008", "a.yaml:6:3 SLA008"]);
    found(
        &[("a.yaml", BASE), ("b.yaml", "version: sla/v1\nname: other\n")],
        &["b.yaml:2:1 SLA008", "a.yaml:2:1 SLA008"],
    );
    found(&[("a.yaml", BASE), ("b.yaml", "vars: {}\n")], &["b.yaml:1:1 SLA007"]);
}

#[test]
fn a_broken_file_does_not_make_others_wrong() {
    let user = "version: sla/v1\nprobes:\n  home: {http: {get: \"${url}\"}, module: shop, every: soon}\n";
    found(&[("a.yaml", "name: [\n"), ("b.yaml", user)], &["a.yaml:1:7 SLA001", "b.yaml:3:54 SLA013"]);
    found(&[("a.yaml", "- name\n"), ("b.yaml", user)], &["a.yaml:1:1 SLA005", "b.yaml:3:54 SLA013"]);
}

#[test]
fn a_wrong_thing_is_not_also_unknown() {
    let tiers = "tiers:\n  P1: {}\nprobes:\n  home: {}\nscrapes:\n  web: {targets: [\"a:1\"], module: shop, alert: {down: P1}}\n";
    let text = format!("{BASE}{tiers}");
    let report = load(&[("a.yaml", &text)]).1;
    assert!(!report.contains("SLA024"), "{report}");
    found(
        &[(
            "a.yaml",
            &format!(
                "{BASE}tiers: []\nscrapes:\n  web: {{targets: [\"a:1\"], module: shop, alert: {{down: P1}}}}\n"
            ),
        )],
        &["a.yaml:7:1 SLA005"],
    );
    let metric = "metrics:\n  paid_total: {}\nobjectives:\n  a: {module: shop, target: 9%, indicator: {ratio: {bad: paid_total, total: 'paid_total{a=\"b\"}'}}}\n";
    let report = load(&[("a.yaml", &format!("{BASE}{metric}"))]).1;
    assert!(!report.contains("SLA03"), "{report}");
}

#[test]
fn anchors_and_merge_keys_work() {
    let text = format!(
        "{BASE}x-probe: &probe\n  module: shop\n  every: 10s\n  http: &call {{get: \"http://shop/\"}}\nprobes:\n  \
         home: *probe\n  cart: {{<<: *probe, every: 20s}}\n  both: {{<<: [{{timeout: 3s}}, *probe]}}\n"
    );
    let (loaded, report) = load(&[("a.yaml", &text)]);
    let model = loaded.expect(&report).model;
    let every = |name: &str| model.probes[&name.parse().unwrap()].every.as_secs();
    assert_eq!((every("home"), every("cart"), every("both")), (10, 20, 10));
    // A problem below an anchor is one problem, where the anchor stands.
    let wrong = text.replace("every: 10s", "every: 10x");
    found(&[("a.yaml", &wrong)], &["a.yaml:9:10 SLA013"]);
}

#[test]
fn empty_blocks_are_empty() {
    let (loaded, report) = load(&[("a.yaml", &format!("{BASE}limits:\nprobes: ~\n"))]);
    assert!(loaded.is_some(), "{report}");
}

#[test]
fn a_directory_is_read_in_order_and_paths_start_at_their_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
    file("b.yml", "version: sla/v1\nsources:\n  db: {sqlite: {file: data/shop.db}}\n");
    file("a.yaml", BASE);
    file("notes.txt", "no yaml: [");
    fs::create_dir(directory.path().join("deeper.yaml")).unwrap();
    let set = sla_spec::read(directory.path()).unwrap();
    let names: Vec<_> = set.sources().iter().map(|it| it.path.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["a.yaml", "b.yml"]);
    let model = sla_spec::open(directory.path(), &BTreeMap::new()).unwrap().model;
    let SourceKind::Sqlite { file } = &model.sources[&"db".parse().unwrap()].kind;
    assert_eq!(*file, directory.path().join("data/shop.db"));
}

#[test]
fn a_directory_without_specifications_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let opened = sla_spec::open(directory.path(), &BTreeMap::new());
    assert!(matches!(opened, Err(OpenError::Read(ReadError::NoFiles(_)))), "{opened:?}");
}

#[test]
fn maintenance_is_read_in_the_zone() {
    let text = format!(
        "{BASE}timezone: Asia/Shanghai\nmaintenance:\n  policy: {{planned: count}}\n  windows:\n    - {{from: \
         \"2026-12-01 02:00\", to: \"2026-12-01T04:00\", modules: [shop], announced: \"2026-11-29\"}}\n"
    );
    let (loaded, report) = load(&[("a.yaml", &text)]);
    let window = &loaded.expect(&report).model.maintenance.windows[0];
    assert_eq!(window.from.to_string(), "2026-11-30T18:00:00Z");
    assert_eq!(window.announced.to_string(), "2026-11-28T16:00:00Z");
}

#[test]
fn ten_thousand_objectives_are_read_in_time() {
    let objective = |it: usize| {
        format!(
            "  o{it}: {{module: shop, target: 99.9%, window: 30d, indicator: {{ratio: {{bad: 'paid_total{{status=\"failed\"}}', total: paid_total}}}}}}\n"
        )
    };
    let objectives: String = (0..10_000).map(objective).collect();
    let metric = "sources:\n  db: {sqlite: {file: a.db}}\nmetrics:\n  paid_total:\n    from: db\n    help: Payments.\n    totals: {query: SELECT 1, label: status, values: [failed]}\n";
    let (loaded, report) = load(&[("a.yaml", &format!("{BASE}{metric}objectives:\n{objectives}"))]);
    assert_eq!(loaded.expect(&report).model.objectives.len(), 10_000);
    // The same with a problem in each: the report is linear too.
    let (loaded, report) =
        load(&[("a.yaml", &format!("{BASE}{metric}objectives:\n{}", objectives.replace("99.9%", "100%")))]);
    assert!(loaded.is_none() && report.ends_with("10000 errors, 0 warnings\n"));
}

#[test]
fn a_line_of_a_megabyte_is_shown_in_part() {
    let long = "x".repeat(1_000_000);
    for text in [
        format!("{BASE}vars: {{a: {long}}}\nprobs: {{}}\n"),
        format!("{BASE}x-a: [{long}, \"{long}\", &a b, *c]\n"),
        format!("{BASE}language: {long}\n"),
        format!("{BASE}language: {}\n", "药".repeat(300_000)),
    ] {
        let report = load(&[("long.yaml", &text)]).1;
        assert!(report.contains("SLA0"), "{report}");
        assert!(report.len() < 12_000, "{} bytes", report.len());
    }
}
