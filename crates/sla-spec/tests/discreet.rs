//! The report for logs and pages tells no value of the files, whatever is wrong with them.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its cases should stop at once")]

use std::{collections::BTreeMap, fs, path::Path};

use sla_spec::{SourceSet, report::Report};

fn discreet(set: SourceSet, variables: &BTreeMap<String, String>) -> (Report, String) {
    let diagnostics = match sla_spec::load(&set, variables) {
        Ok(loaded) => loaded.warnings,
        Err(problems) => problems,
    };
    let report = Report { diagnostics, set };
    let text = report.discreet(variables);
    (report, text)
}

fn of_text(text: &str) -> String {
    discreet(SourceSet::of_text("sla.yaml", text), &BTreeMap::new()).1
}

/// Every scalar value of a text that parses as YAML, and every key, by a parser of somebody else's making.
fn gather(value: &serde_json::Value, values: &mut Vec<String>, keys: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                keys.push(key.clone());
                gather(value, values, keys);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|it| gather(it, values, keys)),
        serde_json::Value::String(text) => values.push(text.clone()),
        serde_json::Value::Null => {}
        other => values.push(other.to_string()),
    }
}

/// Keys and words of the language, as the schema has them.
fn language() -> Vec<String> {
    let schema: serde_json::Value = serde_json::from_str(&sla_spec::schema::text()).unwrap();
    let (mut values, mut keys) = (Vec::new(), Vec::new());
    words(&schema, &mut values, &mut keys);
    values.extend(keys);
    values.extend(["true", "false"].map(str::to_owned));
    values
}

fn words(value: &serde_json::Value, values: &mut Vec<String>, keys: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                match key.as_str() {
                    "properties" => keys.extend(value.as_object().unwrap().keys().cloned()),
                    "enum" | "const" => gather(value, values, keys),
                    _ => {}
                }
                words(value, values, keys);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|it| words(it, values, keys)),
        _ => {}
    }
}

/// What of a report comes from the sentences of problems, or else is the same for every file.
fn sentences(report: &Report, text: &str) -> String {
    let mut said = text.to_owned();
    for it in &report.diagnostics {
        said = said.replace(it.code.title(), "");
    }
    for it in report.set.sources() {
        said = said.replace(&it.path, "");
    }
    said.replace("to see the lines run `slaforge check` where the files are", "")
}

/// A value that is one word of small letters may also be a word of ours: `date`. It is looked for in quotes.
fn tells(said: &str, value: &str) -> bool {
    if value.bytes().all(|it| it.is_ascii_lowercase()) {
        let quoted: Vec<&str> = said.split('`').skip(1).step_by(2).collect();
        return quoted.iter().any(|it| it.split(|it: char| !it.is_alphanumeric()).any(|it| it == value));
    }
    said.contains(value)
}

#[test]
fn no_bad_file_is_told() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/bad");
    std::env::set_current_dir(directory).unwrap();
    let language = language();
    let mut seen = (0, 0);
    for case in fs::read_dir(".").unwrap().map(|it| it.unwrap().path()) {
        if !case.is_dir() && case.extension().is_none_or(|it| it != "yaml") {
            continue;
        }
        let set = sla_spec::read(&case).unwrap();
        let overrides = set.sources()[0].text.lines().filter_map(|it| it.strip_prefix("# --var "));
        let variables: BTreeMap<_, _> = overrides.map(|it| sla_spec::variable(it).unwrap()).collect();
        let (report, text) = discreet(set, &variables);
        let said = sentences(&report, &text);
        let (mut values, mut keys) = (Vec::new(), Vec::new());
        for source in report.set.sources() {
            match serde_yaml::from_str::<serde_json::Value>(&source.text) {
                Ok(tree) => gather(&tree, &mut values, &mut keys),
                Err(_) => values.extend(source.text.split_whitespace().map(str::to_owned)),
            }
        }
        for value in values.iter().filter(|it| it.len() >= 4) {
            // What is also a key, or a part of one, may be told as that.
            let is_open = |it: &String| it.contains(value.trim_end_matches(':'));
            if keys.iter().any(is_open) || language.iter().any(is_open) {
                continue;
            }
            assert!(!tells(&said, value), "{}: `{value}` is told:\n{text}", case.display());
            seen.1 += 1;
        }
        seen.0 += 1;
    }
    assert!(seen.0 > 60 && seen.1 > 400, "{seen:?}");
}

const CANARIES: [&str; 6] =
    ["HDRCANARY1", "BODYCANARY2", "FORMCANARY3", "URLCANARY4", "EXPECTCANARY5", "HOOKCANARY6"];

const SECRETIVE: &str = r#"version: sla/v1
name: shop
vars: {token: URLCANARY4}
owners:
  dev: {webhook: {url: "http://pager/dev?key=HOOKCANARY6"}}
modules:
  shop: {owner: dev}
probes:
  a:
    http:
      post: "http://shop/?token=${token}"
      headers: {authorization: "Bearer HDRCANARY1"}
      json: {password: "BODYCANARY2", deep: [{pin: 'BODYCANARY2-x'}]}
      expect: {json: {$.token: EXPECTCANARY5}}
    every: 30s
    timeout: 5s
    module: shop
  b:
    http:
      post: "http://shop/"
      json: {secret: FORMCANARY3}
      expect: {contains: EXPECTCANARY5}
    every: 30s
    timeout: 5s
    module: shop
"#;

