//! What is explained of an objective, as data: the text and the JSON say the same.

use std::time::Duration;

use rust_decimal::Decimal;
use serde::Serialize;
use sla_model::{
    Model,
    burn::{BAD_EVENTS_MIN, Burn, Urgency},
    duration,
    indicator::{BASE_WINDOW, Judged},
    objective::Objective,
    share::Share,
};

use super::cost::{self, Samples};
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
    /// When somebody is told.
    pub tiers: Vec<Tier>,
    /// What a total failure at one event a minute takes until the fastest tier fires, where a minimum counts.
    pub at_one_a_minute: Option<String>,
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
    /// How many times faster than allowed.
    pub factor: String,
    /// Above this share of bad events in both windows.
    pub threshold: String,
    /// How long until it fires, by the share that fails, with a full window of clean traffic before.
    pub fires: Vec<(String, Option<String>)>,
    /// How long after the last bad event of a total failure it is released.
    pub released: String,
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
    /// Samples of recorded series that one evaluation reads, per combination of labels.
    pub samples_recorded: u64,
    /// Samples of raw series that one evaluation reads, for each series found.
    pub samples_per_raw_series: u64,
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
    /// Samples of recorded series that it reads.
    pub samples_recorded: u64,
    /// Samples that it reads of each raw series.
    pub samples_per_raw_series: u64,
}

/// Shares of failure for which the time to fire is told.
const DEPTHS: [i64; 4] = [100, 50, 10, 1];

/// Returns what there is to say of an objective.
pub fn facts(model: &Model, objective: &Objective) -> Facts {
    let budget = objective.target.rest();
    let minutes = duration::seconds(objective.window.length()) / Decimal::from(60) * budget.decimal();
    let rules = compile::plan(model).rules(compile::Unit::Objective(objective));
    let english = |it: &sla_model::text::Text| model.language.pick(it, " / ");
    Facts {
        objective: objective.id.to_string(),
        title: english(&objective.title),
        module: objective.module.to_string(),
        counts: super::counts::words(&objective.indicator),
        by: objective.by.iter().map(ToString::to_string).collect(),
        target: objective.target.to_string(),
        window: words::period(objective.window).en,
        budget: budget.to_string(),
        budget_minutes: minutes.round_dp(1).normalize().to_string(),
        tiers: objective.burns().iter().map(|(burn, id)| tier(objective, burn, &model.tiers[*id])).collect(),
        at_one_a_minute: at_one_a_minute(objective),
        groups: rules.groups.iter().map(|it| formulas(model, it)).collect(),
    }
}

fn tier(objective: &Objective, burn: &Burn, tier: &sla_model::tier::Tier) -> Tier {
    let share = |percent: i64| Share::new(Decimal::new(percent, 2));
    let fires = |percent: i64| {
        let found = match objective.indicator.judged() {
            Judged::Events | Judged::Time => burn.detection(objective.target, share(percent), burn.long),
            Judged::Slices => {
                let all = percent == 100;
                all.then(|| BASE_WINDOW + burn.detection_in_slices(objective.target, BASE_WINDOW))
            }
        };
        (share(percent).to_string(), found.map(rounded))
    };
    let spend = objective.spends.iter().find(|it| it.within == burn.long && it.urgency == burn.urgency);
    let seconds = duration::seconds(objective.window.length()) / burn.factor;
    let lasts = u64::try_from(seconds.floor()).unwrap_or(u64::MAX);
    let released = match burn.urgency {
        Urgency::Page => rounded(objective.released(burn, tier, share(100))),
        Urgency::Ticket => rounded(burn.linger(objective.target, share(100)) + objective.hold(tier)),
    };
    Tier {
        name: tier.id.to_string(),
        urgency: match burn.urgency {
            Urgency::Page => "page",
            Urgency::Ticket => "ticket",
        },
        burn: burn.name.clone(),
        short: duration::text(burn.short),
        spends: spend.map_or_else(String::new, |it| it.budget.to_string()),
        factor: burn.factor.normalize().to_string(),
        threshold: Share::new(burn.threshold(objective.target)).to_string(),
        fires: DEPTHS.into_iter().map(fires).collect(),
        released,
        lasts: rounded(Duration::from_secs(lasts)),
    }
}

/// A duration that people can grasp: whole seconds below ten minutes, else whole minutes, above two days hours.
fn rounded(time: Duration) -> String {
    let seconds = time.as_millis().div_ceil(1000);
    let step = match seconds {
        0..600 => 1,
        600..172_800 => 60,
        _ => 3600,
    };
    duration::text(Duration::from_secs(u64::try_from(seconds.div_ceil(step) * step).unwrap_or(u64::MAX)))
}

fn at_one_a_minute(objective: &Objective) -> Option<String> {
    if !objective.indicator.counts_events() {
        return None;
    }
    let burns = objective.burns();
    let (fast, _) = burns.first()?;
    let needed = fast.detection(objective.target, Share::new(Decimal::ONE), fast.long)?;
    Some(rounded(needed.max(Duration::from_mins(u64::from(BAD_EVENTS_MIN)))))
}

fn formulas(model: &Model, group: &Group) -> Formulas {
    let rules: Vec<Formula> = group.rules.iter().map(|it| formula(model, it)).collect();
    let writes = group.rules.iter().filter(|it| matches!(it, Rule::Record { .. })).count();
    Formulas {
        group: group.name.clone(),
        every: duration::text(group.every),
        samples_recorded: rules.iter().map(|it| it.samples_recorded).sum(),
        samples_per_raw_series: rules.iter().map(|it| it.samples_per_raw_series).sum(),
        writes,
        rules,
    }
}

fn formula(model: &Model, rule: &Rule) -> Formula {
    let Samples { recorded, raw } = cost::of_rule(rule, model.interval());
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
        samples_per_raw_series: raw,
    }
}
