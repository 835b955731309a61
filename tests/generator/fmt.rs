//! Goal: `fmt` changes how a specification looks, never what it says, and never loses a comment.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::bench::Bench;

#[test]
fn only_the_look_changes() {
    let bench = Bench::with(&[
        ("    target: 99.9%\n", "    target:    99.9%   # three nines\n"),
        ("    alert: {down: P1}\n", "    alert: {   down: P1 }\n"),
    ]);
    let before = fs::read_to_string(bench.specification()).unwrap();
    fs::set_permissions(bench.specification(), fs::Permissions::from_mode(0o600)).unwrap();
    let outcome = bench.run("fmt", &["--check"]);
    assert_eq!((outcome.exit, &*outcome.stdout), (Some(1), "would change sla.yaml\n"));
    assert_eq!(fs::read_to_string(bench.specification()).unwrap(), before);
    let generated = |folder: &str| {
        assert_eq!(bench.run("generate", &["--out", folder]).exit, Some(0));
        fs::read_to_string(bench.folder().join(folder).join("rules/.slaforge.json")).unwrap()
    };
    let rules = generated("before");
    let outcome = bench.start(&["fmt"]);
    assert_eq!((outcome.exit, &*outcome.stdout), (Some(0), "1 files, 1 changed\n"), "{}", outcome.stderr);
    let after = fs::read_to_string(bench.specification()).unwrap();
    assert!(after.contains("    target: 99.9% # three nines\n"), "{after}");
    assert!(after.contains("    alert: {down: P1}\n"), "{after}");
    let comments = |text: &str| -> Vec<String> {
        text.lines().filter_map(|it| Some(it.split_once("# ")?.1.to_owned())).collect()
    };
    assert_eq!(comments(&after), comments(&before));
    assert_eq!(generated("after"), rules);
    assert_eq!(fs::metadata(bench.specification()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(bench.run("fmt", &["--check"]).exit, Some(0));
}

#[test]
fn what_is_no_yaml_stays_as_it_is() {
    let bench = Bench::with(&[("timezone: Asia", "timezone: \"Asia")]);
    let before = fs::read_to_string(bench.specification()).unwrap();
    let outcome = bench.run("fmt", &[]);
    assert_eq!((outcome.exit, &*outcome.stdout), (Some(2), ""));
    assert!(
        outcome.stderr.contains("`sla.yaml` stays as it is: `slaforge check` says"),
        "{}",
        outcome.stderr
    );
    assert_eq!(fs::read_to_string(bench.specification()).unwrap(), before);
}
