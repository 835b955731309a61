//! How fast each burn tier fires and releases. Every time is the latest one, so that people can rely on it.

use std::time::Duration;

use rust_decimal::Decimal;
use serde::Serialize;
use sla_model::{
    Model,
    burn::{BAD_EVENTS_MIN, Burn, Urgency},
    duration,
    id::TierId,
    indicator::{BASE_WINDOW, Judged},
    names::slo,
    objective::Objective,
    share::{self, Share},
    tier::Tier,
};

use super::source;
use crate::plan::{Group, Rule};

/// When a failure of some depth is told.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Fires {
    /// The share that is bad.
    pub bad: String,
    /// How long after the failure began, at the latest; nothing if this tier does not fire.
    pub after: Option<String>,
    /// Whether it does not because a page comes first.
    pub paged: bool,
}

/// A depth at which a ticket comes without a page.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Alone {
    /// The share that is bad.
    pub bad: String,
    /// How long after the failure began, at the latest.
    pub after: String,
    /// How long after the last bad event it is released, at the latest.
    pub released: String,
}

/// Answers for one objective.
pub struct Timing<'m> {
    objective: &'m Objective,
    burns: Vec<(Burn, &'m TierId)>,
    /// How long after an event it is counted.
    pub seen: Duration,
    /// How often single events come; nothing: so often that their number does not matter.
    pub every: Option<Duration>,
    /// Whether a window is a sum of tiles.
    tiled: Vec<String>,
}

/// A sum of tiles is late by the tile that is not yet written, and by the five minutes before it whose events are
/// only half in it.
const TILES_LATE: Duration = Duration::from_mins(10);

impl<'m> Timing<'m> {
    /// Reads from the rules which windows are sums of tiles.
    pub fn of(model: &Model, objective: &'m Objective, groups: &[Group]) -> Self {
        let tiled = groups.iter().flat_map(|it| &it.rules).filter_map(|rule| match rule {
            Rule::Record { name, expr, .. } => {
                let tiles = expr.selectors().iter().any(|it| it.metric.as_str() == slo::ERRORS_TILE);
                tiles.then(|| name.clone())
            }
            Rule::Alert { .. } => None,
        });
        Self {
            objective,
            burns: objective.burns(),
            seen: source::seen_after(model, objective),
            every: source::cadence(model, &objective.indicator),
            tiled: tiled.collect(),
        }
    }

    /// The same if single events came so often.
    pub fn at(&self, every: Duration) -> Self {
        let (burns, tiled) = (self.burns.clone(), self.tiled.clone());
        Self { objective: self.objective, burns, seen: self.seen, every: Some(every), tiled }
    }

    /// Returns when a tier fires if so much fails evenly, after a full window of clean traffic.
    pub fn fires(&self, burn: &Burn, bad: Share) -> Fires {
        let after = self.condition(burn, bad);
        let page = self.page(bad).filter(|_| burn.urgency == Urgency::Ticket);
        let paged = after.is_some_and(|it| page.is_some_and(|page| page <= it));
        Fires { bad: bad.brief(), after: after.filter(|_| !paged).map(rounded), paged }
    }

    /// The first page.
    fn page(&self, bad: Share) -> Option<Duration> {
        let pages = self.burns.iter().filter(|it| it.0.urgency == Urgency::Page);
        pages.filter_map(|it| self.condition(&it.0, bad)).min()
    }

    fn condition(&self, burn: &Burn, bad: Share) -> Option<Duration> {
        let target = self.objective.target;
        let found = match (self.objective.indicator.judged(), self.every) {
            (Judged::Slices, _) => burn.detection_in_steps(target, bad, BASE_WINDOW, 1),
            (Judged::Events, Some(every)) => burn.detection_in_steps(target, bad, every, BAD_EVENTS_MIN),
            (Judged::Events | Judged::Time, _) => burn.detection(target, bad, burn.long),
        };
        found.map(|it| it + self.late(burn.long).max(self.late(burn.short)) + self.seen)
    }

    fn late(&self, window: Duration) -> Duration {
        let name = slo::errors(&duration::text(window));
        if self.tiled.contains(&name) { TILES_LATE } else { Duration::ZERO }
    }

    /// Returns when and at which depth a ticket comes alone, if it does: between what it needs and what the next
    /// tier needs, or else the lowest page.
    pub fn alone(&self, burn: &Burn, tier: &Tier) -> Option<Alone> {
        let threshold = burn.threshold(self.objective.target);
        let above = |it: &&(Burn, &TierId)| it.0.threshold(self.objective.target) > threshold;
        let next = |pages_only: bool| {
            let burns = self.burns.iter().filter(above);
            let burns = burns.filter(|it| !pages_only || it.0.urgency == Urgency::Page);
            let next = burns.map(|it| it.0.threshold(self.objective.target)).min();
            next.unwrap_or(Decimal::ONE)
        };
        let between = |end: Decimal, part: Decimal| threshold + (end - threshold) * part;
        let depths = [
            between(next(false), Decimal::new(5, 1)),
            between(next(true), Decimal::new(5, 1)),
            between(next(true), Decimal::new(9, 1)),
        ];
        let alone = |bad: Decimal| {
            let bad = Share::new(share::brief(bad));
            let fires = self.fires(burn, bad);
            let released = || rounded(self.released(burn, tier, bad));
            fires.after.map(|after| Alone { bad: fires.bad, after, released: released() })
        };
        depths.into_iter().find_map(alone)
    }

    /// Returns how long after the last bad event a tier is released; a slice may be bad for five minutes more.
    pub fn released(&self, burn: &Burn, tier: &Tier, bad: Share) -> Duration {
        let slice = match self.objective.indicator.judged() {
            Judged::Slices => BASE_WINDOW,
            Judged::Events | Judged::Time => Duration::ZERO,
        };
        let late = if burn.urgency == Urgency::Ticket { self.late(burn.short) } else { Duration::ZERO };
        self.objective.released(burn, tier, bad) + slice + late
    }
}

/// A duration that people can grasp, never below the true one: half minutes below ten minutes, else whole minutes,
/// above two days hours.
pub fn rounded(time: Duration) -> String {
    let seconds = time.as_millis().div_ceil(1000);
    let step = match seconds {
        0..600 => 30,
        600..172_800 => 60,
        _ => 3600,
    };
    duration::text(Duration::from_secs(u64::try_from(seconds.div_ceil(step) * step).unwrap_or(u64::MAX)))
}
