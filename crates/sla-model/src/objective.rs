//! A promise: how good, over which period, and who is told when it is at risk.

use std::time::Duration;

use rust_decimal::Decimal;

use crate::{
    burn::{self, Burn, Spend, Urgency},
    id::{LabelName, ModuleId, ObjectiveId, TierId},
    indicator::{BASE_WINDOW, Indicator},
    share::Share,
    text::Text,
    tier::Tier,
    window::Window,
};

/// The shortest quiet that is told as idle.
const IDLE_FOR_MIN: Duration = Duration::from_mins(15);

/// A run may be skipped because the one before it took too long; three that are missing are no accident.
const RUNS_MISSED: u32 = 3;

/// The next run after the last bad one decides; it may be late by less than another pause.
const RUNS_AWAITED: u32 = 2;

/// A service-level objective.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Objective {
    /// The name, the `slo` label.
    pub id: ObjectiveId,
    /// What people call it.
    pub title: Text,
    /// The part of the system whose owner answers for it.
    pub module: ModuleId,
    /// The share of good events that is promised, above 0 and below 100 %.
    pub target: Share,
    /// The period of judgement.
    pub window: Window,
    /// The labels that split it: each combination of their values is judged on its own.
    pub by: Vec<LabelName>,
    /// What is counted.
    pub indicator: Indicator,
    /// How far apart its events are by themselves: how often its probe runs or its numbers are read. Zero where
    /// others decide that; [`crate::Model::joined`] fills it in.
    pub every: Duration,
    /// The tier of the burn alerts that wake a person.
    pub page: Option<TierId>,
    /// The tier of the burn alerts that open a ticket.
    pub ticket: Option<TierId>,
    /// The tier of the alert that nothing happens any more, where quiet is not normal.
    pub idle: Option<TierId>,
    /// How fast the budget must be spent for each of them, fastest first.
    pub spends: Vec<Spend>,
}

impl Objective {
    /// Returns the burn tiers for which somebody is told, with their tier. A threshold of 100 % or more can never
    /// be exceeded, so such a tier is left out.
    pub fn burns(&self) -> Vec<(Burn, &TierId)> {
        let told = |burn: Burn| {
            let tier = match burn.urgency {
                Urgency::Page => self.page.as_ref(),
                Urgency::Ticket => self.ticket.as_ref(),
            };
            tier.map(|it| (burn, it))
        };
        let can_fire = |it: &Burn| it.threshold(self.target) < Decimal::ONE;
        burn::tiers(self.window, &self.spends).into_iter().filter(can_fire).filter_map(told).collect()
    }

    /// Returns the tier of what is no burn: the mildest one of those that are told of it. `None`: nobody is. Who
    /// wants to hear of quiet alone must hear of blindness too: what vanished is never quiet.
    pub fn told(&self) -> Option<&TierId> {
        self.ticket.as_ref().or(self.page.as_ref()).or(self.idle.as_ref())
    }

    /// Returns the tier of the alert that nothing is counted any more: what runs by itself is never quiet.
    pub fn idle_tier(&self) -> Option<&TierId> {
        let runs =
            matches!(self.indicator, Indicator::Journey(_) | Indicator::Probe(_) | Indicator::Page { .. });
        self.idle.as_ref().or_else(|| self.told().filter(|_| runs))
    }

    /// Returns how long nothing must be counted until it is idle: a quiet quarter of an hour is common, and between
    /// two runs of a slow probe nothing happens.
    pub fn idle_for(&self) -> Duration {
        IDLE_FOR_MIN.max(self.every * RUNS_MISSED)
    }

    /// Returns how long after the last bad event an alert is released: not before another run could be good.
    pub fn release_after(&self, tier: &Tier) -> Duration {
        tier.release_after.max(self.every * RUNS_AWAITED)
    }

    /// Returns how long an alert is held after the five-minute error ratio was last above the budget, so that it
    /// is released [`Objective::release_after`] after the last bad event.
    pub fn hold(&self, tier: &Tier) -> Duration {
        self.release_after(tier).saturating_sub(self.indicator.memory())
    }

    /// Returns how long after the end of a constant failure of `share` a burn alert is released.
    ///
    /// The condition of a page ends when the short window falls below the threshold, and is remembered for the whole
    /// `release_after`. Before that it is released once the five minutes before were within the budget for
    /// [`Objective::hold`]: bad events leave them at an even rate. Where five minutes are judged as a whole, the
    /// condition ends with the last bad ones: they are either the short window, or asked beside it whether it still
    /// burns. A ticket asks for the short window only, and is held from there.
    pub fn released(&self, burn: &Burn, tier: &Tier, share: Share) -> Duration {
        let memory = self.indicator.memory();
        match (burn.urgency, memory.is_zero()) {
            (Urgency::Page, true) => return self.release_after(tier),
            (Urgency::Ticket, true) => {
                return burn.linger_in_slices(self.target, BASE_WINDOW) + self.hold(tier);
            }
            (Urgency::Ticket, false) => return burn.linger(self.target, share) + self.hold(tier),
            (Urgency::Page, false) => {}
        }
        let condition = burn.linger(self.target, share) + self.release_after(tier);
        let budget = self.target.rest().decimal();
        let above =
            if share.decimal() > budget { Decimal::ONE - budget / share.decimal() } else { Decimal::ZERO };
        let millis = Decimal::from(memory.as_millis()) * above;
        let above = Duration::from_millis(u64::try_from(millis.ceil()).unwrap_or(u64::MAX));
        condition.min(above + self.hold(tier))
    }
}
