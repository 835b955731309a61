//! Who is told of what: one route per tier, receivers by the owners that the tier names.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use sla_model::{
    Model,
    burn::Urgency,
    id::ModuleId,
    limit::Colour,
    tier::{Owner, OwnerRef, Tier},
};

use super::{burn, limit};
use crate::{
    plan::{Inhibition, Receiver, Route, Routing},
    promql::build::{equal, one_of},
};

/// A tier that must be confirmed within this time is told at once; others wait for what belongs together.
const URGENT_CONFIRM_MAX: Duration = Duration::from_mins(15);

/// The receiver of a specification without owners, which then has no alerts either.
const NOBODY: &str = "nobody";

/// Returns the routing of every alert.
pub fn routing(model: &Model) -> Routing {
    let mut tiers: Vec<&Tier> = model.tiers.values().collect();
    tiers.sort_by_key(|it| (it.confirm, it.id.clone()));
    let mut receivers = BTreeMap::new();
    // What no route takes must still reach somebody: the fixed owners of the most urgent tier that has any.
    let fixed = tiers.iter().map(|it| fixed_owners(model, it)).find(|it| !it.is_empty());
    let fallback = receiver(&fixed.unwrap_or_else(|| model.owners.values().collect()));
    let routes = tiers.iter().map(|it| route(model, it, &fallback.name, &mut receivers)).collect();
    receivers.insert(fallback.name.clone(), fallback.clone());
    let fallback = fallback.name;
    Routing {
        fallback,
        routes,
        inhibitions: inhibitions(model),
        receivers: receivers.into_values().collect(),
        smtp: model.smtp.clone(),
    }
}

fn fixed_owners<'m>(model: &'m Model, tier: &Tier) -> Vec<&'m Owner> {
    let fixed = |it: &OwnerRef| match it {
        OwnerRef::Owner(id) => Some(&model.owners[id]),
        OwnerRef::OfModule => None,
    };
    tier.owners.iter().filter_map(fixed).collect()
}

fn route(model: &Model, tier: &Tier, fallback: &str, receivers: &mut BTreeMap<String, Receiver>) -> Route {
    let mut told = |module: &ModuleId| {
        let receiver = receiver(&model.owners_of(&tier.id, module));
        let name = receiver.name.clone();
        receivers.insert(name.clone(), receiver);
        name
    };
    let by_module: Vec<(&ModuleId, String)> = model.modules.keys().map(|it| (it, told(it))).collect();
    // Modules whose alerts go to the same people share one route.
    let mut by_receiver: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (module, receiver) in &by_module {
        by_receiver.entry(receiver).or_default().push(module.as_str());
    }
    let fixed = !tier.owners.contains(&OwnerRef::OfModule);
    let modules: Vec<_> = by_receiver
        .iter()
        .filter(|_| !fixed)
        .map(|(receiver, modules)| (one_of("module", modules.iter().copied()), (*receiver).to_owned()))
        .collect();
    let urgent = tier.confirm <= URGENT_CONFIRM_MAX;
    Route {
        matcher: equal("tier", tier.id.as_str()),
        // Of a tier that is told by module, what names no module falls back.
        receiver: by_module.first().filter(|_| fixed).map_or(fallback, |it| &it.1).to_owned(),
        group_wait: if urgent { Duration::ZERO } else { Duration::from_secs(30) },
        // A page that joins an incident which was told already, and its release, wait at most this long.
        group_interval: if urgent { Duration::from_secs(15) } else { Duration::from_mins(2) },
        // Told again when the time to confirm is over.
        repeat: tier.confirm,
        modules,
    }
}

fn receiver(owners: &[&Owner]) -> Receiver {
    let names: Vec<&str> = owners.iter().map(|it| it.id.as_str()).collect();
    let name = if names.is_empty() { NOBODY.to_owned() } else { names.join("+") };
    Receiver {
        name,
        webhooks: owners.iter().filter_map(|it| it.webhook.clone()).collect(),
        emails: owners.iter().filter_map(|it| it.email.clone()).collect(),
    }
}

/// A page silences the tickets of the same objective, red silences yellow. Nothing silences a page: an alert
/// that is silenced after it was told never sends its resolved message.
fn inhibitions(model: &Model) -> Vec<Inhibition> {
    let mut found = tickets(model);
    if model.limits.values().any(|it| it.bounds.len() > 1) {
        let colour = |it: Colour| vec![equal("alertname", limit::ALERT), equal("colour", it.name())];
        found.push(Inhibition {
            source: colour(Colour::Red),
            target: colour(Colour::Yellow),
            equal: limit::LABELS.map(str::to_owned).to_vec(),
        });
    }
    found
}

/// One inhibition for all objectives with the same burn tiers: which of them page is the objective's choice.
fn tickets(model: &Model) -> Vec<Inhibition> {
    let mut alike: BTreeMap<(Vec<String>, Vec<String>), Vec<&str>> = BTreeMap::new();
    let mut split: BTreeSet<&str> = BTreeSet::new();
    for objective in model.objectives.values() {
        let burns = objective.burns();
        let names = |urgency| -> Vec<String> {
            burns.iter().filter(|it| it.0.urgency == urgency).map(|it| it.0.name.clone()).collect()
        };
        let (pages, tickets) = (names(Urgency::Page), names(Urgency::Ticket));
        if !pages.is_empty() && !tickets.is_empty() {
            alike.entry((pages, tickets)).or_default().push(objective.id.as_str());
            split.extend(objective.by.iter().map(sla_model::id::LabelName::as_str));
        }
    }
    let single = alike.len() == 1;
    let inhibition = |((pages, tickets), objectives): (&(Vec<String>, Vec<String>), &Vec<&str>)| {
        let side = |names: &[String]| {
            let mut side = vec![equal("alertname", burn::ALERT)];
            side.push(one_of("burn", names.iter().map(String::as_str)));
            side.extend((!single).then(|| one_of("slo", objectives.iter().copied())));
            side
        };
        Inhibition {
            source: side(pages),
            target: side(tickets),
            equal: ["sla", "slo"].into_iter().chain(split.iter().copied()).map(str::to_owned).collect(),
        }
    };
    alike.iter().map(inhibition).collect()
}
