//! What is explained of an objective, as data: the text and the JSON say the same.

use std::{collections::BTreeMap, time::Duration};

use rust_decimal::Decimal;
use serde::Serialize;
use sla_model::{
    Model,
    burn::{BAD_EVENTS_MIN, Burn, Urgency},
    duration,
    indicator::Judged,
    objective::Objective,
    share::{self, Share},
    window::Window,
};

use super::{
    cost::{Cost, Samples},
    timing::{Alone, Fires, Timing, rounded},
};
use crate::{
    compile,
    plan::{Group, Rule},
    words,
};

/// Everything that is explained.
#[derive(Serialize)]
pub struct Facts {
    /// The name.
    pub objective: String,
    /// What people call it.
    pub title: String,
    /// Who answers for it.
    pub module: String,
    /// What is counted.
    pub counts: String,
    /// The labels that split it.
    pub by: Vec<String>,
    /// The promise, in percent.
    pub target: String,
    /// The period.
    pub window: String,
    /// What may go wrong, in percent.
    pub budget: String,
    /// The same as minutes of total failure.
    pub budget_minutes: String,
    /// Of which length these are, where periods differ: the longest.
    pub budget_days: Option<u64>,
    /// What a share of failure is a share of.
    pub judged: &'static str,
    /// How often single events come, where the specification says it.
    pub every: Option<String>,
    /// How long after an event it may be counted; in all times.
    pub seen: String,
    /// So few bad events never fire a tier, where single events are counted.
    pub bad_events_min: Option<u32>,
    /// When somebody is told.
    pub tiers: Vec<Tier>,
    /// Every formula, with what it costs.
    pub groups: Vec<Formulas>,
}

/// One burn tier.
#[derive(Serialize)]
pub struct Tier {
    /// The tier of the process: its name.
    pub name: String,
    /// `page` or `ticket`.
    pub urgency: &'static str,
    /// The long window, which is its `burn` label.
    pub burn: String,
    /// The short window.
    pub short: String,
    /// The share of the whole budget that is spent then.
    pub spends: String,
    /// The share of 30 days' budget that this is, where the window is longer: so it is written in `burns`.
    pub spends_of_30d: Option<String>,
    /// How many times faster than allowed.
    pub factor: String,
    /// Above this share of bad events in both windows.
    pub threshold: String,
    /// How long until it fires at the latest, by the share that fails, with a full window of clean traffic before.
    pub fires: Vec<Fires>,
    /// How long after the last bad event of a total failure it is released; nothing where that does not fire it.
    pub released: Option<String>,
    /// The same of one event a minute and a total failure, where events are taken to be many.
    pub at_one_a_minute: Option<String>,
    /// Where pages come first: when a ticket comes alone.
    pub alone: Option<Alone>,
    /// How long the budget of the whole period lasts at this speed.
    pub lasts: String,
}

/// The formulas of a group.
#[derive(Serialize)]
pub struct Formulas {
    /// The group.
    pub group: String,
    /// How often it is evaluated.
    pub every: String,
    /// Samples of recorded series that one evaluation reads at most, per combination of labels.
    pub samples_recorded: u64,
    /// Samples that one evaluation reads of each series that a selector finds.
    pub samples_of_each: BTreeMap<String, u64>,
    /// Series that one evaluation writes, per combination of labels.
    pub writes: usize,
    /// The formulas in order.
    pub rules: Vec<Formula>,
}

/// One formula.
#[derive(Serialize)]
pub struct Formula {
    /// What it records, or the alert.
    pub name: String,
    /// What it says, in words.
    pub about: &'static str,
    /// The expression.
    pub expr: String,
    /// Samples of recorded series that it reads at most, per combination of labels.
    pub samples_recorded: u64,
    /// Samples that it reads of each series that a selector finds.
    pub samples_of_each: BTreeMap<String, u64>,
}

/// Shares of failure for which the time to fire is told, in percent.
const DEPTHS: [i64; 4] = [100, 50, 10, 1];

