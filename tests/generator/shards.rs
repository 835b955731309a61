//! Goal: a specification that is too large for files of its own can be proven: all of its rules are sound, and those of
//! any objective do what the model says.
//! Method: more objectives than have a file each are generated, Prometheus' own promtool reads every shard, and
//! `slaforge test` runs the tests of three.

use std::process::Command;

use crate::{bench::Bench, targets::MANY};

/// Objectives that do not page, so that promtool takes seconds.
const THREE: [&str; 3] = ["more-1", "more-250", "more-499"];

#[test]
fn every_shard_is_sound() {
    let bench = crate::targets::bench_with(MANY);
    let outcome = bench.run("generate", &["--out", "out", "--target", "prometheus"]);
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    let files = bench.files();
    let shards: Vec<_> = files.keys().filter(|it| it.to_string_lossy().ends_with(".rules.yaml")).collect();
    assert_eq!(shards.len(), 64 + 1);
    let mut check = Command::new("promtool");
    check.args(["check", "rules", "--lint=all", "--lint-fatal"]).args(&shards).current_dir(bench.out());
    let output = check.output().expect("promtool comes with Debian's package prometheus");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn three_of_many_objectives_are_proven_alone() {
    let bench = crate::targets::bench_with(MANY);
    let named: Vec<&str> = THREE.iter().flat_map(|it| ["--objective", it]).collect();
    let outcome = bench.run("test", &named);
    assert_eq!(outcome.exit, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "ok     rules are sound (promtool check rules --lint=all --lint-fatal over 3 files below rules/)",
            "ok     rules do what the model says (promtool test rules over 6 files below rules/)",
        ]
    );
}

#[test]
fn an_objective_that_is_not_there_is_refused_with_the_near_one() {
    let outcome = Bench::with(&[]).run("test", &["--objective", "payment-sucess"]);
    assert_eq!(outcome.exit, Some(2));
    let expected = "the specification has no objective `payment-sucess`; did you mean `payment-success`?";
    assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
}
