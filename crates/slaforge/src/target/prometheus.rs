//! Prometheus rule files. Thanos Ruler reads the same files.

use serde::Serialize;
use sla_spec::parallel;

use super::{
    File, Input, Out, RULES, RuleSet, Target, is_sharded,
    mold::Molds,
    rules::{GroupDocument, groups},
    yaml,
};
use crate::compile::Unit;

/// Rule files, one per objective and one for the platform, or shards of many objectives.
pub const TARGET: Target = Target {
    name: "prometheus",
    about: "recording and alerting rules, also for Thanos Ruler",
    default: true,
    // Also below folders of its own: whoever named such a file meant Prometheus to load it.
    owns: |path| path.starts_with("rules/") && path.ends_with(ENDING),
    render,
};

/// How the names of rule files end.
pub const ENDING: &str = ".rules.yaml";

/// What a rule file of many objectives is for.
const SHARDED: &str = "
# One of the shards that all objectives are spread over by name. Several Prometheis share them: each loads some
# shards and sla-platform.rules.yaml under `rule_files:`, and scrapes what those read (docs/scale.md).";

/// What a server must know to load the file.
const OFFSET: &str = "
# Its groups have `query_offset`: Prometheus 2.53 or newer.";

fn render(input: &Input<'_>, out: &Out<'_>) {
    let molds = Molds::new(input, unit);
    parallel::each(&input.sets, |it| file(input, &molds, it).into_iter().for_each(out));
}

/// Returns where the rule file of this name stands.
pub fn path(name: &str) -> String {
    format!("{RULES}/{name}{ENDING}")
}

#[derive(Serialize)]
struct Document {
    groups: Vec<GroupDocument>,
}

/// The key that every unit's text would begin with.
const KEY: &str = "groups:\n";

/// Returns the groups of one unit, without the key before them.
pub fn unit(input: &Input<'_>, unit: Unit<'_>) -> String {
    let groups = groups(input, &[unit]);
    let text = if groups.is_empty() { String::new() } else { yaml::body(&Document { groups }) };
    text.strip_prefix(KEY).unwrap_or_default().to_owned()
}

fn file(input: &Input<'_>, molds: &Molds<'_>, set: &RuleSet<'_>) -> Option<File> {
    let sharded = if is_sharded(input.model) && set.units.len() > 1 { SHARDED } else { "" };
    let offset = if input.query_offset().is_some() { OFFSET } else { "" };
    let mut text =
        yaml::header(input, &format!("Prometheus recording and alerting rules.{sharded}{offset}")) + KEY;
    let empty = text.len();
    molds.write(&set.units, &mut text);
    (text.len() > empty).then(|| File { path: path(&set.name), text })
}
