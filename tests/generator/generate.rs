//! Goal: output is deterministic, complete, and its drift is seen.

use std::{fs, path::Path};

use crate::bench::Bench;

fn generated(replacements: &[(&str, &str)], arguments: &[&str]) -> Bench {
    let bench = Bench::with(replacements);
    let outcome = bench.run("generate", &[&["--out", "out"], arguments].concat());
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    bench
}

#[test]
fn two_runs_give_the_same_bytes() {
    let (one, two) = (generated(&[], &[]), generated(&[], &[]));
    assert_eq!(one.files(), two.files());
    let before = one.files();
    assert_eq!(
        one.run("generate", &["--out", "out"]).stdout,
        format!("{} files, 0 changed\n", before.len() - 1)
    );
    assert_eq!(one.files(), before);
}

#[test]
fn the_output_tree_is_the_documented_one() {
    let files = generated(&[], &[]).files();
    for path in [
        "rules/checkout-availability.rules.yaml",
        "rules/sla-platform.rules.yaml",
        "rules/tests/checkout-availability.test.yaml",
        "rules/tests/sla-platform.test.yaml",
        "rules/alertmanager.yaml",
        "rules/scrape.yaml",
        "rules/.slaforge.json",
        "dashboards/sla-overview.json",
        "dashboards/provisioning/datasources/slaforge.yaml",
        "dashboards/provisioning/dashboards/slaforge.yaml",
    ] {
        assert!(files.contains_key(Path::new(path)), "no {path} in {:#?}", files.keys());
    }
}

#[test]
fn check_shows_each_kind_of_drift() {
    let bench = generated(&[], &[]);
    let check = || bench.run("generate", &["--out", "out", "--check"]);
    assert_eq!(check().exit, Some(0));
    let routing = bench.out().join("rules/alertmanager.yaml");
    let text = fs::read_to_string(&routing).unwrap();
    fs::write(&routing, text.replace("repeat_interval: 10m", "repeat_interval: 10h")).unwrap();
    fs::remove_file(bench.out().join("dashboards/sla-overview.json")).unwrap();
    fs::write(bench.out().join("rules/mine.rules.yaml"), "groups: []\n").unwrap();
    let outcome = check();
    assert_eq!(outcome.exit, Some(1));
    for part in [
        "-    repeat_interval: 10h\n+    repeat_interval: 10m\n",
        "missing: dashboards/sla-overview.json",
        "not from this specification: rules/mine.rules.yaml",
        "3 generated files differ",
    ] {
        assert!(outcome.stdout.contains(part), "no {part:?} in {}", outcome.stdout);
    }
    assert_eq!(
        fs::read_to_string(&routing).unwrap(),
        text.replace("repeat_interval: 10m", "repeat_interval: 10h")
    );
}

#[test]
fn a_pace_stands_in_every_header_and_leaves_the_tests_out() {
    let bench = generated(&[], &["--pace", "60"]);
    for (path, text) in bench.files() {
        let manifest = path.ends_with(".slaforge.json");
        assert!(manifest || text.contains("Pace 60"), "{}", path.display());
        assert!(!path.starts_with("rules/tests"), "{}", path.display());
    }
    let rules = fs::read_to_string(bench.out().join("rules/payment-success.rules.yaml")).unwrap();
    for part in [
        "interval: 500ms",
        "[5s]",
        "[4s750ms]",
        "vector(time()) % 5 < 0.5",
        "> 0.144",
        "slo:errors:increase1h",
    ] {
        assert!(rules.contains(part), "no {part:?}");
    }
    let routing = fs::read_to_string(bench.out().join("rules/alertmanager.yaml")).unwrap();
    assert!(routing.contains("repeat_interval: 10s"));
}

#[test]
fn a_renamed_objective_leaves_no_old_rules_behind() {
    let bench = generated(&[], &[]);
    let text = fs::read_to_string(bench.specification()).unwrap();
    fs::write(bench.specification(), text.replace("  payment-success:", "  payment-ok:")).unwrap();
    let outcome = bench.run("generate", &["--out", "out"]);
    assert!(
        outcome.stdout.contains("left over from an earlier run: rules/payment-success.rules.yaml"),
        "{}",
        outcome.stdout
    );
    assert_eq!(bench.run("generate", &["--out", "out", "--check"]).exit, Some(1));
    assert_eq!(bench.run("generate", &["--out", "out", "--prune"]).exit, Some(0));
    assert_eq!(bench.run("generate", &["--out", "out", "--check"]).exit, Some(0));
    assert!(!bench.files().contains_key(Path::new("rules/payment-success.rules.yaml")));
}
