//! Secrets that stand in the specification itself stay secret when it is wrong, whatever is wrong with it.

use std::fs;

use super::{
    exporter::{Exporter, run, specification},
    target::{Target, ok},
};

const CANARIES: [&str; 6] =
    ["HDRCANARY", "BODYCANARY", "FORMCANARY", "URLCANARY", "EXPECTCANARY", "HOOKCANARY"];

fn good(url: &str) -> String {
    let probe = format!(
        "probes:\n  a:\n    http:\n      post: \"{url}?token=URLCANARY\"\n      headers: {{authorization: \
         \"Bearer HDRCANARY\"}}\n      json: {{password: \"BODYCANARY\", form: {{pin: FORMCANARY}}}}\n      expect: \
         {{contains: EXPECTCANARY}}\n    every: 6s\n    timeout: 5s\n    module: shop\n"
    );
    specification(&probe).replace("http://pager/dev", "http://pager/dev?key=HOOKCANARY")
}

/// Each kind of damage, with a word that its report must have.
const DAMAGES: [(&str, &str, &str); 12] = [
    ("every:", "evry:", "did you mean `every`?"),
    ("headers:", "heders:", "did you mean `headers`?"),
    ("password: \"BODYCANARY\"", "password: \"BODYCANARY", "SLA001"),
    ("Bearer HDRCANARY\"", "Bearer HDRCANARY", "SLA001"),
    ("FORMCANARY", "{{FORMCANARY}}", "SLA001"),
    ("Bearer HDRCANARY", "Bearer 药HDRCANARY", "SLA020"),
    ("{authorization: \"Bearer HDRCANARY\"}", "[\"Bearer HDRCANARY\"]", "SLA005"),
    ("{contains: EXPECTCANARY}", "EXPECTCANARY", "SLA005"),
    ("http://127", "URLCANARY://127", "is not a URL"),
    ("http://pager", "ftp://pager", "is not a URL"),
    ("timeout: 5s", "timeout: URLCANARY", "is not a duration"),
    ("module: shop\n", "module: HOOKCANARY\n", "there is no module `…`"),
];

#[track_caller]
fn hidden(said: &str, expected: &str) {
    for canary in CANARIES {
        assert!(!said.contains(canary), "{canary} is told in\n{said}");
    }
    assert!(said.contains(expected), "no `{expected}` in\n{said}");
}

#[test]
fn a_wrong_specification_is_told_without_its_values() {
    // It answers what is expected: of a wrong answer the page tells what was expected.
    let target = Target::open(std::time::Duration::ZERO, ok("text/plain", "EXPECTCANARY"));
    let good = good(&target.url());
    let exporter = Exporter::start(&good, &["--log.level", "trace"]);
    let apart = tempfile::tempdir().unwrap();
    for (from, to, expected) in DAMAGES {
        let wrong = good.replacen(from, to, 1);
        assert_ne!(wrong, good, "{from}");
        // At the start and in a check.
        fs::write(apart.path().join("sla.yaml"), &wrong).unwrap();
        for rest in [&[][..], &["--config.check"]] {
            let (code, said) = run(apart.path(), &[&["--config.file", "sla.yaml"], rest].concat());
            assert_eq!(code, 1, "{said}");
            hidden(&said, expected);
            assert!(said.contains("sla.yaml:") && said.contains("run `slaforge check`"), "{said}");
        }
        // While it runs.
        fs::write(exporter.path("sla.yaml"), &wrong).unwrap();
        let answer = exporter.reload();
        assert_eq!(answer.status, 500);
        hidden(&answer.text(), expected);
        hidden(&exporter.get("/", "").text(), expected);
        fs::write(exporter.path("sla.yaml"), &good).unwrap();
        assert_eq!(exporter.reload().status, 200);
    }
    hidden(&exporter.log(), "the specification was not taken");
    hidden(&exporter.page(), "sla_config_last_reload_successful");
}

/// A value of the command line is as secret as one of the file.
#[test]
fn an_override_is_not_told() {
    let text = specification("vars: {key: x}\n").replace("http://pager/dev", "ftp://pager/${key}");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sla.yaml"), text).unwrap();
    let (code, said) = run(folder.path(), &["--config.file", "sla.yaml", "--var", "key=HOOKCANARY"]);
    assert_eq!(code, 1);
    hidden(&said, "is not a URL");
}

#[test]
fn warnings_of_the_start_are_records_of_the_log() {
    let unused = specification("vars: {unused: HDRCANARY, other: BODYCANARY}\n");
    for (format, level) in [("json", "\"level\":\"WARN\""), ("logfmt", "level=warn")] {
        let exporter = Exporter::start(&unused, &["--log.format", format]);
        let log = exporter.log();
        hidden(&log, "the specification has a warning");
        let records: Vec<&str> = log.lines().filter(|it| it.contains("SLA0")).collect();
        assert_eq!(records.len(), 3, "{log}");
        assert!(log.lines().all(|it| it.starts_with(if format == "json" { "{" } else { "time=" })), "{log}");
        assert!(records.iter().all(|it| it.contains(level) && it.contains("nobody uses")), "{log}");
    }
}
