//! Targets that cannot be scraped: what nobody sees must be an alert of its own.

use std::time::Duration;

use sla_model::{Model, id::TierId, scrape::Scrape};

use super::{labels::alert, notes::notes};
use crate::{
    plan::Rule,
    promql::{
        Expr,
        build::{aggregate, number, select, series},
    },
    words,
};

/// No instance can be scraped.
pub const ALERT: &str = "TargetDown";
/// Nothing tries any more: Prometheus knows no such job.
pub const MISSING: &str = "TargetMissing";

/// How long every scrape must fail: long enough for a restart.
pub const PENDING: Duration = Duration::from_mins(1);

/// How long a job must be unknown: a new one is scraped for the first time only after its interval. And a Prometheus
/// that starts looks for targets after five seconds, which no pace divides; at pace 60 these are ten.
pub const MISSING_PENDING: Duration = Duration::from_mins(10);

/// Returns the alerts of every job whose silence somebody must hear of.
pub fn rules(model: &Model) -> Vec<Rule> {
    let jobs = model.scrapes.values().filter_map(|it| it.down.as_ref().map(|tier| (it, tier)));
    jobs.flat_map(|(scrape, tier)| [ALERT, MISSING].map(|name| alert_rule(model, scrape, tier, name)))
        .collect()
}

fn alert_rule(model: &Model, scrape: &Scrape, tier: &TierId, name: &'static str) -> Rule {
    let tier = &model.tiers[tier];
    let job = scrape.id.as_str();
    let mut labels = alert(model, tier, &scrape.module);
    labels.insert("job", job.to_owned());
    let up = select(&series("up", &[("job", job)]));
    let ((summary, description), expr, pending) = match name {
        MISSING => (words::target_missing(tier, job), Expr::Call("absent", vec![up]), MISSING_PENDING),
        _ => (words::target_down(tier, job), aggregate("max", &["job"], up).equals(number(0)), PENDING),
    };
    let notes = notes(model, tier, &scrape.module, &summary, &description);
    Rule::Alert { name, labels, notes, expr, pending }
}
