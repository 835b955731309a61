//! Targets that cannot be scraped: what nobody sees must be an alert of its own.

use std::time::Duration;

use sla_model::{Model, id::TierId, scrape::Scrape};

use super::{labels::alert, notes::notes};
use crate::{
    plan::Rule,
    promql::build::{aggregate, number, select, series},
    words,
};

/// The name of the alert.
pub const ALERT: &str = "TargetDown";

/// How long every scrape must fail: long enough for a restart.
pub const PENDING: Duration = Duration::from_mins(1);

/// Returns the alert of every job whose silence somebody must hear of.
pub fn rules(model: &Model) -> Vec<Rule> {
    let jobs = model.scrapes.values().filter_map(|it| it.down.as_ref().map(|tier| (it, tier)));
    jobs.map(|(scrape, tier)| alert_rule(model, scrape, tier)).collect()
}

fn alert_rule(model: &Model, scrape: &Scrape, tier: &TierId) -> Rule {
    let tier = &model.tiers[tier];
    let job = scrape.id.as_str();
    let mut labels = alert(model, tier, &scrape.module);
    labels.insert("job", job.to_owned());
    let summary = words::target_down_summary(tier, job);
    let description = words::target_down_description(job);
    Rule::Alert {
        name: ALERT,
        labels,
        notes: notes(model, tier, &scrape.module, &summary, &description),
        expr: aggregate("max", &["job"], select(&series("up", &[("job", job)]))).equals(number(0)),
        pending: PENDING,
    }
}
