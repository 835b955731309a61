//! Goal: every problem of a specification is reported at once, with its place; a wrong one writes nothing.

use std::fs;

use serde_json::{Value, json};

use crate::bench::Bench;

#[test]
fn three_problems_are_reported_at_once_and_nothing_is_written() {
    let bench = Bench::with(&[
        ("confirm: 10m", "confirm: 10x"),
        ("target: 99.9%", "target: 100%"),
        ("    window: 30d\n    indicator: {journey", "    windw: 30d\n    indicator: {journey"),
    ]);
    let text = fs::read_to_string(bench.specification()).unwrap();
    let line = |part: &str| text.lines().position(|it| it.contains(part)).unwrap() + 1;
    for verb in ["check", "generate"] {
        let outcome = bench.run(verb, if verb == "check" { &[] } else { &["--out", "out"] });
        assert_eq!(outcome.exit, Some(1), "{}", outcome.stderr);
        for part in ["10x", "100%", "windw"] {
            let place = format!("sla.yaml:{}:", line(part));
            assert!(outcome.stderr.contains(&place), "no {place} in {}", outcome.stderr);
        }
        assert!(outcome.stderr.contains("`window`"), "{}", outcome.stderr);
    }
    assert!(!bench.out().exists());
}

#[test]
fn the_example_is_sound() {
    let outcome = Bench::with(&[]).run("check", &[]);
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    assert_eq!(outcome.stderr, "");
    assert!(
        outcome.stdout.starts_with("`pharmacy-shop` is sound: 3 objectives, 1 limits, "),
        "{}",
        outcome.stdout
    );
}

#[test]
fn exit_codes_tell_a_wrong_text_from_a_missing_one() {
    let bench = Bench::with(&[]);
    assert_eq!(bench.run("check", &["--var", "shopp=http://x"]).exit, Some(1));
    assert_eq!(bench.run("check", &["--var", "shop"]).exit, Some(2));
    assert_eq!(bench.run("check", &["--pace", "0"]).exit, Some(2));
    fs::remove_file(bench.specification()).unwrap();
    let outcome = bench.run("check", &[]);
    assert_eq!(outcome.exit, Some(2), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("sla.yaml"), "{}", outcome.stderr);
}

#[test]
fn programs_get_one_document_on_standard_output() {
    let bench =
        Bench::with(&[("target: 99.9%", "target: 100%"), ("  shop: http", "  idle: 1\n  shop: http")]);
    let outcome = bench.run("check", &["--format", "json"]);
    assert_eq!((outcome.exit, &*outcome.stderr), (Some(1), ""));
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let problem = &report["problems"][0];
    let text = fs::read_to_string(bench.specification()).unwrap();
    let line = text.lines().position(|it| it.contains("100%")).unwrap() + 1;
    assert_eq!(problem["code"], "SLA012");
    assert_eq!(problem["place"]["file"], "sla.yaml");
    assert_eq!(problem["place"]["line"], line);
    let byte = |key: &str| usize::try_from(problem["place"][key].as_u64().unwrap()).unwrap();
    assert_eq!(&text[byte("start_byte")..byte("end_byte")], "100%");
}

#[test]
fn a_sound_text_gives_documents_too() {
    let bench = Bench::with(&[("  shop: http", "  idle: 1\n  shop: http")]);
    let outcome = bench.run("check", &["--format", "json"]);
    assert_eq!((outcome.exit, &*outcome.stderr), (Some(0), ""));
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(report["summary"], json!({"errors": 0, "warnings": 1}));
    let outcome = Bench::with(&[]).run("check", &["--format", "sarif"]);
    assert_eq!((outcome.exit, &*outcome.stderr), (Some(0), ""));
    let log: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(log["runs"][0]["results"], json!([]));
}

#[test]
fn review_tools_get_paths_relative_to_where_they_run() {
    let bench = Bench::with(&[("timezone: Asia", "timezone: \"Asia")]);
    let absolute = bench.specification().canonicalize().unwrap();
    let folder = absolute.parent().unwrap();
    for path in ["sla.yaml", "./sla.yaml", absolute.to_str().unwrap()] {
        let outcome = bench.start(&["check", path, "--format", "sarif"]);
        assert_eq!((outcome.exit, &*outcome.stderr), (Some(1), ""), "{}", folder.display());
        let log: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let result = &log["runs"][0]["results"][0];
        assert_eq!(result["ruleId"], "SLA001");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "sla.yaml");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_no_report() {
    let outcome = Bench::with(&[]).start(&["check", "none.yaml", "--format", "json"]);
    assert_eq!((outcome.exit, &*outcome.stdout), (Some(2), ""));
    assert!(outcome.stderr.contains("none.yaml"), "{}", outcome.stderr);
}