/// Damages the specification and looks for the canaries; what is expected is still told.
#[track_caller]
fn damaged(change: impl Fn(&str) -> String, expected: &[&str]) {
    let text = change(SECRETIVE);
    assert_ne!(text, SECRETIVE, "nothing was damaged");
    let said = of_text(&text);
    assert!(said.contains("SLA0"), "{said}");
    for canary in CANARIES {
        assert!(
            !said.to_lowercase().contains(&canary.to_lowercase()),
            "{canary} is told:\n{said}\nof\n{text}"
        );
    }
    for it in expected {
        assert!(said.contains(it), "no `{it}` in:\n{said}");
    }
}

fn put(from: &str, to: &str) -> impl Fn(&str) -> String {
    move |text| text.replace(from, to)
}

#[test]
fn damaged_values_are_not_told() {
    assert!(of_text(SECRETIVE).starts_with("\n0 errors"), "{}", of_text(SECRETIVE));
    damaged(put("every", "evry"), &["sla.yaml:15:5: error", "`evry`", "did you mean `every`?"]);
    // Text that is no YAML.
    damaged(put("\"Bearer HDRCANARY1\"", "\"Bearer HDRCANARY1"), &["SLA001"]);
    damaged(put("\"Bearer HDRCANARY1\"", "Bearer: HDRCANARY1: x"), &["SLA001"]);
    damaged(put("\"BODYCANARY2\"", "@BODYCANARY2"), &["a text cannot begin with this character"]);
    damaged(put("\"BODYCANARY2\"", "*BODYCANARY2"), &["no anchor"]);
    damaged(put("\"BODYCANARY2\"", "!BODYCANARY2 x"), &["the tag `…` has no meaning"]);
    damaged(put("\"BODYCANARY2\"", "\"BODYCANARY2\\q\""), &["SLA001"]);
    damaged(put("FORMCANARY3", "{{FORMCANARY3}}"), &["SLA0"]);
    damaged(put("FORMCANARY3", "\"${FORMCANARY3}\""), &["the variable `…` is not defined"]);
    damaged(put("FORMCANARY3", "\"{{FORMCANARY3}}\""), &["no earlier step saves `…`"]);
    // Values that are wrong.
    damaged(put("HDRCANARY1", "药HDRCANARY1"), &["SLA020"]);
    damaged(put("HDRCANARY1", "HDR`CANARY1`HDRCANARY1`药"), &["SLA020"]);
    damaged(put("authorization:", "HDRCANARY1 x:"), &["SLA020"]);
    damaged(put("http://pager/dev", "ftp://pager/dev"), &["`…` is not a URL: it does not begin with"]);
    damaged(put("http://pager/dev?key=", ""), &["SLA018"]);
    damaged(put("http://shop/?token=", "shop/?token="), &["SLA018"]);
    damaged(put("30s", "EXPECTCANARY5"), &["`…` is not a duration"]);
    damaged(put("30s", "9EXPECTCANARY5"), &["SLA013"]);
    damaged(
        put("module: shop", "module: My FORMCANARY3"),
        &["there is no module `…`", "there is only `shop`"],
    );
    damaged(put("owner: dev", "owner: FORMCANARY3"), &["there is no owner `…`"]);
    damaged(
        put("expect: {contains:", "expect: {status: EXPECTCANARY5, contains:"),
        &["is not an HTTP status"],
    );
    // Values at a wrong place.
    damaged(put("authorization: \"Bearer HDRCANARY1\"", "authorization, HDRCANARY1"), &["SLA0"]);
    damaged(put("authorization: \"Bearer HDRCANARY1\"", "authorization Bearer HDRCANARY1"), &["SLA0"]);
    damaged(put("{authorization: \"Bearer HDRCANARY1\"}", "[authorization, HDRCANARY1]"), &["SLA005"]);
    damaged(
        put("{url: \"http://pager/dev?key=HOOKCANARY6\"}", "http://pager/dev?key=HOOKCANARY6"),
        &["SLA005"],
    );
    damaged(put("{url: \"http", "{\"http"), &["has no key `…`"]);
    damaged(put("every: 30s", "every: [30s, EXPECTCANARY5, EXPECTCANARY5]"), &["SLA005"]);
    damaged(
        put("module: shop", "module: shop # BODYCANARY2\n    module: BODYCANARY2"),
        &["`module` is defined twice"],
    );
    damaged(put("name: shop", &format!("name: {}HDRCANARY1", "x".repeat(600))), &["SLA0"]);
    damaged(put("name: shop", &format!("name: HDRCANARY1`{}", "x`".repeat(600))), &["SLA0"]);
}

#[test]
fn overrides_are_values_too() {
    let set = SourceSet::of_text("sla.yaml", SECRETIVE.replace("http://shop/?token=", "ftp://shop/?token="));
    let variables = BTreeMap::from([("token".to_owned(), "OVERCANARY7".to_owned())]);
    let (_, said) = discreet(set, &variables);
    assert!(said.contains("`…` is not a URL") && !said.contains("OVERCANARY7"), "{said}");
}

#[test]
fn a_long_report_is_cut() {
    let probes: Vec<_> = (0..300).map(|it| format!("  p{it}: {{evry: 30s}}\n")).collect();
    let said = of_text(&format!("version: sla/v1\nname: shop\nprobes:\n{}", probes.concat()));
    assert!(said.contains(" more\n") && said.len() < 50_000, "{} bytes", said.len());
}
