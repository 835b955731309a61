//! Goal: every code has a page whose snippets are true.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use super::*;

/// What snippets may refer to. A block that the snippet defines itself is left out.
const SURROUNDINGS: &[(&str, &str)] = &[
    ("name", "name: shop\n"),
    ("owners", "owners:\n  dev: {webhook: {url: \"http://pager/dev\"}}\n"),
    ("modules", "modules:\n  shop: {owner: dev}\n"),
    (
        "tiers",
        "tiers:\n  P1: {severity: critical, confirm: 10m, restore: 1h, release_after: 30m, owners: [dev]}\n",
    ),
    ("journeys", "journeys:\n  buy: {module: shop, steps: [{home: {http: {get: \"http://shop/\"}}}]}\n"),
    ("probes", "probes:\n  home: {module: shop, every: 15s, http: {get: \"http://shop/\"}}\n"),
    ("sources", "sources:\n  db: {sqlite: {file: shop.db}}\n"),
    (
        "metrics",
        "metrics:\n  paid_total:\n    from: db\n    help: Payments.\n    totals: {query: SELECT 1, label: status, values: [paid, failed]}\n",
    ),
    (
        "scrapes",
        "scrapes:\n  web:\n    targets: [\"shop:8080\"]\n    module: shop\n    metrics:\n      requests_total: {type: counter, labels: [route, status]}\n      request_seconds: {histogram: [0.1, 0.2, 1]}\n",
    ),
];

/// Returns the codes of a snippet, set into what it refers to.
fn found(snippet: &str) -> BTreeSet<Code> {
    let defines = |block: &str| snippet.lines().any(|it| it.starts_with(&format!("{block}:")));
    // One without a module `shop` needs no others, which would refer to it.
    let alone = ["modules", "owners"].iter().any(|it| defines(it)) && !snippet.contains("\n  shop: ");
    let parts = SURROUNDINGS.iter().filter(|it| !defines(it.0));
    let parts = parts.filter(|it| !alone || matches!(it.0, "name" | "owners"));
    let surroundings: String = parts.map(|it| it.1).collect();
    let says_nothing = snippet.lines().all(|it| it.starts_with('#') || it.is_empty());
    let version = if says_nothing || defines("version") { "" } else { "version: sla/v1\n" };
    // A replacement character stands for bytes that are no UTF-8.
    let mut bytes = version.as_bytes().to_vec();
    let mut buffer = [0; 4];
    for letter in snippet.chars() {
        match letter {
            '\u{fffd}' => bytes.push(0xd6),
            _ => bytes.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes()),
        }
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("common.yaml"), format!("version: sla/v1\n{surroundings}")).unwrap();
    fs::write(folder.path().join("x.yaml"), bytes).unwrap();
    let set = crate::read(folder.path()).unwrap();
    let overrides = snippet.lines().filter_map(|it| it.strip_prefix("# slaforge check --var "));
    let overrides: BTreeMap<_, _> = overrides.map(|it| crate::variable(it).unwrap()).collect();
    let problems = crate::load(&set, &overrides).map_or_else(|it| it, |it| it.warnings);
    // What the surroundings offer and the snippet does not use is no problem of the snippet.
    let own = problems.iter().filter(|it| it.code != Code::Unused || it.span.file == 1);
    own.map(|it| it.code).collect()
}

#[test]
fn every_bad_snippet_has_its_problem_and_every_good_one_has_none() {
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let (bad, good) = (found(code.page().bad), found(code.page().good));
        // Beside another problem, what a snippet does not use is none of its own.
        let without = |it: BTreeSet<Code>| -> BTreeSet<Code> {
            it.into_iter().filter(|it| *it != Code::Unused || *code == Code::Unused).collect()
        };
        let (bad, good) = (without(bad), without(good));
        if bad != BTreeSet::from([*code]) || !good.is_empty() {
            wrong.push(format!("{code} {code:?}: bad has {bad:?}, good has {good:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn numbers_have_no_gaps() {
    let numbers: Vec<usize> = Code::ALL.iter().map(|it| *it as usize).collect();
    assert_eq!(numbers, (1..=Code::ALL.len()).collect::<Vec<_>>());
    assert_eq!(Code::Target.to_string(), "SLA012");
}

#[test]
fn snippets_fit_on_a_page() {
    for code in Code::ALL {
        for snippet in [code.page().bad, code.page().good] {
            let widest = snippet.lines().map(|it| it.chars().count()).max().unwrap();
            assert!(widest <= 110, "{code}: {widest} columns");
            assert!(snippet.starts_with('\n') && snippet.ends_with('\n'), "{code}");
        }
    }
}

#[track_caller]
fn read(text: &str, expected: Result<Code, &str>) {
    let found = text.parse::<Code>().map_err(|it| it.to_string());
    assert_eq!(found, expected.map_err(str::to_owned));
}

#[test]
fn codes_are_read_as_people_write_them() {
    for text in ["SLA012", "sla012", "Sla12", "12", "012"] {
        assert!(is_code(text), "{text}");
        read(text, Ok(Code::Target));
    }
    for text in ["", "SLA", "checkout", "SLA-12", "药", "slack"] {
        assert!(!is_code(text), "{text}");
    }
    let last = Code::ALL.last().unwrap();
    read("SLA000", Err(&format!("there is no code `SLA000`; they go from `SLA001` to `{last}`")));
    read("SAL012", Err("there is no code `SAL012`; did you mean `SLA012`?"));
    assert!("99999999999".parse::<Code>().is_err());
}
