//! Goal: every problem of a specification is reported at once, with its place; a wrong one writes nothing.

use std::fs;

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
