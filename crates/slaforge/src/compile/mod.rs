//! Model to plan. Pure and total: a checked model always compiles.

mod absence;
mod alike;
mod base;
mod board;
mod burn;
mod calendar;
mod case;
mod cause;
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

pub use alike::{Cast, StandIn, kinds};
use sla_model::{Model, Pace, objective::Objective};

use crate::plan::{Board, CaseFile, Collection, Group, Job, Routing, RuleFile};

pub use calendar::PERIOD;
pub use tile::{HOUR, punctual};

/// The name of the rule file that belongs to no objective.
pub const PLATFORM: &str = "sla-platform";

/// Returns the alerts of objectives, with what each says.
pub fn alerts() -> [(&'static str, &'static str); 4] {
    [
        (burn::ALERT, "held in the database, so that a restart of Prometheus releases nothing early"),
        (absence::VANISHED, "counted within the last day, and not any more"),
        (absence::NEVER_SEEN, "not counted within the last day, and not now"),
        (absence::IDLE, "everything is there, but nothing happens"),
    ]
}

/// Whose rules stand together: they read each other, and nobody else's but a composite's components.
#[derive(Clone, Copy, Debug)]
pub enum Unit<'m> {
    /// The rules of one objective.
    Objective(&'m Objective),
    /// The rules of everything that is no objective.
    Platform,
}

impl<'m> Unit<'m> {
    /// Returns the name, unique in a specification.
    pub fn name(self) -> &'m str {
        match self {
            Self::Objective(objective) => objective.id.as_str(),
            Self::Platform => PLATFORM,
        }
    }
}

/// Everything that a specification becomes. Each part is compiled when it is asked for: the rules of ten thousand
/// objectives take gigabytes, and nobody needs them at once.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'m> {
    model: &'m Model,
    pace: Pace,
}

/// Returns the plan of a specification, with nominal durations.
pub fn plan(model: &Model) -> Plan<'_> {
    Plan { model, pace: Pace::REAL }
}

impl<'m> Plan<'m> {
    /// Returns the plan with everything that judges or schedules divided by the pace.
    pub fn at(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// Returns whose rules there are, objectives by name and then the platform.
    pub fn units(self) -> Vec<Unit<'m>> {
        self.model.objectives.values().map(Unit::Objective).chain([Unit::Platform]).collect()
    }

    /// Returns the unit of this name.
    pub fn unit(self, name: &str) -> Option<Unit<'m>> {
        if name == PLATFORM {
            return Some(Unit::Platform);
        }
        self.model.objectives.values().find(|it| it.id.as_str() == name).map(Unit::Objective)
    }

    /// Compiles the rules of one unit.
    pub fn rules(self, unit: Unit<'_>) -> RuleFile {
        let nominal = match unit {
            Unit::Objective(it) => objective(self.model, it),
            Unit::Platform => platform(self.model),
        };
        nominal.at(self.pace)
    }

    /// Compiles what the rules of one unit must do. Cases prove the nominal rules: at another pace there are none.
    pub fn cases(self, unit: Unit<'_>) -> CaseFile {
        let cases = if self.pace == Pace::REAL { case::cases(self.model, unit) } else { Vec::new() };
        CaseFile { name: unit.name().to_owned(), cases }
    }

    /// Compiles what Prometheus scrapes and whom it tells.
    pub fn collection(self) -> Collection {
        collection(self.model).at(self.pace)
    }

    /// Compiles who is told of what.
    pub fn routing(self) -> Routing {
        route::routing(self.model).at(self.pace)
    }

    /// Compiles the dashboards. They ask for nothing that no rule gives, so every rule is compiled once for them.
    pub fn boards(self) -> Vec<Board> {
        let given = self.of_kinds(board::Given::of).into_iter().map(|it| it.0);
        let given = given.reduce(board::Given::with).unwrap_or_default();
        vec![board::overview(self.model, &given).at(self.pace)]
    }
}

fn objective(model: &Model, objective: &Objective) -> RuleFile {
    let mut rules = base::rules(model, objective);
    rules.extend(tile::rules(model, objective));
    rules.extend(window::rules(model, objective));
    rules.extend(burn::rules(model, objective));
    rules.extend(absence::rules(model, objective));
    let fast = Group { name: group_name(objective), every: model.interval(), rules };
    let period = period::group(model, objective);
    RuleFile { name: objective.id.to_string(), groups: vec![fast, period] }
}

fn group_name(objective: &Objective) -> String {
    format!("slo-{}", objective.id)
}

fn platform(model: &Model) -> RuleFile {
    let mut rules: Vec<_> = calendar::offset_rule(model).into_iter().collect();
    rules.extend(state::rules(model));
    rules.extend(limit::rules(model));
    rules.extend(presence::rules(model));
    let mut groups = vec![Group { name: PLATFORM.to_owned(), every: model.interval(), rules }];
    let moved = calendar::moved_rules(model);
    if !moved.is_empty() {
        groups.push(Group { name: period::of_group(PLATFORM), every: period::EVERY, rules: moved });
    }
    RuleFile { name: PLATFORM.to_owned(), groups }
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
