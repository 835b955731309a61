//! Model to plan. Pure and total: a checked model always compiles.

mod absence;
mod base;
mod board;
mod burn;
mod calendar;
mod case;
mod host;
mod labels;
mod limit;
mod notes;
mod period;
mod presence;
mod route;
mod state;
#[cfg(test)]
mod tests;
mod tile;
mod trace;
mod window;

pub use absence::IDLE_FOR;
use sla_model::Model;

use crate::plan::{Collection, Group, Job, Plan, RuleFile};

/// The name of the rule file that belongs to no objective.
pub const PLATFORM: &str = "sla-platform";

/// Returns everything that the specification becomes, with nominal durations.
pub fn plan(model: &Model) -> Plan {
    let mut rules: Vec<RuleFile> = model.objectives.values().map(|it| objective(model, it)).collect();
    rules.push(platform(model));
    let boards = vec![board::overview(model, &rules)];
    Plan {
        rules,
        collection: collection(model),
        routing: route::routing(model),
        boards,
        cases: case::files(model),
    }
}

fn objective(model: &Model, objective: &sla_model::objective::Objective) -> RuleFile {
    let mut rules = base::rules(model, objective);
    rules.extend(tile::rules(model, objective));
    rules.extend(window::rules(model, objective));
    rules.extend(burn::rules(model, objective));
    rules.extend(absence::rules(model, objective));
    let fast = Group { name: format!("slo-{}", objective.id), every: model.interval(), rules };
    let period = period::group(model, objective);
    RuleFile { name: objective.id.to_string(), groups: vec![fast, period] }
}

fn platform(model: &Model) -> RuleFile {
    let mut rules: Vec<_> = calendar::zone_rule(model).into_iter().collect();
    rules.extend(state::rules(model));
    rules.extend(limit::rules(model));
    rules.extend(presence::rules(model));
    let group = Group { name: PLATFORM.to_owned(), every: model.interval(), rules };
    RuleFile { name: PLATFORM.to_owned(), groups: vec![group] }
}

fn collection(model: &Model) -> Collection {
    let job = |it: &sla_model::scrape::Scrape| Job {
        name: it.id.to_string(),
        every: it.every,
        targets: it.targets.clone(),
    };
    Collection {
        interval: model.interval(),
        jobs: model.scrapes.values().map(job).collect(),
        alertmanagers: model.alertmanagers.clone(),
    }
}
