//! The pages of a story while it is told: what arrived when, what was told again, what was released.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use sla_model::{
    id::{ObjectiveId, ProbeId},
    share::Share,
};

use super::{LOOK, Page, seconds_between, subject, urgent};
use crate::{
    forecast,
    receiver::{Alert, Notification, Status},
    stage::Stage,
};

/// How long after it is due a release is waited for.
const RELEASE_LATE_MAX: Duration = Duration::from_secs(20);

/// The story while it is told.
pub struct Chapter {
    /// When the fault was switched on.
    pub fault_at: Timestamp,
    /// Which share of payments it breaks, where that is known beforehand.
    pub share: Option<Share>,
    /// How much clean traffic stood before it (nominal).
    pub histories: BTreeMap<ObjectiveId, Duration>,
    /// What arrived, by the identity of the alert.
    pub pages: Vec<(String, Page)>,
}

impl Chapter {
    /// Reads what arrives until a moment.
    pub async fn read_until(
        &mut self,
        stage: &mut Stage,
        until: Timestamp,
        say: &mut dyn FnMut(&str),
    ) -> anyhow::Result<()> {
        loop {
            let left = Timestamp::now().duration_until(until);
            if left.is_negative() || left.is_zero() {
                return Ok(());
            }
            let wait = left.unsigned_abs().min(LOOK);
            match tokio::time::timeout(wait, stage.notifications.recv()).await {
                Ok(Some(notification)) => self.note(stage, &notification, say),
                Ok(None) => anyhow::bail!("the receiver has ended"),
                Err(_) => stage.check()?,
            }
        }
    }

    /// Reads on until every page of the most urgent tier is released. Tickets may be silenced by a page, and
    /// then Alertmanager never tells of their end.
    pub async fn read_release(
        &mut self,
        stage: &mut Stage,
        healed: Timestamp,
        say: &mut dyn FnMut(&str),
    ) -> anyhow::Result<()> {
        let release = stage.model.tiers.values().map(|it| it.release_after).max().unwrap_or_default();
        let until = healed + stage.pace.real(release) + RELEASE_LATE_MAX;
        let urgent = urgent(&stage.model).map(|it| it.id.to_string());
        let open = |it: &Self| {
            it.pages.iter().any(|(_, page)| Some(&page.tier) == urgent.as_ref() && page.released.is_none())
        };
        // At least to the moment when a release is due: nothing may be told again before that.
        self.read_until(stage, healed + stage.pace.real(release) - LOOK, say).await?;
        while open(self) && Timestamp::now() < until {
            let step = Timestamp::now() + LOOK;
            self.read_until(stage, step.min(until), say).await?;
        }
        Ok(())
    }

    fn note(&mut self, stage: &Stage, notification: &Notification, say: &mut dyn FnMut(&str)) {
        let after = seconds_between(self.fault_at, notification.at);
        for alert in &notification.alerts {
            let known = self.pages.iter().position(|it| it.0 == alert.fingerprint);
            match (known, alert.status) {
                (None, Status::Firing) => {
                    let page = self.page(stage, alert, &notification.owner, after);
                    say(&format!("{} page: {} {}", page.tier, page.alert, subject(&page.labels)));
                    self.pages.push((alert.fingerprint.clone(), page));
                }
                (Some(known), status) => self.pages[known].1.note(status, &notification.owner, after, say),
                (None, Status::Resolved) => {}
            }
        }
    }

    fn page(&self, stage: &Stage, alert: &Alert, owner: &str, arrived: f64) -> Page {
        let note = |name: &str| alert.annotations.get(name).cloned().unwrap_or_default();
        let label = |name: &str| alert.labels.get(name).cloned().unwrap_or_default();
        Page {
            alert: label("alertname"),
            tier: label("tier"),
            labels: alert.labels.clone(),
            told: vec![owner.to_owned()],
            owners: note("owners"),
            confirm_within: note("confirm_within"),
            restore_within: note("restore_within"),
            summary: note("summary").lines().map(str::to_owned).collect(),
            computed: self.computed(stage, &alert.labels),
            arrived,
            repeated: Vec::new(),
            released: None,
            released_after_recovery: None,
        }
    }

    fn computed(&self, stage: &Stage, labels: &BTreeMap<String, String>) -> Option<f64> {
        let due = match labels.get("alertname")?.as_str() {
            "ServiceDown" if self.share?.rest().decimal().is_zero() => {
                let id: ProbeId = labels.get("probe")?.parse().ok()?;
                forecast::service_down(stage.model.journeys.get(&id)?.every, stage.pace)
            }
            "SloBurn" => {
                let id: ObjectiveId = labels.get("slo")?.parse().ok()?;
                let objective = stage.model.objectives.get(&id)?;
                let fast = objective.burns().first().is_some_and(|it| Some(&it.0.name) == labels.get("burn"));
                let history = fast.then(|| self.histories.get(&id)).flatten()?;
                forecast::burn(objective, self.share?, *history, stage.pace)?
            }
            _ => return None,
        };
        Some(due.as_secs_f64())
    }

    /// Returns the pages, each with its distance from recovery.
    pub fn finish(self, healed: Timestamp) -> Vec<Page> {
        let recovery = seconds_between(self.fault_at, healed);
        let mut pages: Vec<Page> = self.pages.into_iter().map(|it| it.1).collect();
        for page in &mut pages {
            page.released_after_recovery = page.released.map(|it| it - recovery);
        }
        pages
    }
}

impl Page {
    fn note(&mut self, status: Status, owner: &str, after: f64, say: &mut dyn FnMut(&str)) {
        if !self.told.iter().any(|it| it == owner) {
            self.told.push(owner.to_owned());
            return;
        }
        // Every owner gets the same message: only the first one's counts.
        if self.told[0] != owner {
            return;
        }
        match status {
            Status::Firing => {
                self.repeated.push(after);
                self.released = None;
            }
            Status::Resolved if self.released.is_none() => {
                say(&format!("{} released: {} {}", self.tier, self.alert, subject(&self.labels)));
                self.released = Some(after);
            }
            Status::Resolved => {}
        }
    }
}
