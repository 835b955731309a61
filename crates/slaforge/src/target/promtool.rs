//! Tests of the rules for `promtool test rules`, at pace 1 only.

use std::{collections::BTreeMap, time::Duration};

use rust_decimal::Decimal;
use serde::Serialize;
use sla_model::duration;
use sla_spec::parallel;

use super::{File, Input, Out, RULES, RuleSet, Target, prometheus, yaml};
use crate::{
    plan::{Case, Check},
    promql::build::{number, vector},
};

/// Test files, one per rule file and evaluation interval. promtool evaluates every rule of a file in every test of it,
/// so tests of a shard would take days: shards have none, and `slaforge test` writes and runs those of each objective
/// alone.
pub const TARGET: Target = Target {
    name: "promtool",
    about: "tests of the rules, for `promtool test rules`; none for shards",
    default: true,
    owns: |path| path.starts_with("rules/") && path.ends_with(".test.yaml"),
    render,
};

fn render(input: &Input<'_>, out: &Out<'_>) {
    parallel::each(&input.sets, |set| alone(input, set).into_iter().for_each(out));
}

/// A file has one evaluation interval, so there is one for each that is needed.
fn alone(input: &Input<'_>, set: &RuleSet<'_>) -> Vec<File> {
    let [unit] = set.units[..] else { return Vec::new() };
    let all = input.plan.cases(unit);
    let mut paces: BTreeMap<Option<Duration>, Vec<&Case>> = BTreeMap::new();
    for case in &all.cases {
        paces.entry(case.every).or_default().push(case);
    }
    paces.into_iter().map(|(every, cases)| file(input, &all.name, every, &cases)).collect()
}

#[derive(Serialize)]
struct Document<'p> {
    rule_files: [String; 1],
    evaluation_interval: String,
    tests: Vec<Test<'p>>,
}

#[derive(Serialize)]
struct Test<'p> {
    name: &'p str,
    interval: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    external_labels: BTreeMap<&'static str, &'static str>,
    input_series: Vec<Series<'p>>,
    #[serde(rename = "promql_expr_test")]
    expectations: Vec<Expectation>,
}

#[derive(Serialize)]
struct Series<'p> {
    series: String,
    values: &'p str,
}

#[derive(Serialize)]
struct Expectation {
    expr: String,
    eval_time: String,
    exp_samples: Vec<Sample>,
}

#[derive(Serialize)]
struct Sample {
    labels: String,
    value: serde_json::Number,
}

fn file(input: &Input<'_>, name: &str, every: Option<Duration>, cases: &[&Case]) -> File {
    let rules = prometheus::path(name);
    let document = Document {
        rule_files: [format!("..{}", rules.strip_prefix(RULES).unwrap_or(&rules))],
        evaluation_interval: duration::text(every.unwrap_or(input.model.interval())),
        tests: cases.iter().map(|it| test(input, it)).collect(),
    };
    let whys: Vec<String> =
        cases.iter().map(|it| format!("# {}\n#   without it: {}", it.name, it.why)).collect();
    let about = format!("Tests of {rules}, run by `promtool test rules`.\n#\n{}", whys.join("\n"));
    let pace = every.map_or(String::new(), |it| format!(".{}", duration::text(it)));
    yaml::file(input, format!("{RULES}/tests/{name}{pace}.test.yaml"), &about, &document)
}

fn test<'p>(input: &Input<'_>, case: &'p Case) -> Test<'p> {
    let expectations = case.checks.iter().chain(&last(input, case)).map(expectation).collect();
    Test {
        name: &case.name,
        interval: duration::text(case.interval),
        external_labels: case.external.iter().copied().collect(),
        input_series: case
            .series
            .iter()
            .map(|(series, values)| Series { series: series.to_string(), values })
            .collect(),
        expectations,
    }
}

/// promtool asks when all is recorded, so a query offset moves no check. But it records until the last check only,
/// and then what an offset holds back is missing: a check of nothing lets it go on.
fn last(input: &Input<'_>, case: &Case) -> Option<Check> {
    let (end, offset) = (case.checks.iter().map(|it| it.at).max()?, input.query_offset()?);
    Some(Check { at: end + offset, expr: vector(number(1)), labels: None, expected: Some(Decimal::ONE) })
}

fn expectation(check: &Check) -> Expectation {
    let value = check.expected.and_then(|it| it.normalize().to_string().parse().ok());
    let labels = check.labels.as_ref().map_or("{}".to_owned(), ToString::to_string);
    Expectation {
        expr: check.expr.to_string(),
        eval_time: duration::text(check.at),
        exp_samples: value.map(|value| Sample { labels, value }).into_iter().collect(),
    }
}
