//! How urgent something is, whom it wakes, and what was promised to them.

use std::time::Duration;

use crate::{
    id::{ModuleId, OwnerId, TierId},
    model::Model,
    text::Text,
};

/// One alert tier, for example P1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// The name, the `tier` label.
    pub id: TierId,
    /// What people call it, for example 一级(紧急).
    pub title: Text,
    /// The `severity` label that other tools expect.
    pub severity: String,
    /// Somebody confirms within this time.
    pub confirm: Duration,
    /// Service is restored within this time.
    pub restore: Duration,
    /// Who is told.
    pub owners: Vec<OwnerRef>,
    /// An alert is released so long after the last bad event.
    pub release_after: Duration,
}

/// Who is told: a fixed owner, or whoever owns the module of the alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnerRef {
    /// This one.
    Owner(OwnerId),
    /// The owner of the alert's module, written [`MODULE_OWNER`].
    OfModule,
}

/// The word that stands for "the owner of the alert's module" in a tier's list.
pub const MODULE_OWNER: &str = "module-dev";

/// A person or group that can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The name.
    pub id: OwnerId,
    /// What people call them, for example 运维主管.
    pub title: Text,
    /// What receives Alertmanager's webhook for them.
    pub webhook: Option<Webhook>,
    /// The address that receives mail for them.
    pub email: Option<String>,
}

/// Receives alerts as JSON.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Webhook {
    /// Where to.
    pub url: WebhookUrl,
    /// The file with the bearer token, as Alertmanager finds it.
    pub token_file: Option<String>,
}

/// Where a webhook is sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WebhookUrl {
    /// Written in the specification.
    Plain(String),
    /// Kept in a file, as Alertmanager 0.26 or newer finds it: who knows the URL can often send.
    File(String),
}

/// The mail server that Alertmanager uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smtp {
    /// `host:port`.
    pub host: String,
    /// The sender.
    pub from: String,
    /// The user, if the server wants one.
    pub user: Option<String>,
    /// The file with the password, as Alertmanager finds it.
    pub password_file: Option<String>,
}

impl Model {
    /// Returns who is told of an alert of this tier in this module, each once, in the tier's order.
    pub fn owners_of(&self, tier: &TierId, module: &ModuleId) -> Vec<&Owner> {
        let mut ids: Vec<&OwnerId> = Vec::new();
        for owner in &self.tiers[tier].owners {
            let id = match owner {
                OwnerRef::Owner(id) => id,
                OwnerRef::OfModule => &self.modules[module].owner,
            };
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids.into_iter().map(|it| &self.owners[it]).collect()
    }
}
