//! Tests of the burn alerts of an objective.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{
    Model,
    burn::{Burn, Urgency},
    duration,
    id::TierId,
    indicator::{BASE_WINDOW, Indicator},
    names::slo,
    objective::Objective,
    selector::Selector,
    share::Share,
};

use super::{
    between, early, fired, firing,
    input::{self, Input, Phase, Start},
    late, silent, value,
};
use crate::{
    compile::{
        absence::IDLE,
        burn as rule,
        labels::recorded,
        trace::{STEP, Trace, at, exact, samples},
    },
    plan::Case,
    promql::build::{equal, number, one_of, select, sum},
};

/// Events per sample in the tests: enough that no minimum of bad events matters, and that every share is a
/// whole number of them.
const EVENTS: u32 = 1_000_000;

/// How many samples' worth counters start at. From zero, `increase()` does not extrapolate to before the first
/// event.
const START: u32 = 100;

/// Clean traffic before a failure: longer than the window of the fastest tier.
const CLEAN: Duration = Duration::from_hours(2);

/// How long traffic goes on, or is quiet, where no long window matters.
const QUIET: Duration = Duration::from_mins(40);

/// How long a failure lasts, or twice as long as it takes to be seen.
const FAILURE: Duration = Duration::from_hours(1);

/// How long a target counts before and after its restart: both within an hour.
const RESTART: Duration = Duration::from_mins(25);

/// A failure that takes longer than this to be seen creeps along the threshold: no minute can be named.
const SEEN_MAX: Duration = Duration::from_hours(6);

/// A ticket that looks back further is fed with tiles: of raw samples promtool would read for minutes.
pub const RAW_MAX: Duration = Duration::from_hours(6);

/// How long after it the tickets are watched.
const AFTER: Duration = Duration::from_hours(7);

/// Returns the scenarios of an objective.
pub fn cases(model: &Model, objective: &Objective) -> Vec<Case> {
    let burns = objective.burns();
    let Some((fast, tier)) = burns.first() else {
        return Vec::new();
    };
    let bench = Bench { model, objective, fast, tier };
    if bench.inputs(&[]).is_empty() {
        return Vec::new();
    }
    let mut cases = Vec::from_iter(bench.is_fed().then(|| bench.failure()));
    if !matches!(objective.indicator, Indicator::Slices { .. }) {
        cases.push(bench.idle());
    }
    if objective.indicator.counts_events() {
        cases.extend(bench.is_fed().then(|| bench.just_below()));
        cases.push(bench.restart());
        cases.extend(bench.is_exact().then(|| bench.night()));
    } else {
        cases.push(bench.slices_just_below());
    }
    cases
}

/// An objective with its fastest tier.
struct Bench<'m> {
    model: &'m Model,
    objective: &'m Objective,
    fast: &'m Burn,
    tier: &'m TierId,
}

