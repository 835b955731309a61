//! Rule files for VictoriaMetrics' vmalert.
//!
//! vmalert sends what a rule records to the database and goes on at once: the next rule of the group does not see
//! it. Prometheus' order inside a group is therefore written as delays: a rule is evaluated, for the same moment,
//! only after everything that it reads has been recorded for that moment. So every number is the same as on
//! Prometheus, and alerts come some minutes later.
//!
//! Only tiles are never written late here: whether the evaluation before came in time is told by `timestamp`, and
//! `VictoriaMetrics` leaves the markers out of it that end a series.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;
use sla_model::duration;
use sla_spec::parallel;

use super::{
    File, Input, Out, RULES, RuleSet, Target, is_in,
    rules::{GroupDocument, group},
    yaml,
};
use crate::{
    compile,
    plan::{Group, Rule, RuleFile},
    promql::Expr,
};

/// Rule files in the form of the Prometheus target's, with other groups.
pub const TARGET: Target = Target {
    name: "victoria",
    about: "rule files for VictoriaMetrics' vmalert",
    default: false,
    owns: |path| is_in(path, "rules/victoria", ".yaml"),
    render,
};

/// vmalert's own `-rule.evalDelay`: before that the newest samples are not visible.
const DELAY_MIN: Duration = Duration::from_secs(30);

/// How long a recorded sample may take to become visible: vmalert sends every 2 s, and the database lets a second
/// or two pass.
const VISIBLE_AFTER: Duration = Duration::from_secs(5);

/// How many rules of another objective may stand before the one that a composite reads.
const FOREIGN: u32 = 3;

const ABOUT: &str = "Rules for VictoriaMetrics' vmalert. Groups that belong together differ in `eval_delay`, because vmalert does not
# show a rule what the rule before it recorded. Leave `-rule.evalAlignment` and `-datasource.queryStep` as they are
# (on, 5m), and set `-remoteWrite.url` and `-remoteRead.url`: the rules read ALERTS.";

#[derive(Serialize)]
struct Document {
    groups: Vec<GroupDocument>,
}

fn render(input: &Input<'_>, out: &Out<'_>) {
    parallel::each(&input.sets, |it| file(input, it).into_iter().for_each(out));
}

fn file(input: &Input<'_>, set: &RuleSet<'_>) -> Option<File> {
    let first = input.query_offset().unwrap_or_default().max(DELAY_MIN);
    let files = set.units.iter().map(|it| input.plan.rules(*it));
    // One rule that vmalert refuses would keep it from loading any.
    let (native, known): (Vec<RuleFile>, Vec<RuleFile>) = files.partition(is_native);
    let mut about = ABOUT.to_owned();
    if !native.is_empty() {
        let names: Vec<&str> = native.iter().map(|it| it.name.as_str()).collect();
        about += "\n# Left out, because VictoriaMetrics has no native histograms: ";
        about += &names.join(", ");
        about.push('.');
    }
    let groups: Vec<GroupDocument> = known.into_iter().flat_map(|it| delayed(it, first)).collect();
    let path = format!("{RULES}/victoria/{}.yaml", set.name);
    (!groups.is_empty() || !native.is_empty()).then(|| yaml::file(input, path, &about, &Document { groups }))
}

/// Whether any rule asks a native histogram for its parts.
fn is_native(file: &RuleFile) -> bool {
    let mut native = false;
    for rule in file.groups.iter().flat_map(|it| &it.rules) {
        let (Rule::Record { expr, .. } | Rule::Alert { expr, .. }) = rule;
        expr.walk(&mut |it| {
            native |= matches!(it, Expr::Call("histogram_count" | "histogram_sum" | "histogram_fraction", _));
        });
    }
    native
}

