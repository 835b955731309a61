//! Goal: the schema accepts whatever the decoder accepts, and refuses what can be known from the shape alone.
//! A validator of somebody else judges.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use jsonschema::Validator;
use proptest::prelude::*;

use super::*;
use crate::{code::Code, source_set::SourceSet, yaml::json};

/// Problems that a schema cannot see, with the reason. It sees every other one.
const BEYOND: &[(Code, &str)] = &[
    (Code::Syntax, "what is not YAML has no shape"),
    (Code::Encoding, "what is not text has no shape"),
    (Code::EmptyFile, "editors do not check an empty file"),
    (Code::TooLarge, "sizes are counted over the whole file"),
    (Code::DuplicateKey, "keys stand once when the schema is asked; editors report the second on their own"),
    (Code::Target, "a range of texts; the pattern only knows the notation"),
    (Code::Timezone, "the zones are a database"),
    (Code::Dangling, "compares names in different places"),
    (Code::Cycle, "compares names in different places"),
    (Code::Variable, "compares names in different places"),
    (Code::Override, "stands on the command line"),
    (Code::Unsaved, "compares names in different places"),
    (Code::Selector, "a language of its own"),
    (Code::UnknownMetric, "compares names in different places"),
    (Code::MetricKind, "compares names in different places"),
    (Code::UnknownLabel, "compares names in different places"),
    (Code::LabelValue, "compares names in different places"),
    (Code::NeverFires, "compares two values"),
    (Code::Window, "a range of texts; the pattern only knows the notation"),
    (Code::Interval, "a range of texts; the pattern only knows the notation"),
    (Code::Deadlines, "compares two values"),
    (Code::ReleaseAfter, "a range of texts; the pattern only knows the notation"),
    (Code::Reserved, "names with a meaning have the same shape as others"),
    (Code::ColourOrder, "compares two values"),
    (Code::WindowOrder, "compares two values"),
    (Code::SameName, "compares names in different places"),
    (Code::Merge, "merge keys are expanded before the schema is asked"),
    (Code::Unused, "compares names in different places"),
    (Code::NotAPart, "compares two values"),
    (Code::Promql, "a language of its own"),
    (Code::QueryWindow, "a language of its own"),
    (Code::By, "compares names in different places"),
    (Code::NotABound, "compares names in different places"),
    (Code::TooSlow, "compares two values"),
    (Code::Component, "compares names in different places"),
    (Code::Include, "the files are on a disk"),
    (Code::Retention, "compares two values"),
    (Code::OneRun, "compares two values"),
    (Code::NotUnderstood, "a language of its own"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft7::new(schema).unwrap()
}

fn whole() -> Validator {
    validator(&serde_json::from_str(&text()).unwrap())
}

fn problems(validator: &Validator, document: &Value) -> Vec<String> {
    validator.iter_errors(document).map(|it| format!("{}: {it}", it.instance_path())).collect()
}

/// Every specification below a folder.
fn specifications(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(specifications(&path));
        } else if path.extension().is_some_and(|it| it == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The codes of a file's problems.
fn codes(text: &[u8]) -> BTreeSet<Code> {
    let set = SourceSet::new([("x.yaml".to_owned(), text.to_owned())]);
    let problems = crate::load(&set, &BTreeMap::new()).map_or_else(|it| it, |it| it.warnings);
    problems.iter().map(|it| it.code).collect()
}

#[test]
fn it_is_a_schema() {
    let schema: Value = serde_json::from_str(&text()).unwrap();
    jsonschema::draft7::meta::validate(&schema).unwrap();
}

#[test]
fn it_accepts_every_example() {
    let validator = whole();
    let examples = specifications(&root().join("examples"));
    assert!(!examples.is_empty());
    for path in examples {
        let text = fs::read_to_string(&path).unwrap();
        if text.contains("version: sla/") {
            let found = problems(&validator, &json::document(&text).unwrap());
            assert!(found.is_empty(), "{}: {found:#?}", path.display());
        }
    }
}

#[test]
fn it_accepts_the_example_of_every_key() {
    let schema: Value = serde_json::from_str(&text()).unwrap();
    for table in block::TABLES {
        for field in table.fields {
            let mut own = property(field);
            own["definitions"] = schema["definitions"].clone();
            // Beside a reference nothing else counts in draft-07.
            if let Some(reference) = own["$ref"].as_str().map(str::to_owned) {
                own = json!({"definitions": schema["definitions"], "allOf": [{"$ref": reference}]});
            }
            let example = json::document(field.example);
            let example = example.unwrap_or_else(|| panic!("{} is no YAML", field.example));
            let found = problems(&validator(&own), &example);
            assert!(found.is_empty(), "{} of {}: {found:#?}", field.key, table.what);
            assert!(
                !matches!(field.kind, Type::Any) || field.key == "json",
                "{} of {} has no type",
                field.key,
                table.what
            );
        }
    }
}

#[test]
fn it_refuses_every_bad_file_whose_shape_is_wrong() {
    let validator = whole();
    let beyond: BTreeSet<Code> = BEYOND.iter().map(|it| it.0).collect();
    let mut seen = BTreeSet::new();
    // Folders there are specifications of several files, each of which may be whole.
    let folder = root().join("tests/bad");
    for path in specifications(&folder).into_iter().filter(|it| it.parent() == Some(&*folder)) {
        let text = fs::read(&path).unwrap();
        let structural: Vec<Code> = codes(&text).difference(&beyond).copied().collect();
        let Some(document) = json::document(&String::from_utf8_lossy(&text)) else { continue };
        let found = problems(&validator, &document);
        assert!(structural.is_empty() || !found.is_empty(), "{}: {structural:?}", path.display());
        seen.extend(structural);
    }
    let unseen: Vec<&Code> =
        Code::ALL.iter().filter(|it| !beyond.contains(it) && !seen.contains(it)).collect();
    assert!(unseen.is_empty(), "no file in tests/bad has {unseen:?}");
}

/// A bad file may have several problems; the snippets of the pages have one each.
#[test]
fn it_sees_each_problem_alone() {
    let validator = whole();
    for code in Code::ALL.iter().filter(|code| !BEYOND.iter().any(|it| it.0 == **code)) {
        for (snippet, good) in [(code.page().bad, false), (code.page().good, true)] {
            let version = if snippet.contains("version:") { "" } else { "version: sla/v1" };
            let document = json::document(&format!("{version}{snippet}")).unwrap();
            let found = problems(&validator, &document);
            assert_eq!(found.is_empty(), good, "{code} {code:?}: {snippet}{found:#?}");
        }
    }
}

/// Texts that stand for many kinds of values, in notations that people use.
const VALUES: &[&str] = &[
    "1",
    "0",
    "0.5",
    "1e3",
    "+5",
    "200",
    "true",
    "false",
    "yes",
    "''",
    "' '",
    "a",
    "P1",
    "dev",
    "shop",
    "30s",
    "1h30m",
    "5m",
    "30d",
    "month",
    "400d",
    "2% in 1h",
    "' 2%  in 1h'",
    "-5",
    "85%",
    "ops@shop.cn",
    "SHOP_TOKEN",
    "007d",
    "250ms",
    "4w",
    "99.9%",
    "'99.9 %'",
    "+9%",
    ".5%",
    "5.%",
    "1_0%",
    "'> 3s'",
    "'>3s'",
    "> 3s",
    "4h per month",
    "'4h  per month '",
    "2026-12-01",
    "20261201T0200",
    "'2026-12-01T02:00:00.5'",
    "http://a",
    "https://a:1/b?c",
    "'[::1]:9100'",
    "a:1",
    "$.a[0].b",
    "$",
    "SELECT 1",
    "with x as (select 1) select 1;",
    "'${shop}'",
    "'a${shop}b'",
    "[a]",
    "[]",
    "{}",
    "{a: b}",
    "~",
    "UTC",
    "both",
    "x_total",
    "x{a=\"b\"}",
    "药",
];

/// The files of specifications that use most of the language.
const EXAMPLES: &[&[&str]] = &[
    &[include_str!("../../../../examples/pharmacy/sla.yaml")],
    &[
        include_str!("../../../../examples/kinds/sla.yaml"),
        include_str!("../../../../examples/kinds/objectives/objectives.yaml"),
    ],
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Some value of an example becomes another one; when the decoder sees no problem in it, the schema must see
    /// none.
    #[test]
    fn it_is_never_stricter_than_the_decoder(
        example in 0..EXAMPLES.len(),
        file in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        with in prop::sample::select(VALUES),
    ) {
        thread_local!(static VALIDATOR: Validator = whole());
        let mut files: Vec<String> = EXAMPLES[example].iter().map(|it| (*it).to_owned()).collect();
        let count = files.len();
        let text = &mut files[file.index(count)];
        let places = scalars(text);
        let (start, end) = places[at.index(places.len())];
        let before = text[start..end].to_owned();
        text.replace_range(start..end, with);
        let changed = text.clone();
        let set = SourceSet::new(files.into_iter().enumerate().map(|it| (it.0.to_string(), it.1.into_bytes())));
        let variables = BTreeMap::new();
        if crate::load(&set, &variables).is_ok() {
            let document = json::document(&changed).unwrap();
            let found = VALIDATOR.with(|it| problems(it, &document));
            prop_assert!(found.is_empty(), "{with:?} instead of {before:?}: {found:#?}");
        }
    }
}

/// Returns where the values of a text stand that are no mappings and no lists.
fn scalars(text: &str) -> Vec<(usize, usize)> {
    fn walk(node: &yaml::node::Node, found: &mut Vec<(usize, usize)>) {
        match &node.kind {
            yaml::node::Kind::Scalar(_) => found.push((node.span.start as usize, node.span.end as usize)),
            yaml::node::Kind::List(items) => items.iter().for_each(|it| walk(it, found)),
            yaml::node::Kind::Map(entries) => entries.iter().for_each(|it| walk(&it.value, found)),
        }
    }
    let mut found = Vec::new();
    walk(&yaml::parse::parse(0, text, &mut Vec::new()).unwrap(), &mut found);
    found
}

#[test]
fn definitions_have_names_of_their_own_and_all_are_used() {
    let names: BTreeSet<String> = block::TABLES.iter().map(|it| it.anchor()).collect();
    assert_eq!(names.len(), block::TABLES.len());
    let schema = text();
    for table in block::TABLES.iter().skip(1) {
        let reference = format!("\"#/definitions/{}\"", table.anchor());
        assert!(schema.contains(&reference), "nothing refers to {reference}");
    }
    for part in schema.split("\"#/definitions/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(names.contains(name), "{name} has no definition");
    }
}