impl Bench<'_> {
    fn threshold(&self) -> Decimal {
        self.fast.threshold(self.objective.target)
    }

    /// The alerts of the fastest tier.
    fn alerts(&self) -> Selector {
        let mut alerts = rule::firing(self.model, self.objective);
        alerts.matchers.push(equal("burn", &self.fast.name));
        alerts
    }

    /// Input series for stretches of traffic.
    fn inputs(&self, phases: &[Phase]) -> Vec<Input> {
        let usual = Phase(Decimal::from(EVENTS), Decimal::ZERO, 1);
        input::series(self.objective, &Start { usual, samples: START }, phases).unwrap_or_default()
    }

    fn case(&self, name: &str, why: &str, phases: &[Phase], checks: Vec<crate::plan::Check>) -> Case {
        Case {
            name: format!("{}: {name}", self.objective.id),
            why: why.to_owned(),
            interval: STEP,
            series: self.inputs(phases).into_iter().map(|it| (it.series, it.notation)).collect(),
            checks,
            ..Case::default()
        }
    }

    /// The share that fails in the failure test: three times the threshold, so that the fastest tier fires
    /// after a third of its window and five per cent off the threshold are seen. A slice is good or bad.
    fn failing(&self) -> Decimal {
        if self.objective.indicator.counts_events() {
            (self.threshold() * Decimal::from(3)).min(Decimal::ONE)
        } else {
            Decimal::ONE
        }
    }

    /// Whether the windows of the fastest tier are exact to the second. Only then a single event and the end of
    /// a failure have computed minutes; a slower tier is judged by when it fires.
    fn is_exact(&self) -> bool {
        self.fast.long <= Duration::from_hours(1)
    }

    /// Whether hours of raw samples reach the fastest tier. A ticket that looks back a day is fed with tiles.
    fn is_fed(&self) -> bool {
        self.fast.urgency == Urgency::Page || self.fast.long <= RAW_MAX
    }

    /// Clean traffic before a failure. A ticket needs half of its window observed, in whole hours.
    fn clean(&self) -> Duration {
        match self.fast.urgency {
            Urgency::Page => CLEAN,
            Urgency::Ticket => CLEAN.max(self.fast.long / 2 + CLEAN),
        }
    }

    /// How much later than computed the fastest tier may fire: longer windows than an hour are sums of tiles,
    /// which are written every five minutes and count the newest one half.
    fn late(&self) -> Duration {
        let tiles = if self.is_exact() { Duration::ZERO } else { BASE_WINDOW * 2 };
        late(self.model) + tiles
    }

    /// How long after its start the failure is seen, and how long after its end it is remembered.
    fn seen_and_remembered(&self, share: Share) -> (Duration, Duration) {
        let target = self.objective.target;
        if self.objective.indicator.counts_events() {
            let seen = self.fast.detection(target, share, self.clean()).unwrap_or(FAILURE);
            (seen, self.fast.linger(target, share))
        } else {
            // From half of the limit to twice of it, the five-minute mean crosses after a third of its window;
            // on the way back after two thirds.
            let third = BASE_WINDOW / 3;
            (third + self.fast.detection_in_slices(target, BASE_WINDOW), third * 2)
        }
    }

    fn failure(&self) -> Case {
        let each = Decimal::from(EVENTS);
        let share = self.failing();
        let (seen, remembered) = self.seen_and_remembered(Share::new(share));
        let (clean, failure, after) =
            (samples(self.clean()), samples(FAILURE.max(seen.min(SEEN_MAX) * 2)), samples(AFTER));
        let phases = [
            Phase(each, Decimal::ZERO, clean),
            Phase(each, share, failure),
            Phase(each, Decimal::ZERO, after),
        ];
        let (fault, recovery) = (at(clean), at(clean + failure));
        let fires = fault + seen;
        let tier = &self.model.tiers[self.tier];
        let released = if self.objective.indicator.memory().is_zero() {
            recovery + remembered + self.objective.release_after(tier)
        } else if self.fast.urgency == Urgency::Ticket {
            recovery + remembered + self.objective.hold(tier)
        } else {
            recovery + self.objective.released(self.fast, tier, Share::new(share))
        };
        let alerts = self.alerts();
        let mut checks = vec![firing(fires.saturating_sub(early(self.model)), &alerts, None)];
        if seen <= SEEN_MAX {
            checks.push(firing(fires + self.late(), &alerts, Some(1)));
        }
        if self.is_exact() && released < recovery + AFTER {
            checks.push(firing(released.saturating_sub(early(self.model)), &alerts, Some(1)));
            checks.push(firing(released + late(self.model), &alerts, None));
        }
        let burns = self.objective.burns();
        let ticket_of_page = |it: &&(Burn, &TierId)| it.0.urgency == Urgency::Ticket;
        if self.is_exact() && self.fast.urgency == Urgency::Page && burns.iter().any(|it| ticket_of_page(&it))
        {
            let mut tickets = rule::firing(self.model, self.objective);
            let names = burns.iter().filter(ticket_of_page).map(|it| it.0.name.as_str());
            tickets.matchers.push(one_of("burn", names));
            // With two hours of history a ticket may come before the page; none may come after its release.
            let end = (recovery + AFTER).saturating_sub(early(self.model));
            checks.push(silent(end, &tickets, released + late(self.model)));
        }
        self.case(
            "a failure fires at the computed minute, is released on time, opens no ticket",
            "a wrong factor or window fires early or late; a wrong hold releases before 30 clean minutes",
            &phases,
            checks,
        )
    }

    fn just_below(&self) -> Case {
        let each = Decimal::from(EVENTS);
        let share = self.threshold() * Decimal::new(95, 2);
        let lasting = FAILURE * 2;
        let clean = self.clean();
        let phases = [Phase(each, Decimal::ZERO, samples(clean)), Phase(each, share, samples(lasting))];
        let end = clean + lasting;
        self.case(
            "just below the threshold the fastest tier stays silent",
            "a threshold that is a little low pages while the budget lasts",
            &phases,
            vec![silent(end, &self.alerts(), Duration::ZERO)],
        )
    }

    fn slices_just_below(&self) -> Case {
        // A share of 0.3 of the way from half of the limit to twice of it is 0.95 of the limit.
        let phases = [Phase(Decimal::from(EVENTS), Decimal::new(3, 1), samples(CLEAN))];
        let errors = sum(select(&recorded(self.model, self.objective, &slo::errors("1h"))));
        self.case(
            "a mean just below the limit makes no bad slice",
            "a limit that is compared in the wrong unit makes every slice bad or none",
            &phases,
            vec![value(CLEAN, errors, Some(Decimal::ZERO)), silent(CLEAN, &self.alerts(), Duration::ZERO)],
        )
    }

    fn idle(&self) -> Case {
        let each = Decimal::from(EVENTS);
        let busy = samples(QUIET);
        let phases = [Phase(each, Decimal::ZERO, busy), Phase(Decimal::ZERO, Decimal::ZERO, busy)];
        let end = at(busy * 2);
        let recorded = |name: &str| select(&recorded(self.model, self.objective, name));
        let ratio = sum(recorded(&slo::error_ratio("5m")));
        let mut idle = rule::firing(self.model, self.objective);
        idle.matchers[0] = equal("alertname", IDLE);
        // The last events leave the rate first.
        let seen = self.objective.idle_for() + BASE_WINDOW + late(self.model) < QUIET;
        let told = self.objective.idle_tier().filter(|_| seen).map(|_| 1);
        self.case(
            "an idle night has no ratio and fires nothing",
            "0 divided by 0 is NaN, and one NaN poisons every longer window",
            &phases,
            vec![
                value(end, ratio, None),
                value(end, sum(recorded(slo::EVENTS_RATE)), Some(Decimal::ZERO)),
                value(end, sum(recorded(slo::ERRORS_RATE)), Some(Decimal::ZERO)),
                silent(end, &rule::firing(self.model, self.objective), Duration::ZERO),
                firing(end, &idle, told),
            ],
        )
    }

    fn restart(&self) -> Case {
        let half = samples(RESTART);
        let quarter = Phase(Decimal::from(EVENTS), Decimal::new(25, 2), half);
        let soon = at(half + 8);
        let end = at(half * 2 + 1);
        let counted = |name: &str| sum(select(&recorded(self.model, self.objective, name)));
        // At its ends a stretch may be a sample off.
        let bad = |samples: u32| Decimal::from(EVENTS / 4) * Decimal::from(samples);
        let mut case = self.case(
            "a restarted target counts on from zero: what was bad before and after it is counted, nothing else",
            "a fall of a counter that is read as a difference shows as errors, or as negative events",
            &[],
            vec![
                value(soon, counted(slo::EVENTS_RATE).below(number(0)), None),
                between(end, counted(&slo::errors("1h")), bad(half * 2 - 3), bad(half * 2 + 3)),
            ],
        );
        let restarted = |it: Input| {
            let (trace, each) = (Trace::from(START), it.rise(0));
            (it.series, trace.rise(each, half).reset().rise(each, half).notation())
        };
        case.series = self.inputs(&[quarter]).into_iter().map(restarted).collect();
        case
    }

    /// So little traffic that two bad events exceed the threshold: they stay silent, three in a row fire.
    fn night(&self) -> Case {
        let hour = samples(Duration::from_hours(1));
        // Two of so many events in an hour are a sixth more than the threshold.
        let events = Decimal::TWO / (self.threshold() * Decimal::new(12, 1)) - Decimal::TWO;
        let each = exact(events.max(Decimal::ZERO) / Decimal::from(hour));
        let clean = |count| Phase(each, Decimal::ZERO, count);
        let one_bad = || Phase(Decimal::ONE, Decimal::ONE, 1);
        let phases = [
            clean(hour * 2),
            one_bad(),
            clean(1),
            one_bad(),
            clean(hour * 2),
            one_bad(),
            clean(1),
            one_bad(),
            clean(1),
            one_bad(),
            clean(hour),
        ];
        let two = at(hour * 2 + 3);
        let three = at(hour * 4 + 8);
        let ratio =
            select(&recorded(self.model, self.objective, &slo::error_ratio(&duration::text(self.fast.long))));
        let above = crate::promql::build::aggregate("count", &[], ratio.above(number(self.threshold())));
        let alerts = self.alerts();
        self.case(
            "two bad events of a quiet night stay silent, three fire",
            "in a quiet hour one lost request is more than the threshold",
            &phases,
            vec![
                value(two + Duration::from_mins(2), above, Some(Decimal::ONE)),
                silent(three.saturating_sub(Duration::from_mins(10)), &alerts, Duration::ZERO),
                fired(three + Duration::from_mins(5), &alerts, three, 1),
            ],
        )
    }
}
