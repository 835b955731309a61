//! The report for code review: a SARIF 2.1.0 log, as code hosts and editors read it.
//!
//! The shape is that of the OASIS standard, "Static Analysis Results Interchange Format Version 2.1.0".

use std::path::{Component, Path};

use serde_json::{Value, json};

use super::place::{Place, Places};
use crate::{
    diagnostic::{Code, Diagnostic, Severity},
    manual,
    source_set::SourceSet,
};

/// Names the schema in the log, so that editors can check it.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Returns the log, ending in a line break.
pub fn render(diagnostics: &[Diagnostic], set: &SourceSet, base: &Path) -> String {
    let places = Places::new(set);
    let results: Vec<Value> = diagnostics.iter().map(|it| result(it, &places, base)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "slaforge",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": Code::ALL.iter().map(|it| rule(*it)).collect::<Vec<_>>(),
            }},
            // Columns are Unicode scalar values; without this word they would be UTF-16 units.
            "columnKind": "unicodeCodePoints",
            "invocations": [{"executionSuccessful": true}],
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.to_string(),
        "name": format!("{code:?}"),
        "shortDescription": {"text": code.title()},
        "fullDescription": {"text": code.page().why},
        "help": {"text": manual::plain(code), "markdown": manual::page(code)},
    })
}

fn result(diagnostic: &Diagnostic, places: &Places<'_>, base: &Path) -> Value {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let hint = diagnostic.hint.iter().map(|it| format!("\n{it}"));
    let message: String = std::iter::once(diagnostic.message.clone()).chain(hint).collect();
    let mut result = json!({
        "ruleId": diagnostic.code.to_string(),
        "ruleIndex": diagnostic.code as u16 - 1,
        "level": level,
        "message": {"text": message},
        "locations": [location(&places.place(diagnostic.span), base)],
    });
    if !diagnostic.related.is_empty() {
        let related = diagnostic.related.iter().map(|(span, what)| {
            let mut location = location(&places.place(*span), base);
            location["message"] = json!({"text": what});
            location
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn location(place: &Place<'_>, base: &Path) -> Value {
    json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(place.file, base)},
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    }})
}

/// Returns a path as a URI: relative to the base if it lies below it.
fn uri(path: &str, base: &Path) -> String {
    let path = Path::new(path);
    let path = path.strip_prefix(base).unwrap_or(path);
    let parts: Vec<String> = path
        .components()
        .filter_map(|it| match it {
            Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
            Component::ParentDir => Some("..".to_owned()),
            Component::Normal(name) => Some(escaped(&name.to_string_lossy())),
        })
        .collect();
    let scheme = if path.is_absolute() { "file:///" } else { "" };
    format!("{scheme}{}", parts.join("/"))
}

/// Escapes all but the characters that RFC 3986 reserves for nothing.
fn escaped(name: &str) -> String {
    let escaped = name.bytes().map(|it| match it {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(it).to_string(),
        _ => format!("%{it:02X}"),
    });
    escaped.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Span;

    #[track_caller]
    fn named(path: &str, expected: &str) {
        assert_eq!(uri(path, Path::new("/shop/sla")), expected);
    }

    #[test]
    fn files_are_named_relative_to_the_base() {
        named("sla.yaml", "sla.yaml");
        named("./a/sla.yaml", "a/sla.yaml");
        named("../sla.yaml", "../sla.yaml");
        named("/shop/sla/a/b.yaml", "a/b.yaml");
        named("/shop/other.yaml", "file:///shop/other.yaml");
        named("药 a:b.yaml", "%E8%8D%AF%20a%3Ab.yaml");
    }

    #[test]
    fn a_log_has_a_rule_for_each_code_and_a_result_for_each_problem() {
        let set = SourceSet::of_text("a.yaml", "a: 1\n药: 2\n");
        let problems = [
            Diagnostic::error(Code::Target, Span::new(0, 10, 11), "wrong")
                .hint("write `99.9%`")
                .related(Span::new(0, 0, 1), "the other"),
            Diagnostic::warning(Code::Unused, Span::new(0, 0, 1), "nobody uses it"),
        ];
        let log: Value = serde_json::from_str(&render(&problems, &set, Path::new("/"))).unwrap();
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), Code::ALL.len());
        assert!(rules.iter().all(|it| !it["help"]["text"].as_str().unwrap().is_empty()));
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(result["ruleId"], rules[index]["id"]);
        }
        let first = &run["results"][0];
        assert_eq!((&first["ruleId"], &first["level"]), (&json!("SLA012"), &json!("error")));
        assert_eq!(first["message"]["text"], "wrong\nwrite `99.9%`");
        let place = &first["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a.yaml");
        let region = json!({"startLine": 2, "startColumn": 4, "endLine": 2, "endColumn": 5});
        assert_eq!(place["region"], region);
        assert_eq!(first["relatedLocations"][0]["message"]["text"], "the other");
        assert_eq!(run["results"][1]["level"], "warning");
    }
}
