//! Every selector of every generated rule and panel, and what a live Prometheus knows of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::Context as _;
use jiff::Timestamp;
use sla_model::{
    names::slo,
    selector::{MatchOp, Selector},
};

use crate::{
    prometheus::Prometheus,
    rule_file::{Rule, RuleFile},
};

/// Recorded conditions: they have data only while something is wrong, so a rule of that name must do.
const CONDITIONS: [&str; 3] = [slo::BURNING, slo::JOURNEY_DOWN, slo::OVER_LIMIT];

/// A rule by what it gives: its name and its static labels.
#[derive(Debug)]
pub struct Given {
    /// `ALERTS` for an alert, else the recorded name.
    pub metric: String,
    /// The static labels; of an alert also `alertname`.
    pub labels: BTreeMap<String, String>,
}

/// What stands in a folder of generated files.
#[derive(Debug, Default)]
pub struct Generated {
    /// Every expression of rules and panels, with where it stands.
    pub expressions: Vec<(String, String)>,
    /// Every rule.
    pub rules: Vec<Given>,
}

impl Generated {
    /// Reads the rules and dashboards below a folder.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let mut generated = Self::default();
        for (path, text) in files(&root.join("rules"), ".rules.yaml")? {
            let file: RuleFile =
                serde_yaml::from_str(&text).with_context(|| format!("{path} is no rule file"))?;
            file.groups.into_iter().flat_map(|it| it.rules).for_each(|it| generated.rule(&path, it));
        }
        for (path, text) in files(&root.join("dashboards"), ".json")? {
            let board: serde_json::Value =
                serde_json::from_str(&text).with_context(|| format!("{path} is no JSON"))?;
            generated.panels(&path, &board);
        }
        anyhow::ensure!(
            !generated.expressions.is_empty(),
            "no rules and no dashboards below {}",
            root.display()
        );
        Ok(generated)
    }

    fn rule(&mut self, path: &str, rule: Rule) {
        let mut labels = rule.labels;
        let (metric, name) = match (rule.record, rule.alert) {
            (Some(name), _) => (name.clone(), name),
            (None, alert) => {
                let name = alert.unwrap_or_default();
                labels.insert("alertname".to_owned(), name.clone());
                ("ALERTS".to_owned(), name)
            }
        };
        self.expressions.push((format!("{path} {name}"), rule.expr));
        self.rules.push(Given { metric, labels });
    }

    fn panels(&mut self, path: &str, value: &serde_json::Value) {
        match value {
            serde_json::Value::Object(fields) => {
                if let Some(expr) = fields.get("expr").and_then(|it| it.as_str()) {
                    self.expressions.push((path.to_owned(), expr.to_owned()));
                }
                fields.values().for_each(|it| self.panels(path, it));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|it| self.panels(path, it)),
            _ => {}
        }
    }

    /// Returns every selector with the first place where it stands.
    pub fn selectors(&self) -> anyhow::Result<BTreeMap<Selector, String>> {
        let mut found = BTreeMap::new();
        for (place, expr) in &self.expressions {
            let selectors =
                sla_spec::promql::selectors(expr).with_context(|| format!("{place}: `{expr}`"))?;
            for selector in selectors {
                found.entry(selector).or_insert_with(|| place.clone());
            }
        }
        Ok(found)
    }

    /// Returns whether a rule gives what the selector asks for. `alertstate` is Prometheus' own.
    pub fn names_a_rule(&self, selector: &Selector) -> bool {
        let fits = |given: &Given| {
            given.metric == selector.metric.as_str()
                && selector.matchers.iter().filter(|it| it.label.as_str() != "alertstate").all(|matcher| {
                    let Some(value) = given.labels.get(matcher.label.as_str()) else {
                        // The rule's expression may give it; a recorded condition keeps its series' labels.
                        return given.metric != "ALERTS";
                    };
                    match matcher.op {
                        MatchOp::Equal => *value == matcher.value,
                        MatchOp::NotEqual => *value != matcher.value,
                        MatchOp::Matches => matcher.value.split('|').any(|it| it == value),
                        MatchOp::NotMatches => !matcher.value.split('|').any(|it| it == value),
                    }
                })
        };
        self.rules.iter().any(fits)
    }
}

/// Returns whether a selector has data only while something is wrong.
pub fn is_condition(selector: &Selector) -> bool {
    selector.metric.as_str() == "ALERTS" || CONDITIONS.contains(&selector.metric.as_str())
}

/// Asks a live Prometheus for data of every selector since the beginning of a story. Returns how many were
/// asked for and what is missing, with the place of each.
pub async fn present(
    generated: &Generated,
    prometheus: &Prometheus,
    since: Timestamp,
) -> anyhow::Result<(usize, Vec<String>)> {
    let selectors = generated.selectors()?;
    let now = Timestamp::now();
    let story = now.duration_since(since).as_millis().max(1);
    let mut missing = BTreeSet::new();
    for (selector, place) in &selectors {
        let known = if is_condition(selector) {
            generated.names_a_rule(selector)
        } else {
            let asked = format!("present_over_time({selector}[{story}ms])");
            !prometheus.query(&asked, Some(now)).await?.is_empty()
        };
        if !known {
            missing.insert(format!("{selector} ({place})"));
        }
    }
    Ok((selectors.len(), missing.into_iter().collect()))
}

fn files(folder: &Path, end: &str) -> anyhow::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(end) {
            found.push((name, fs::read_to_string(&path)?));
        }
    }
    found.sort();
    Ok(found)
}
