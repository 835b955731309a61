//! Rule files for Grafana Mimir's ruler, as `mimirtool rules load` and `sync` read them.

use serde::Serialize;
use sla_spec::parallel;

use super::{
    File, Input, Out, RULES, RuleSet, Target, is_in,
    rules::{GroupDocument, groups},
    yaml,
};

/// Rule files, one namespace each.
pub const TARGET: Target = Target {
    name: "mimir",
    about: "rule files for Grafana Mimir's ruler, for `mimirtool rules sync`",
    default: false,
    owns: |path| is_in(path, "rules/mimir", ".yaml"),
    render,
};

#[derive(Serialize)]
struct Document {
    namespace: String,
    groups: Vec<GroupDocument>,
}

fn render(input: &Input<'_>, out: &Out<'_>) {
    parallel::each(&input.sets, |it| file(input, it).into_iter().for_each(out));
}

fn file(input: &Input<'_>, set: &RuleSet<'_>) -> Option<File> {
    let groups = groups(input, &set.units);
    let most = groups.iter().map(GroupDocument::len).max()?;
    let offset = if input.query_offset().is_some() {
        "
# Its groups have `query_offset`: Mimir 2.13 or newer."
    } else {
        ""
    };
    // A group may not be cut: its rules read each other's results of the same moment.
    let about = format!(
        "Rules for Mimir's ruler. The tenant's limits must allow them: `ruler_max_rules_per_rule_group` at least {most}
# (Mimir's default is 20), `ruler_max_rule_groups_per_tenant` at least two per objective (default 70), and
# `max_total_query_length` and the blocks' retention the longest window.{offset}",
    );
    // mimirtool refuses a namespace that stands in two files.
    let namespace = format!("{}.{}", input.model.name, set.name);
    let document = Document { namespace, groups };
    Some(yaml::file(input, format!("{RULES}/mimir/{}.yaml", set.name), &about, &document))
}