/// Returns what there is to say of an objective.
pub fn facts(model: &Model, objective: &Objective) -> Facts {
    let budget = objective.target.rest();
    let length = objective.window.length();
    let minutes = duration::seconds(length) / Decimal::from(60) * budget.decimal();
    let rules = compile::plan(model).rules(compile::Unit::Objective(objective));
    let timing = Timing::of(model, objective, &rules.groups);
    let burns = objective.burns();
    let cost = Cost { model, objective };
    Facts {
        objective: objective.id.to_string(),
        title: model.language.pick(&objective.title, " / "),
        module: objective.module.to_string(),
        counts: super::counts::words(&objective.indicator),
        by: objective.by.iter().map(ToString::to_string).collect(),
        target: objective.target.to_string(),
        window: words::period(objective.window).en,
        budget: budget.to_string(),
        budget_minutes: minutes.round_dp(1).normalize().to_string(),
        budget_days: matches!(objective.window, Window::Calendar(_))
            .then(|| length.as_secs() / duration::DAY.as_secs()),
        judged: match objective.indicator.judged() {
            Judged::Events => "events",
            Judged::Slices => "slices",
            Judged::Time => "time",
        },
        every: timing.every.map(duration::text),
        seen: duration::text(timing.seen),
        bad_events_min: objective.indicator.counts_events().then_some(BAD_EVENTS_MIN),
        tiers: burns.iter().map(|(burn, id)| tier(objective, &timing, burn, &model.tiers[*id])).collect(),
        groups: rules.groups.iter().map(|it| formulas(cost, it)).collect(),
    }
}

fn tier(objective: &Objective, timing: &Timing<'_>, burn: &Burn, tier: &sla_model::tier::Tier) -> Tier {
    let share = |percent: i64| Share::new(Decimal::new(percent, 2));
    let total = share(100);
    let fires: Vec<Fires> = DEPTHS.into_iter().map(|it| timing.fires(burn, share(it))).collect();
    let plenty = objective.indicator.counts_events() && timing.every.is_none();
    let quiet = plenty.then(|| timing.at(Duration::from_mins(1)).fires(burn, total).after).flatten();
    let spends = burn.spends(objective.window);
    let written = objective.spends.iter().find(|it| it.within == burn.long && it.urgency == burn.urgency);
    let written = written.map(|it| it.budget).filter(|it| *it != spends);
    let is_ticket = burn.urgency == Urgency::Ticket;
    Tier {
        name: tier.id.to_string(),
        urgency: if is_ticket { "ticket" } else { "page" },
        burn: burn.name.clone(),
        short: duration::text(burn.short),
        spends: spends.brief(),
        spends_of_30d: written.map(Share::brief),
        factor: share::brief(burn.factor).to_string(),
        threshold: Share::new(burn.threshold(objective.target)).brief(),
        released: fires[0].after.is_some().then(|| rounded(timing.released(burn, tier, total))),
        at_one_a_minute: quiet,
        alone: if is_ticket && fires.iter().any(|it| it.paged) { timing.alone(burn, tier) } else { None },
        fires,
        lasts: duration::text(burn.lasts(objective.window)),
    }
}

fn formulas(cost: Cost<'_>, group: &Group) -> Formulas {
    let rules: Vec<Formula> = group.rules.iter().map(|it| formula(cost, it)).collect();
    let writes = group.rules.iter().filter(|it| matches!(it, Rule::Record { .. })).count();
    let all = group.rules.iter().map(|it| cost.of_rule(it)).fold(Samples::default(), Samples::plus);
    Formulas {
        group: group.name.clone(),
        every: duration::text(group.every),
        samples_recorded: all.recorded,
        samples_of_each: all.each,
        writes,
        rules,
    }
}

fn formula(cost: Cost<'_>, rule: &Rule) -> Formula {
    let Samples { recorded, each } = cost.of_rule(rule);
    let (name, expr) = match rule {
        Rule::Record { name, labels, expr } => {
            let burn = labels.get("burn").map_or_else(String::new, |it| format!("{{burn=\"{it}\"}}"));
            (format!("{name}{burn}"), expr)
        }
        Rule::Alert { name, labels, expr, .. } => {
            let burn = labels.get("burn").map_or_else(String::new, |it| format!(" {it}"));
            (format!("alert {name}{burn}"), expr)
        }
    };
    Formula {
        about: super::about::of(&name),
        name,
        expr: expr.lines(),
        samples_recorded: recorded,
        samples_of_each: each,
    }
}
