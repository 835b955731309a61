//! How far the rules' numbers are off the truth.

use sla_model::names::slo;

use super::{BUDGET, truth::Expected};
use crate::{backfill::server::Server, rule_file::Rule};

/// What the rules say of a period at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    events: Option<f64>,
    errors: Option<f64>,
    ratio: Option<f64>,
    remaining: Option<f64>,
    events_left: Option<f64>,
    minutes_left: Option<f64>,
    coverage: Option<f64>,
}

/// A look at one period beside one edge.
#[derive(Clone, Debug)]
pub struct Step {
    /// The edge.
    pub edge: String,
    /// How many minutes after it.
    pub minutes: i64,
    /// The period.
    pub period: &'static str,
    /// What is true; nothing where nothing can be known yet.
    pub expected: Option<Expected>,
    /// What the rules say.
    pub found: Found,
}

/// How far off one step is; nothing where there was no answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deviation {
    /// Events, in minutes of the traffic at that time.
    pub events_minutes: Option<f64>,
    /// Bad events, in minutes of the traffic at that time, were all of it bad as the budget allows.
    pub errors_minutes: Option<f64>,
    /// The error ratio, in percent of the budget.
    pub ratio: Option<f64>,
    /// What is left of the budget, in percent of it.
    pub remaining: Option<f64>,
    /// The same in events.
    pub events_left: Option<f64>,
    /// The same in minutes.
    pub minutes_left: Option<f64>,
    /// The observed share, in tiles of five minutes.
    pub coverage_tiles: Option<f64>,
}

/// Whether a rule records what is judged here.
pub fn asked(rule: &Rule) -> bool {
    let names =
        [slo::PERIOD_RATIO, slo::BUDGET_REMAINING, slo::EVENTS_LEFT, slo::MINUTES_LEFT, slo::COVERAGE];
    rule.record.as_deref().is_some_and(|it| names.contains(&it))
}

impl Found {
    /// Asks for everything that was recorded for a moment.
    pub async fn ask(server: &Server, period: &str, at_ms: i64) -> anyhow::Result<Self> {
        // Recorded exactly then: what was recorded for an earlier look is not meant.
        let ask = async |name: &str| {
            server.number(&format!("last_over_time({name}{{slo=\"{period}\"}}[1s])"), at_ms).await
        };
        Ok(Self {
            events: ask(&slo::events(&format!("_{period}"))).await?,
            errors: ask(&slo::errors(&format!("_{period}"))).await?,
            ratio: ask(slo::PERIOD_RATIO).await?,
            remaining: ask(slo::BUDGET_REMAINING).await?,
            events_left: ask(slo::EVENTS_LEFT).await?,
            minutes_left: ask(slo::MINUTES_LEFT).await?,
            coverage: ask(slo::COVERAGE).await?,
        })
    }

    /// Whether the rules say anything of the budget.
    fn is_silent(&self) -> bool {
        [self.events, self.ratio, self.remaining, self.events_left, self.minutes_left]
            .iter()
            .all(Option::is_none)
    }
}

impl Step {
    /// Whether the rules speak where something is known, and are silent where nothing is.
    pub fn speaks_when_it_should(&self) -> bool {
        self.expected.is_none() == self.found.is_silent()
    }

    /// Returns how far off the rules are.
    pub fn deviation(&self) -> Deviation {
        let (Some(it), found) = (&self.expected, &self.found) else { return Deviation::default() };
        let (all, bad) = (it.events.all as f64, it.events.bad as f64);
        let ratio = it.events.ratio();
        let off = |found: Option<f64>, expected: f64, unit: f64| found.map(|it| (it - expected).abs() / unit);
        let percent = |found, expected, whole: f64| off(found, expected, whole / 100.0);
        let (budget_events, budget_minutes) = (all * BUDGET, it.minutes * BUDGET);
        // Total failure at the mean traffic of a measured minute takes so long to make so many bad events.
        let spent_minutes = bad / (all / it.measured_minutes);
        Deviation {
            events_minutes: off(found.events, all, it.events_per_minute),
            errors_minutes: off(found.errors, bad, it.events_per_minute * BUDGET),
            ratio: percent(found.ratio, ratio, BUDGET),
            remaining: percent(found.remaining, 1.0 - ratio / BUDGET, 1.0),
            events_left: percent(found.events_left, budget_events - bad, budget_events),
            minutes_left: percent(found.minutes_left, budget_minutes - spent_minutes, budget_minutes),
            coverage_tiles: off(found.coverage, it.coverage, 1.0 / it.tiles),
        }
    }
}
