//! `SLA_BLESS=1 cargo test -p sla-import --test cases` writes the goldens anew; review the difference as code.

use std::{fs, path::Path};

use sla_import::{Format, Refused, finding::Kind};
use sla_spec::SourceSet;

use crate::cases;

fn compare(path: &Path, found: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("SLA_BLESS").is_some() {
        fs::write(path, found).unwrap();
    } else if fs::read_to_string(path).unwrap_or_default() != found {
        wrong.push(format!("{}:\n{found}", path.display()));
    }
}

#[test]
fn each_case_has_its_specification_and_report() {
    let mut wrong = Vec::new();
    for case in cases() {
        let import = case.import().unwrap();
        assert_eq!(sla_import::check(&import.spec), Ok(()), "{}", case.folder.display());
        compare(&case.folder.join("sla.yaml"), &import.spec, &mut wrong);
        compare(&case.folder.join("report.txt"), &import.report.text(), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}\nSLA_BLESS=1 writes them anew", wrong.join("\n"));
}

#[test]
fn each_finding_has_its_place_and_says_what_to_do() {
    for case in cases() {
        let report = case.import().unwrap().report;
        for it in &report.findings {
            assert_eq!(it.span.is_none(), it.kind == Kind::ToDo, "{it:?}");
            assert!(!it.why.is_empty() && !it.instead.is_empty() && !it.path.is_empty(), "{it:?}");
        }
        let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
        let findings = json["findings"].as_array().unwrap();
        assert_eq!(findings.len(), report.findings.len());
        assert_eq!(json["lost"], report.count(Kind::Lost));
        let placed = findings.iter().filter(|it| it["line"].as_u64() > Some(0) && it["file"].is_string());
        assert_eq!(placed.count(), report.findings.len() - report.count(Kind::ToDo));
    }
}

#[track_caller]
fn refused(format: Format, text: &str, expected: &str) {
    let refused =
        sla_import::import(format, SourceSet::of_text("x.yaml", text), sla_import::Options::default());
    let text = refused.unwrap_err().to_string();
    assert!(text.contains(expected), "no {expected:?} in {text}");
}

#[test]
fn what_is_none_of_the_language_is_refused() {
    refused(Format::Sloth, "a: [1\n", "the bracket that begins here is never closed");
    refused(Format::Sloth, "", "none of the 0 documents is a specification of Sloth");
    refused(Format::Pyrra, "kind: ServiceLevelObjective\n", "is a specification of Pyrra");
    refused(
        Format::OpenSlo,
        "apiVersion: openslo.com/v2alpha\nkind: SLO\n",
        "v2alpha is a draft and cannot be read",
    );
    let twice = "version: prometheus/v1\nservice: a\nservice: b\n";
    let refusal = sla_import::import(
        Format::Sloth,
        SourceSet::of_text("x.yaml", twice),
        sla_import::Options::default(),
    );
    assert!(matches!(refusal, Err(Refused::Text(_))));
}
