//! Tests of the edges: what is gone, new, late, renamed or planned. Each says what would go wrong without it.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{
    Model,
    burn::{Burn, Urgency},
    indicator::{BASE_WINDOW, Judged},
    names::slo,
    objective::Objective,
    scrape::Scrape,
    selector::Selector,
    share::Share,
    tier::Tier,
};

use super::{
    early, firing,
    input::{self, Input, Phase, Start},
    late,
    objective::RAW_MAX,
    sample, silent, value,
};
use crate::{
    compile::{
        absence::{IDLE, NEVER_SEEN, NEVER_SEEN_FOR, VANISHED, VANISHED_FOR},
        burn as rule, cause,
        labels::{recorded, split},
        tile::HOUR,
        trace::{STEP, at, samples},
    },
    plan::{Case, Check},
    promql::build::{aggregate, equal, one_of, over_time, select, series, sum},
};

/// Events per sample.
pub const EVENTS: u32 = 1_000_000;

/// How long things go well, or wrong, before something happens.
pub const STRETCH: Duration = Duration::from_mins(40);

/// Returns the edges of an objective, as far as its series can be written as samples.
pub fn cases(model: &Model, objective: &Objective) -> Vec<Case> {
    let edge = Edge { model, objective };
    let mut cases = Vec::new();
    let told = objective.told().is_some();
    if told {
        cases.push(edge.never_seen());
    }
    cases.extend(edge.composite());
    cases.extend(edge.idle_composite());
    if edge.inputs(&[]).is_empty() {
        return cases;
    }
    if told {
        cases.push(edge.vanished());
        cases.extend(edge.target_down());
    }
    if objective.indicator.judged() == Judged::Events {
        cases.extend(edge.counts());
        cases.extend(edge.parts());
    }
    cases.push(edge.renamed());
    cases.extend(edge.maintenance());
    cases.extend(edge.late_evaluations());
    cases.push(edge.first_deployment());
    cases.extend(edge.calendar());
    let burns = objective.burns();
    if let Some((burn, tier)) = burns.first() {
        let tier = &model.tiers[*tier];
        cases.extend([edge.restarted(burn, tier), edge.two_servers(burn, tier)]);
        cases.extend(edge.blind(burn, tier));
    }
    let fed = |it: &Burn| it.urgency == Urgency::Ticket && it.long > RAW_MAX && it.short >= HOUR;
    let ticket = burns.iter().find(|it| fed(&it.0));
    cases.extend(ticket.and_then(|it| edge.ticket(&it.0)));
    cases
}

/// An objective whose edges are tested.
pub struct Edge<'m> {
    /// The whole specification.
    pub model: &'m Model,
    /// The objective.
    pub objective: &'m Objective,
}

/// A stretch without failures.
pub fn clean(count: u32) -> Phase {
    Phase(Decimal::from(EVENTS), Decimal::ZERO, count)
}

