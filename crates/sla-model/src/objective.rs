//! A promise: how good, over which period, and who is told when it is at risk.

use std::time::Duration;

use rust_decimal::Decimal;

use crate::{
    burn::{self, Burn, Spend, Urgency},
    id::{LabelName, ModuleId, ObjectiveId, TierId},
    indicator::Indicator,
    share::Share,
    text::Text,
    tier::Tier,
    window::Window,
};

/// A service-level objective.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The tier of the burn alerts that wake a person.
    pub page: Option<TierId>,
    /// The tier of the burn alerts that open a ticket.
    pub ticket: Option<TierId>,
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

    /// Returns how long a burn alert is held after its condition ended, so that it is released
    /// `tier.release_after` after the last bad event.
    pub fn hold(&self, tier: &Tier) -> Duration {
        tier.release_after.saturating_sub(self.indicator.memory())
    }
}
