//! Goal: what `check` prints can be asked about, and what is derived from the program is whole.

use std::{fs, process::Command};

use serde_json::Value;

use crate::bench::{Bench, example};

#[test]
fn a_code_is_explained_however_it_is_written() {
    let bench = Bench::empty();
    let outcome = bench.start(&["explain", "SLA012"]);
    assert_eq!((outcome.exit, &*outcome.stderr), (Some(0), ""));
    assert!(outcome.stdout.starts_with("SLA012: a target leaves no error budget"), "{}", outcome.stdout);
    for part in [
        "\n\nWrong:\n\n    objectives:\n",
        "target: 100%",
        "\n\nRight:\n\n    objectives:\n",
        "target: 99.9%",
    ] {
        assert!(outcome.stdout.contains(part), "no {part:?} in {}", outcome.stdout);
    }
    for word in ["sla012", "Sla12", "12"] {
        assert_eq!(bench.start(&["explain", word]).stdout, outcome.stdout);
    }
    let outcome = bench.start(&["explain", "12", "--format", "json"]);
    let explanation: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(explanation["code"], "SLA012");
    for key in ["title", "why", "bad", "good"] {
        assert!(explanation[key].as_str().is_some_and(|it| !it.is_empty()), "{key}");
    }
}

#[test]
fn an_unknown_code_is_an_error_with_a_hint() {
    for (word, hint) in
        [("SAL012", "did you mean `SLA012`?"), ("SLA999", "they go from `SLA001`"), ("", "SLA001")]
    {
        let outcome = Bench::empty().start(&["explain", word]);
        assert_eq!((outcome.exit, &*outcome.stdout), (Some(2), ""));
        assert!(outcome.stderr.contains(hint), "no {hint:?} in {}", outcome.stderr);
    }
}

#[test]
fn an_objective_that_is_named_like_a_code_comes_first() {
    let bench = Bench::with(&[("  checkout-availability:\n", "  sla12:\n")]);
    let explained = bench.start(&["explain", "sla12"]);
    assert!(explained.stdout.starts_with("sla12: "), "{}", explained.stdout);
    // What is written otherwise is the code, and so it is where the specification has problems.
    assert!(bench.start(&["explain", "SLA012"]).stdout.starts_with("SLA012: "));
    let bench =
        Bench::with(&[("  checkout-availability:\n", "  sla12:\n"), ("target: 99.9%", "target: 100%")]);
    assert!(bench.start(&["explain", "sla12"]).stdout.starts_with("SLA012: "));
}

#[test]
fn a_missing_specification_is_named() {
    let outcome = Bench::empty().start(&["explain", "checkout-availability"]);
    assert_eq!((outcome.exit, &*outcome.stdout), (Some(2), ""));
    assert!(outcome.stderr.contains("there is no `sla.yaml` here"), "{}", outcome.stderr);
}

#[test]
fn a_pace_explains_nothing() {
    let outcome = Bench::with(&[]).start(&["explain", "checkout-availability", "--pace", "60"]);
    assert_eq!((outcome.exit, &*outcome.stdout), (Some(2), ""));
    assert!(outcome.stderr.contains("leave `--pace` out"), "{}", outcome.stderr);
}

#[test]
fn the_schema_is_the_committed_one() {
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sla-v1.schema.json");
    let committed = fs::read_to_string(committed).unwrap();
    assert!(Bench::empty().start(&["schema"]).stdout == committed, "docs/sla-v1.schema.json is another one");
}

#[test]
fn completions_are_scripts_of_their_shells() {
    let bench = Bench::empty();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let outcome = bench.start(&["completions", shell]);
        assert_eq!((outcome.exit, &*outcome.stderr), (Some(0), ""));
        for word in ["generate", "explain", "format"] {
            assert!(outcome.stdout.contains(word), "no `{word}` for {shell}");
        }
    }
    let script = bench.folder().join("slaforge.bash");
    fs::write(&script, bench.start(&["completions", "bash"]).stdout).unwrap();
    // What bash would offer behind `slaforge gen`.
    let ask = format!(
        "source {} && COMP_WORDS=(slaforge gen) COMP_CWORD=1 && _slaforge slaforge gen slaforge && echo \"${{COMPREPLY[@]}}\"",
        script.display()
    );
    let output = Command::new("bash").args(["-c", &ask]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "generate\n");
}

#[test]
fn every_command_has_a_manual_page() {
    let bench = Bench::empty();
    let page = bench.start(&["man"]).stdout;
    assert!(page.contains(".TH slaforge 1"), "{page}");
    assert_eq!(bench.start(&["man", "--out", "pages"]).exit, Some(0));
    let mut pages: Vec<_> =
        fs::read_dir(bench.folder().join("pages")).unwrap().map(|it| it.unwrap().file_name()).collect();
    pages.sort();
    for command in ["check", "completions", "explain", "fmt", "generate", "init", "man", "schema", "test"] {
        let name = format!("slaforge-{command}.1");
        let page = fs::read_to_string(bench.folder().join("pages").join(&name)).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{name}: {page}");
    }
    assert!(pages.contains(&"slaforge.1".into()), "{pages:?}");
}

#[test]
fn an_objective_is_explained_with_its_numbers() {
    let bench = Bench::empty();
    let spec = example();
    let spec = spec.to_str().unwrap();
    let outcome = bench.start(&["explain", "checkout-availability", spec]);
    assert_eq!((outcome.exit, &*outcome.stderr), (Some(0), ""));
    // 2 % of 30 d in 1 h; 14.4 × 0.1 %; 30 d × 0.1 %; every formula, and the alert that reads the last of them.
    for part in [
        "1h   14.4 times what is allowed spends 2% of the budget in 1h;\n       x budget 0.1% = 1.44%, over 1h and 5m",
        "43.2 minutes",
        "\n  P1 page    1h           1.44%              2m       3m      11m        -   after 30m\n",
        "\n    15  sla_probe_runs_total{probe=\"checkout\"}\n",
    ] {
        assert!(outcome.stdout.contains(part), "no {part:?} in {}", outcome.stdout);
    }
    for part in
        ["  slo:events:rate5m\n", "  slo:period_error_ratio\n", "  alert SloBurn 1h\n", "\nEvery 2m: "]
    {
        assert!(outcome.stdout.contains(part), "no {part:?} in {}", outcome.stdout);
    }
    let json = bench.start(&["explain", "checkout-availability", spec, "--format", "json"]).stdout;
    let facts: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(facts["tiers"][0]["threshold"], "1.44%");
    let rules = facts["groups"][0]["rules"].as_array().unwrap();
    assert!(rules.iter().all(|it| it["about"].as_str().is_some_and(|it| !it.is_empty())), "{rules:?}");
    let outcome = bench.start(&["explain", "checkout-availabilty", spec]);
    assert_eq!(outcome.exit, Some(2));
    assert!(outcome.stderr.contains("did you mean `checkout-availability`?"), "{}", outcome.stderr);
}
