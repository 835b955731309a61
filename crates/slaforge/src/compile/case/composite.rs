//! Tests of composites: what several objectives become, from the series that their components record.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{
    id::ObjectiveId,
    indicator::{Composite, Indicator},
    names::slo,
    selector::Selector,
};

use super::{between, edge::Edge, firing, late, near, sample, silent, value};
use crate::{
    compile::{
        absence::{IDLE, NEVER_SEEN, VANISHED},
        burn as rule,
        labels::{recorded, split},
        tile::HOUR,
        trace::{at, samples},
    },
    plan::Case,
    promql::build::{equal, select, sum},
};

/// Five-minute slices in an hour.
const SLICES: u32 = 12;

/// How long the components are busy, and then quiet.
const STRETCH: Duration = Duration::from_mins(40);

impl Edge<'_> {
    /// Returns the case of a composite. Its components are fed as they are recorded: their rules stand in other files.
    pub fn composite(&self) -> Option<Case> {
        let Indicator::Composite(composite) = &self.objective.indicator else { return None };
        let weights: Vec<(&ObjectiveId, Decimal)> = match composite {
            Composite::Worst(names) => names.iter().map(|it| (it, Decimal::ONE)).collect(),
            Composite::Weighted(names) => names.iter().map(|(name, weight)| (name, *weight)).collect(),
        };
        let is_worst = matches!(composite, Composite::Worst(_));
        // The first fails at a quarter, the next at half of that, and so on; events differ, and decide nothing.
        let shares: Vec<Decimal> =
            (1..).map(|it| Decimal::ONE / Decimal::from(4 * it)).take(weights.len()).collect();
        let combined = |from: usize| {
            let some = || weights.iter().zip(&shares).skip(from);
            if is_worst {
                return some().map(|it| *it.1).max().unwrap_or_default();
            }
            let weighed: Decimal = some().map(|((_, weight), share)| weight * share).sum();
            weighed / some().map(|it| it.0.1).sum::<Decimal>()
        };
        let hour = samples(HOUR) + samples(Duration::from_mins(5));
        let quiet = samples(Duration::from_mins(5));
        let mut series = Vec::new();
        for (k, ((name, _), share)) in weights.iter().zip(&shares).enumerate() {
            let events = Decimal::from(40 * (k + 1));
            let after = if k == 0 && weights.len() > 1 { Decimal::ZERO } else { events };
            series.extend(self.component(name, slo::EVENTS_RATE, [events, after], [hour, quiet]));
            let errors = [events * share, after * share];
            series.extend(self.component(name, slo::ERRORS_RATE, errors, [hour, quiet]));
        }
        let ratio = || sum(select(&self.recorded(&slo::error_ratio("5m"))));
        let bad = sum(select(&self.recorded(&slo::errors("1h"))));
        let (all, slices) = (combined(0), Decimal::from(SLICES));
        let mut checks = vec![
            near(at(hour - 1), ratio(), all),
            between(at(hour - 1), bad, all * (slices - Decimal::ONE), all * (slices + Decimal::new(1, 2))),
        ];
        if weights.len() > 1 {
            checks.push(near(at(hour + quiet), ratio(), combined(1)));
        }
        if let Some((burn, _)) = self.objective.burns().first()
            && burn.threshold(self.objective.target) < all * Decimal::new(9, 1)
            && burn.long <= HOUR
        {
            let mut alerts = rule::firing(self.model, self.objective);
            alerts.matchers.push(equal("burn", &burn.name));
            checks.push(firing(at(hour - 1), &alerts, Some(1)));
        }
        Some(self.case(
            "components that fail at known shares make one ratio, and one without traffic takes no part",
            "a busy component would outweigh the others, or an idle one would count as good",
            series,
            checks,
        ))
    }

    /// Returns the case of a composite whose components all become idle.
    pub fn idle_composite(&self) -> Option<Case> {
        let Indicator::Composite(composite) = &self.objective.indicator else { return None };
        let (busy, end) = (samples(STRETCH), at(samples(STRETCH) * 2));
        let mut series = Vec::new();
        for name in composite.components() {
            let lasting = [busy + 1, busy + 1];
            series.extend(self.component(name, slo::EVENTS_RATE, [Decimal::ONE, Decimal::ZERO], lasting));
            series.extend(self.component(name, slo::ERRORS_RATE, [Decimal::ZERO; 2], lasting));
        }
        let idle_seen = self.objective.idle_for() + late(self.model) < STRETCH;
        let idle = self.objective.idle_tier().filter(|_| idle_seen).map(|_| 1);
        let now = |name: &str| sum(select(&self.recorded(name)));
        Some(self.case(
            "while all that it is made of is idle, it is idle and not gone",
            "a quiet night would be told as vanished data, and cut a hole into what was observed",
            series,
            vec![
                value(end, now(slo::EVENTS_RATE), Some(Decimal::ZERO)),
                value(end, now(slo::ERRORS_RATE), Some(Decimal::ZERO)),
                value(end, now(slo::COMPOSITE), None),
                silent(end, &self.alerts(VANISHED), Duration::ZERO),
                silent(end, &self.alerts(NEVER_SEEN), Duration::ZERO),
                firing(end, &self.alerts(IDLE), idle),
            ],
        ))
    }

    /// A recorded series of a component, with one value for a stretch and another for the next.
    fn component(
        &self,
        name: &ObjectiveId,
        metric: &str,
        values: [Decimal; 2],
        lasting: [u32; 2],
    ) -> Option<(Selector, String)> {
        let component = self.model.objectives.get(name)?;
        let series = sample::split(recorded(self.model, component, metric), split(component));
        let stretch = |k: usize| format!("{}+0x{}", values[k].normalize(), lasting[k] - 1);
        Some((series, format!("{} {}", stretch(0), stretch(1))))
    }
}
