//! Goal: output is deterministic, complete, and its drift is seen.

use std::{fs, path::Path, thread};

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
        "2 generated files differ",
        "1 files were not written by slaforge",
        "Prometheus loads 1 of them as rules",
    ] {
        assert!(outcome.stdout.contains(part), "no {part:?} in {}", outcome.stdout);
    }
    assert_eq!(
        fs::read_to_string(&routing).unwrap(),
        text.replace("repeat_interval: 10m", "repeat_interval: 10h")
    );
}

#[test]
fn of_a_file_of_somebody_else_nothing_untrue_is_said() {
    let bench = generated(&[], &[]);
    fs::write(bench.out().join("rules/own.rules.yaml"), "groups: []\n").unwrap();
    let check = || bench.run("generate", &["--out", "out", "--check"]);
    assert_eq!(bench.run("generate", &["--out", "out", "--prune"]).exit, Some(0));
    let outcome = check();
    assert_eq!(outcome.exit, Some(1));
    assert!(outcome.stdout.contains("keep them outside of rules/ and dashboards/"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("--prune"), "it would be left alone: {}", outcome.stdout);
    fs::create_dir(bench.out().join("own")).unwrap();
    fs::rename(bench.out().join("rules/own.rules.yaml"), bench.out().join("own/own.rules.yaml")).unwrap();
    assert_eq!(check().exit, Some(0));
}

#[test]
fn a_refused_run_leaves_no_folder() {
    let bench = Bench::with(&[]);
    fs::create_dir_all(bench.out().join("rules")).unwrap();
    fs::write(bench.out().join("rules/alertmanager.yaml"), "by hand\n").unwrap();
    let targets = ["--out", "out", "--target", "alertmanager", "--target", "crd", "--target", "grafana"];
    let outcome = bench.run("generate", &targets);
    assert_eq!(outcome.exit, Some(2), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("not written by slaforge"), "{}", outcome.stderr);
    let left: Vec<_> = fs::read_dir(bench.out()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left, ["rules"]);
    assert_eq!(fs::read_dir(bench.out().join("rules")).unwrap().count(), 1);
}

#[test]
fn runs_at_the_same_time_all_end_well() {
    let bench = Bench::with(&[]);
    thread::scope(|scope| {
        let one = || bench.run("generate", &["--out", "out"]);
        let runs: Vec<_> = (0..6).map(|_| scope.spawn(one)).collect();
        for run in runs {
            let outcome = run.join().unwrap();
            assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
        }
    });
    assert_eq!(bench.run("generate", &["--out", "out", "--check"]).exit, Some(0));
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
    assert!(outcome.stderr.starts_with("warning: 1 rule files of an earlier run"), "{}", outcome.stderr);
    assert_eq!(bench.run("generate", &["--out", "out", "--check"]).exit, Some(1));
    let outcome = bench.run("generate", &["--out", "out", "--prune"]);
    assert_eq!((outcome.exit, &*outcome.stderr), (Some(0), ""));
    assert_eq!(bench.run("generate", &["--out", "out", "--check"]).exit, Some(0));
    assert!(!bench.files().contains_key(Path::new("rules/payment-success.rules.yaml")));
}
