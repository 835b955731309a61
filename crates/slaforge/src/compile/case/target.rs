//! Tests of targets that cannot be scraped.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{Model, indicator::BASE_WINDOW, scrape::Scrape};

use super::{early, firing, late, silent};
use crate::{
    compile::{
        presence::{ALERT, MISSING, MISSING_PENDING, PENDING},
        trace::{STEP, Trace, at, samples},
    },
    plan::Case,
    promql::build::series,
};

const STRETCH: Duration = Duration::from_mins(10);

/// Returns a scenario for every job whose silence somebody must hear of.
pub fn cases(model: &Model) -> Vec<Case> {
    model.scrapes.values().filter(|it| it.down.is_some()).map(|it| case(model, it)).collect()
}

fn case(model: &Model, scrape: &Scrape) -> Case {
    let job = scrape.id.as_str();
    let stretch = samples(STRETCH);
    let up = Trace::from(1)
        .rise(Decimal::ZERO, stretch)
        .rise(Decimal::NEGATIVE_ONE, 1)
        .rise(Decimal::ZERO, stretch)
        .rise(Decimal::ONE, 1)
        .rise(Decimal::ZERO, stretch);
    let (down, back) = (at(stretch), at(stretch * 2 + 1));
    let end = at(stretch * 3 + 2);
    let alerts = |name| series("ALERTS", &[("alertname", name), ("alertstate", "firing"), ("job", job)]);
    let (alerts, missing) = (alerts(ALERT), alerts(MISSING));
    Case {
        name: format!(
            "{job}: one failed scrape stays silent, a dead target does not, nor one that nobody scrapes"
        ),
        why: "rules on a target that nobody can scrape stay silent for ever".to_owned(),
        interval: STEP,
        series: vec![(series("up", &[("job", job), ("instance", "a")]), up.notation())],
        checks: vec![
            firing(down + PENDING.saturating_sub(early(model)) + STEP, &alerts, None),
            firing(down + PENDING + late(model), &alerts, Some(1)),
            firing(back + late(model), &alerts, None),
            silent(end + MISSING_PENDING, &missing, Duration::ZERO),
            // The newest sample is remembered for five minutes.
            firing(end + BASE_WINDOW + MISSING_PENDING + late(model), &missing, Some(1)),
        ],
        ..Case::default()
    }
}
