//! Evaluates rules over the past, level by level, and adds what they record to the server's blocks.

use std::collections::BTreeMap;

use sla_model::{
    id::IdError,
    selector::{MatchOp, Matcher, Selector},
};

use super::{
    blocks::Blocks,
    levels::levels,
    server::{Server, Ticks},
};
use crate::rule_file::Rule;

/// A rule, and when it is evaluated.
#[derive(Clone)]
pub struct Task<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// When.
    pub ticks: Vec<Ticks>,
}

/// What a rule recorded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Recorded {
    /// How many samples.
    pub samples: u64,
    /// How many of them are no number.
    pub nan: u64,
}

/// Evaluates recording rules in the order in which they read each other, and returns what each recorded. The
/// server is restarted after each level, so that the next one sees what was recorded.
///
/// Unlike a live server this writes no stale markers: an instant read finds the last value for five minutes after
/// a rule stopped to give one.
pub async fn record(server: &mut Server, tasks: &[Task<'_>]) -> anyhow::Result<Vec<Recorded>> {
    let rules: Vec<&Rule> = tasks.iter().map(|it| it.rule).collect();
    let mut recorded = vec![Recorded::default(); tasks.len()];
    for level in levels(&rules)? {
        let place = tempfile::tempdir_in(server.database().parent().unwrap_or(server.database()))?;
        let mut blocks = Blocks::new(place.path())?;
        for index in level {
            recorded[index] = evaluate(server, &tasks[index], &mut blocks).await?;
        }
        blocks.finish(server.database())?;
        server.restart().await?;
    }
    Ok(recorded)
}

async fn evaluate(server: &Server, task: &Task<'_>, blocks: &mut Blocks) -> anyhow::Result<Recorded> {
    let mut recorded = Recorded::default();
    for part in &task.ticks {
        for series in server.range(&task.rule.expr, *part).await? {
            let name = name(task.rule, &series.labels)?;
            recorded.samples += series.samples.len() as u64;
            for (at_ms, value) in &series.samples {
                recorded.nan += u64::from(value == "NaN");
                blocks.add(&name, value, *at_ms)?;
            }
        }
    }
    Ok(recorded)
}

/// Returns the recorded series in the text format, which writes it as PromQL selects it: the rule's name and labels over those of its expression.
fn name(rule: &Rule, labels: &BTreeMap<String, String>) -> Result<String, IdError> {
    let mut all = labels.clone();
    all.remove("__name__");
    all.extend(rule.labels.clone());
    all.retain(|_, value| !value.is_empty());
    let matcher = |(label, value): (&String, &String)| {
        Ok(Matcher { label: label.parse()?, op: MatchOp::Equal, value: value.clone() })
    };
    let matchers: Result<Vec<_>, IdError> = all.iter().map(matcher).collect();
    let metric = rule.record.as_deref().unwrap_or_default().parse()?;
    Ok(Selector { metric, matchers: matchers? }.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_labels_of_a_rule_win_and_are_escaped() {
        let labels = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect::<BTreeMap<_, _>>()
        };
        let rule = Rule {
            record: Some("slo:x".to_owned()),
            alert: None,
            expr: String::new(),
            labels: labels(&[("slo", "a"), ("gone", "")]),
        };
        let given = labels(&[("__name__", "y"), ("slo", "b"), ("path", "a\"\\\n"), ("gone", "c")]);
        assert_eq!(name(&rule, &given).unwrap(), r#"slo:x{path="a\"\\\n",slo="a"}"#);
    }
}
