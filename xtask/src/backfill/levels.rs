//! Which rule reads what which other rule records.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use sla_model::selector::{MatchOp, Matcher, Selector};

use crate::rule_file::Rule;

/// Sorts recording rules into levels of their indices: a rule reads only what levels before its own record.
/// Alerts record nothing that can be backfilled and are left out; what they leave in `ALERTS` stays unknown. So does
/// what a rule keeps of its own earlier values: ours do that only while an alert fires.
///
/// Fails when rules read each other in a circle.
pub fn levels(rules: &[&Rule]) -> anyhow::Result<Vec<Vec<usize>>> {
    let mut waiting: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, rule) in rules.iter().enumerate().filter(|it| it.1.record.is_some()) {
        let selectors =
            sla_spec::promql::selectors(&rule.expr).with_context(|| format!("`{}`", rule.expr))?;
        let sources = rules.iter().enumerate().filter(|it| it.0 != index);
        let read = sources.filter(|(_, it)| selectors.iter().any(|selector| gives(it, selector)));
        waiting.insert(index, read.map(|it| it.0).collect());
    }
    let mut levels = Vec::new();
    while let Some(first) = waiting.keys().next() {
        let free = |reads: &Vec<usize>| !reads.iter().any(|it| waiting.contains_key(it));
        let level: Vec<usize> = waiting.iter().filter(|it| free(it.1)).map(|it| *it.0).collect();
        anyhow::ensure!(
            !level.is_empty(),
            "`{}` reads itself through others",
            rules[*first].record.as_deref().unwrap_or_default()
        );
        waiting.retain(|it, _| !level.contains(it));
        levels.push(level);
    }
    Ok(levels)
}

/// Returns the rules that are wanted, and all that record what those read, directly or through others.
pub fn needed(rules: &[&Rule], wanted: impl Fn(&Rule) -> bool) -> anyhow::Result<BTreeSet<usize>> {
    let mut needed = BTreeSet::new();
    let mut found: Vec<usize> = (0..rules.len()).filter(|it| wanted(rules[*it])).collect();
    while let Some(index) = found.pop() {
        if needed.insert(index) {
            let selectors = sla_spec::promql::selectors(&rules[index].expr)?;
            let read = |it: &usize| selectors.iter().any(|selector| gives(rules[*it], selector));
            found.extend((0..rules.len()).filter(read));
        }
    }
    Ok(needed)
}

/// Returns whether a rule may record what a selector selects. A label that the rule does not set may come from
/// its expression.
fn gives(rule: &Rule, selector: &Selector) -> bool {
    let allows = |matcher: &Matcher| match (rule.labels.get(matcher.label.as_str()), matcher.op) {
        (Some(value), MatchOp::Equal) => *value == matcher.value,
        (Some(value), MatchOp::NotEqual) => *value != matcher.value,
        _ => true,
    };
    rule.record.as_deref() == Some(selector.metric.as_str()) && selector.matchers.iter().all(allows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(record: &str, label: &str, expr: &str) -> Rule {
        let labels = BTreeMap::from([("slo".to_owned(), label.to_owned())]);
        Rule { record: Some(record.to_owned()), alert: None, expr: expr.to_owned(), labels }
    }

    #[track_caller]
    fn check(rules: &[Rule], expected: &[&[&str]]) {
        let rules: Vec<&Rule> = rules.iter().collect();
        let levels = levels(&rules).unwrap();
        let names: Vec<Vec<&str>> = levels
            .iter()
            .map(|level| level.iter().map(|it| rules[*it].record.as_deref().unwrap()).collect())
            .collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn a_rule_comes_after_what_it_reads() {
        let rules = [
            rule("ratio", "a", r#"tile{slo="a"} / 2"#),
            rule("tile", "a", r#"avg_over_time(base{slo="a"}[5m])"#),
            rule("base", "a", "rate(raw[5m])"),
            rule("both", "a", r#"tile{slo="a"} + raw"#),
        ];
        check(&rules, &[&["base"], &["tile"], &["ratio", "both"]]);
    }

    #[test]
    fn what_is_needed_is_what_is_read() {
        let rules = [
            rule("ratio", "a", r#"tile{slo="a"} / 2"#),
            rule("tile", "a", "base"),
            rule("tile", "b", "base"),
            rule("base", "", "raw"),
            rule("other", "a", r#"ratio{slo="a"}"#),
        ];
        let rules: Vec<&Rule> = rules.iter().collect();
        let needed = needed(&rules, |it| it.record.as_deref() == Some("ratio")).unwrap();
        assert_eq!(needed, [0, 1, 3].into());
    }

    #[test]
    fn labels_tell_objectives_apart() {
        let rules =
            [rule("x", "a", r#"x{slo="b"}"#), rule("x", "b", "raw"), rule("y", "c", r#"x{slo!="a"}"#)];
        check(&rules, &[&["x"], &["x", "y"]]);
    }

    #[test]
    fn what_a_rule_keeps_of_its_own_is_unknown() {
        check(&[rule("x", "a", "raw or x and ALERTS"), rule("y", "a", "x")], &[&["x"], &["y"]]);
    }

    #[test]
    fn a_circle_is_refused() {
        let rules = [rule("x", "a", "y"), rule("y", "a", "x")];
        let error = levels(&rules.iter().collect::<Vec<_>>()).unwrap_err().to_string();
        assert_eq!(error, "`x` reads itself through others");
    }
}