/// Splits the groups of one unit by how long their rules must wait.
fn delayed(file: RuleFile, first: Duration) -> Vec<GroupDocument> {
    // What was recorded, and when it is visible for a moment, counted from that moment.
    let mut visible: BTreeMap<String, Duration> = BTreeMap::new();
    let mut split = Vec::new();
    for whole in file.groups {
        let mut parts: BTreeMap<Duration, Vec<Rule>> = BTreeMap::new();
        for mut rule in whole.rules {
            if let Rule::Record { expr, .. } = &mut rule {
                *expr = compile::punctual(expr.clone());
            }
            let delay = wait(&rule, &visible, first, whole.every);
            if let Rule::Record { name, .. } = &rule {
                let seen = visible.entry(name.clone()).or_default();
                *seen = (*seen).max(delay + whole.every + VISIBLE_AFTER);
            }
            parts.entry(delay).or_default().push(rule);
        }
        for (number, (delay, rules)) in parts.into_iter().enumerate() {
            let name = format!("{}:{number}", whole.name);
            let part = group(Group { name, every: whole.every, rules }, None);
            split.push(part.delayed(duration::text(delay)));
        }
    }
    split
}

/// Returns how long a rule must wait for what it reads. A group begins anywhere in its interval, so what is due
/// may come a whole interval later.
fn wait(rule: &Rule, visible: &BTreeMap<String, Duration>, first: Duration, every: Duration) -> Duration {
    let (Rule::Record { expr, .. } | Rule::Alert { expr, .. }) = rule;
    let after = |metric: &str| match visible.get(metric) {
        Some(seen) => *seen,
        // By its colons a recorded series is told from an exported one.
        None if metric.contains(':') => first + (every + VISIBLE_AFTER) * FOREIGN,
        None => first,
    };
    expr.selectors().into_iter().map(|it| after(it.metric.as_str())).fold(first, Duration::max)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sla_model::names::slo;

    use super::*;

    #[test]
    fn pages_come_as_late_as_the_documentation_says() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let model = sla_spec::open(&path.join("examples/kinds/sla.yaml"), &BTreeMap::new()).unwrap().model;
        let plan = compile::plan(&model);
        let mut delays = std::collections::BTreeSet::new();
        for unit in plan.units() {
            for part in delayed(plan.rules(unit), DELAY_MIN) {
                let text = yaml::body(&part);
                if text.contains("alert: SloBurn") {
                    let delay = text.lines().find_map(|it| it.strip_prefix("eval_delay: ")).unwrap();
                    delays.insert(delay.to_owned());
                }
            }
        }
        assert_eq!(delays.into_iter().collect::<Vec<_>>(), ["4m", "4m35s", "6m20s"]);
        let documentation = std::fs::read_to_string(path.join("docs/scale.md")).unwrap();
        for said in ["4 minutes to 4 minutes 35 s later", "composite 6 minutes 20 s"] {
            assert!(documentation.contains(said), "docs/scale.md does not say {said:?}");
        }
    }

    /// The delay of every recorded series of an objective, by name.
    fn delays(objective: &str) -> BTreeMap<String, Duration> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/kinds/sla.yaml");
        let model = sla_spec::open(&path, &BTreeMap::new()).unwrap().model;
        let plan = compile::plan(&model);
        let unit = plan.units().into_iter().find(|it| it.name() == objective).unwrap();
        let mut found = BTreeMap::new();
        let mut visible = BTreeMap::new();
        for group in plan.rules(unit).groups {
            for rule in group.rules {
                let delay = wait(&rule, &visible, DELAY_MIN, group.every);
                if let Rule::Record { name, .. } = rule {
                    visible.insert(name.clone(), delay + group.every + VISIBLE_AFTER);
                    found.insert(name, delay);
                }
            }
        }
        found
    }

    #[test]
    fn what_is_read_was_recorded_for_the_same_moment() {
        let step = Duration::from_secs(35);
        let delays = delays("by-latency");
        let expected = [
            ("slo:events:rate5m", 0),
            ("slo:errors:rate5m", 1),
            ("slo:events:increase5m", 1),
            ("slo:errors:increase5m", 2),
            ("slo:events:increase1h", 1),
            ("slo:error_ratio:rate1h", 3),
        ];
        for (name, steps) in expected {
            assert_eq!(delays[name], DELAY_MIN + step * steps, "{name}");
        }
    }

    #[test]
    fn a_composite_waits_for_its_components() {
        let composite = delays("by-worst")[slo::COMPOSITE];
        let component = delays("by-bad-events");
        for name in ["slo:events:rate5m", "slo:errors:rate5m"] {
            assert!(composite >= component[name] + Duration::from_secs(35), "{name}");
        }
    }
}