impl Edge<'_> {
    pub fn inputs(&self, phases: &[Phase]) -> Vec<Input> {
        input::series(self.objective, &Start { usual: clean(1), samples: 100 }, phases).unwrap_or_default()
    }

    pub fn recorded(&self, name: &str) -> Selector {
        recorded(self.model, self.objective, name)
    }

    /// One recorded series of the objective, with a value for each label that splits it.
    pub fn one(&self, name: &str) -> Selector {
        sample::split(self.recorded(name), split(self.objective))
    }

    pub fn alerts(&self, name: &str) -> Selector {
        let labels = [("alertname", name), ("alertstate", "firing"), ("sla", self.model.name.as_str())];
        let mut alerts = series("ALERTS", &labels);
        alerts.matchers.push(equal("slo", self.objective.id.as_str()));
        alerts
    }

    pub fn case(&self, name: &str, why: &str, series: Vec<(Selector, String)>, checks: Vec<Check>) -> Case {
        Case {
            name: format!("{}: {name}", self.objective.id),
            why: why.to_owned(),
            interval: STEP,
            series,
            checks,
            ..Case::default()
        }
    }

    pub fn notations(&self, phases: &[Phase]) -> Vec<(Selector, String)> {
        self.inputs(phases).into_iter().map(|it| (it.series, it.notation)).collect()
    }

    /// One instance of every job that could expose the objective's data.
    fn up(&self, notation: &str) -> Vec<(Selector, String)> {
        let sources = cause::sources(self.model, self.objective);
        let up = |it: &Scrape| series("up", &[("job", it.id.as_str()), ("instance", "any:1")]);
        sources.into_iter().map(|it| (up(it), notation.to_owned())).collect()
    }

    fn never_seen(&self) -> Case {
        let end = NEVER_SEEN_FOR + Duration::from_mins(2);
        self.case(
            "what was never seen is told, and is not taken for vanished",
            "an objective whose metric is misspelt looks like one without failures for ever",
            self.up(&format!("1+0x{}", samples(end))),
            vec![
                silent(
                    NEVER_SEEN_FOR.saturating_sub(early(self.model)),
                    &self.alerts(NEVER_SEEN),
                    Duration::ZERO,
                ),
                firing(end, &self.alerts(NEVER_SEEN), Some(1)),
                silent(end, &self.alerts(VANISHED), Duration::ZERO),
            ],
        )
    }

    fn vanished(&self) -> Case {
        let count = samples(STRETCH);
        // The last rate needs two samples; a gauge's mean needs one.
        let gone = at(count) + BASE_WINDOW;
        let end = gone + VANISHED_FOR + late(self.model);
        let mut series = self.notations(&[clean(count)]);
        series.extend(self.up(&format!("1+0x{}", samples(end + NEVER_SEEN_FOR))));
        self.case(
            "what vanishes is told, and is not taken for idle or never seen",
            "a metric that was renamed spends no budget: its objective is green and blind",
            series,
            vec![
                silent(at(count) + VANISHED_FOR, &self.alerts(VANISHED), Duration::ZERO),
                firing(end, &self.alerts(VANISHED), Some(1)),
                silent(end + NEVER_SEEN_FOR, &self.alerts(NEVER_SEEN), Duration::ZERO),
                silent(end + NEVER_SEEN_FOR, &self.alerts(IDLE), Duration::ZERO),
            ],
        )
    }

    fn target_down(&self) -> Option<Case> {
        let (count, after) = (samples(STRETCH), samples(STRETCH / 2));
        let mut inputs = self.notations(&[clean(count)]);
        let up = self.up(&format!("1+0x{} 0+0x{after}", count - 1));
        if up.is_empty() {
            return None;
        }
        inputs.extend(up);
        Some(self.case(
            "while its target is down, nothing is said to have vanished",
            "one fault would be told twice, and the second alert would send people after a renamed metric",
            inputs,
            vec![silent(at(count + after), &self.alerts(VANISHED), Duration::ZERO)],
        ))
    }

    fn renamed(&self) -> Case {
        let tiles = 6;
        let tile = |module: Option<&str>| {
            let mut tile = self.one(slo::EVENTS_TILE);
            tile.matchers.extend(module.map(|it| equal("module", it)));
            tile
        };
        let events = sum(select(&self.recorded(&slo::events("1d"))));
        let mut case = self.case(
            "a module that was renamed keeps its history",
            "recorded series that carry what may change fall apart into two histories, and windows over both fail",
            vec![
                (tile(Some("before")), format!("_ 100+0x{}", tiles - 1)),
                (tile(None), format!("_ _x{tiles} 100+0x{}", tiles - 1)),
            ],
            // The window of a day holds every one of them.
            vec![value(BASE_WINDOW * (tiles * 2), events, Some(Decimal::from(tiles * 2 * 100)))],
        );
        case.interval = BASE_WINDOW;
        case
    }

    /// What a restarted Prometheus finds: the condition as it was recorded, and then nothing for a while.
    fn restarted(&self, burn: &Burn, tier: &Tier) -> Case {
        let release = self.objective.release_after(tier);
        let lasting = 4;
        let mut condition = self.one(slo::BURNING);
        condition.matchers.push(equal("burn", &burn.name));
        let ratio = self.one(&slo::error_ratio("5m"));
        let hold = self.objective.hold(tier);
        // The first moment is that of an evaluation too: what is fed would stand beside what is computed.
        let ended = at(lasting + 1);
        let mut alerts = rule::firing(self.model, self.objective);
        alerts.matchers.push(equal("burn", &burn.name));
        let mut series = self.notations(&[clean(samples(ended + release * 2))]);
        series.extend([condition, ratio].map(|it| (it, format!("_ 0.9+0x{lasting}"))));
        self.case(
            "a restart of Prometheus releases nothing early",
            "a hold that lives in the alert's own state is lost with every restart: the page is released too soon",
            series,
            vec![
                firing((ended + hold).saturating_sub(early(self.model)), &alerts, Some(1)),
                firing(ended + release + late(self.model), &alerts, None),
            ],
        )
    }

    /// A total failure, and then nothing at all, as when the target dies of it.
    fn blind(&self, burn: &Burn, tier: &Tier) -> Option<Case> {
        let share = Share::new(Decimal::ONE);
        let seen = burn.detection(self.objective.target, share, STRETCH)?;
        let events = self.objective.indicator.judged() == Judged::Events;
        if burn.urgency != Urgency::Page || !events || seen > STRETCH {
            return None;
        }
        let (before, failing) = (samples(STRETCH), samples(seen + BASE_WINDOW));
        let phases = [clean(before), Phase(Decimal::from(EVENTS), Decimal::ONE, failing)];
        let gone = at(before + failing);
        let end = gone + BASE_WINDOW + self.objective.release_after(tier) * 2;
        let mut alerts = rule::firing(self.model, self.objective);
        alerts.matchers.push(equal("burn", &burn.name));
        Some(self.case(
            "a page stays while its data are gone",
            "the page of a target that died of its failure would be taken back, though nothing recovered",
            self.notations(&phases),
            vec![
                firing(gone, &alerts, Some(1)),
                Check {
                    at: end,
                    expr: aggregate("count", &[], over_time("changes", &alerts, end.saturating_sub(gone))),
                    labels: None,
                    expected: Some(Decimal::ONE),
                },
                firing(end, &alerts, Some(1)),
            ],
        ))
    }

    /// Of two servers that watch the same, each has its own external labels.
    fn two_servers(&self, burn: &Burn, tier: &Tier) -> Case {
        let mut condition = self.one(slo::BURNING);
        condition.matchers.push(equal("burn", &burn.name));
        let ratio = self.one(&slo::error_ratio("5m"));
        let lasting = 4;
        let mut asked = rule::firing(self.model, self.objective);
        asked.matchers.push(equal("burn", &burn.name));
        let mut told = self.one("ALERTS");
        let labels = [
            ("alertname", rule::ALERT),
            ("alertstate", "firing"),
            ("module", self.objective.module.as_str()),
            ("tier", tier.id.as_str()),
            ("severity", &tier.severity),
            ("burn", &burn.name),
        ];
        told.matchers.extend(labels.map(|(label, value)| equal(label, value)));
        let mut check = value(at(lasting), select(&asked), Some(Decimal::ONE));
        check.labels = Some(told);
        let mut case = self.case(
            "two servers tell one alert",
            "an alert that says which server raised it is another one for Alertmanager, and people are told twice",
            vec![(condition, format!("0.9+0x{lasting}")), (ratio, format!("0.9+0x{lasting}"))],
            vec![check],
        );
        case.external = vec![("replica", "b")];
        case
    }

    /// Tickets look back a day and more, so their test is fed with tiles.
    fn ticket(&self, burn: &Burn) -> Option<Case> {
        let share = (burn.threshold(self.objective.target) * Decimal::from(10)).min(Decimal::ONE);
        let each = if self.objective.indicator.counts_events() { Decimal::from(1000) } else { Decimal::ONE };
        let tiles =
            |time: Duration| u32::try_from(time.as_secs() / BASE_WINDOW.as_secs()).unwrap_or(u32::MAX);
        let history = burn.long / 2 + Duration::from_hours(2);
        let failing = Duration::from_hours(6);
        // Of slices, time that was not observed counts as good.
        let full = if self.objective.indicator.counts_events() { history } else { burn.long };
        let seen = burn.detection(self.objective.target, Share::new(share), full)?;
        let errors = (each * share).normalize();
        let mut alerts = rule::firing(self.model, self.objective);
        alerts.matchers.push(one_of("burn", [burn.name.as_str()]));
        let start = BASE_WINDOW * (tiles(history) + 1);
        let clean = tiles(history) - 1;
        // Tiles for the long window, hours for the short one. Without the five minutes that a page asks for, no
        // page takes the ticket's place.
        let steady = |value: Decimal| format!("_ {}+0x{}", value.normalize(), tiles(history + failing));
        let failed = |value: Decimal| format!("_ 0+0x{clean} {}+0x{}", value.normalize(), tiles(failing));
        let hour = Decimal::from(12);
        // Bad events enter an hour one tile after the other.
        let entering =
            format!("_ 0+0x{clean} {errors}+{errors}x11 {}+0x{}", errors * hour, tiles(failing) - 12);
        let mut case = self.case(
            "a slow burn opens a ticket, once half of its window was observed",
            "with an hour of history the window of a day is an hour long, and a ticket comes before any page",
            vec![
                (self.one(slo::EVENTS_TILE), steady(each)),
                (self.one(slo::ERRORS_TILE), failed(errors)),
                (self.one(&slo::events("1h")), steady(each * hour)),
                (self.one(&slo::errors("1h")), entering),
            ],
            vec![
                silent((start + seen).saturating_sub(BASE_WINDOW * 2), &alerts, Duration::ZERO),
                firing(start + seen + BASE_WINDOW * 2, &alerts, Some(1)),
            ],
        );
        case.interval = BASE_WINDOW;
        case.every = Some(BASE_WINDOW);
        (seen < failing).then_some(case)
    }
}
