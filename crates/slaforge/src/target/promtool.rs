//! Tests of the rules for `promtool test rules`, at pace 1 only.

use serde::Serialize;
use sla_model::duration;

use super::{File, Input, RULES, Target, prometheus, yaml};
use crate::plan::{Case, CaseFile, Check};

/// Test files, one per rule file.
pub struct Promtool;

impl Target for Promtool {
    fn render(&self, input: &Input<'_>) -> Vec<File> {
        input.plan.cases.iter().map(|it| file(input, it)).collect()
    }
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
    labels: &'static str,
    value: serde_json::Number,
}

fn file(input: &Input<'_>, cases: &CaseFile) -> File {
    let rules = prometheus::path(&cases.name);
    let document = Document {
        rule_files: [format!("..{}", rules.strip_prefix(RULES).unwrap_or(&rules))],
        evaluation_interval: duration::text(input.model.interval()),
        tests: cases.cases.iter().map(test).collect(),
    };
    let whys: Vec<String> =
        cases.cases.iter().map(|it| format!("# {}\n#   without it: {}", it.name, it.why)).collect();
    let about = format!("Tests of {rules}, run by `promtool test rules`.\n#\n{}", whys.join("\n"));
    yaml::file(input, format!("{RULES}/tests/{}.test.yaml", cases.name), &about, &document)
}

fn test(case: &Case) -> Test<'_> {
    Test {
        name: &case.name,
        interval: duration::text(case.interval),
        input_series: case
            .series
            .iter()
            .map(|(series, values)| Series { series: series.to_string(), values })
            .collect(),
        expectations: case.checks.iter().map(expectation).collect(),
    }
}

fn expectation(check: &Check) -> Expectation {
    let value = check.expected.and_then(|it| it.normalize().to_string().parse().ok());
    Expectation {
        expr: check.expr.to_string(),
        eval_time: duration::text(check.at),
        exp_samples: value.map(|value| Sample { labels: "{}", value }).into_iter().collect(),
    }
}
