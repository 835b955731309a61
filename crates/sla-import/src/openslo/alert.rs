//! Alert policies, their conditions and the people whom they tell.

use rust_decimal::Decimal;
use sla_model::{burn::Urgency, duration, window::Window};

use super::{referred, window::shorthand};
use crate::{
    draft::{Burn, Burns, Objective, Told},
    name::identifier,
    session::Session,
    tree::At,
};

/// Severities that wake somebody, in lower case.
const PAGES: [&str; 9] = ["page", "critical", "high", "urgent", "sev0", "sev1", "p0", "p1", "emergency"];

/// Who is told of a promise, and when.
#[derive(Clone, Debug, Default)]
pub struct Alerts {
    page: Option<Told>,
    ticket: Option<Told>,
    burns: Burns,
}

impl Alerts {
    /// Gives a promise its alerts.
    pub fn tell(&self, promise: &mut Objective) {
        promise.page.clone_from(&self.page);
        promise.ticket.clone_from(&self.ticket);
        promise.burns = Some(self.burns.clone()).filter(|it| *it != Burns::default());
    }
}

/// Reads the policies of a promise.
pub fn read<'t>(spec: At<'t>, window: Window, session: &mut Session<'t>) -> Alerts {
    let mut alerts = Alerts::default();
    for entry in spec.get("alertPolicies").map(At::items).unwrap_or_default() {
        // Older texts name a policy without `alertPolicyRef`.
        let reference = entry.get("alertPolicyRef").or_else(|| entry.text().map(|_| entry));
        let policy = match reference {
            None => Some(entry),
            Some(at) => referred("AlertPolicy", at.text().unwrap_or_default(), session),
        };
        let Some(policy) = policy else {
            let why = "no given file has an alert policy of this name";
            session.findings.lost(
                entry,
                why,
                "give all files in one call, or write `alert: {page: P1, ticket: P2}`",
            );
            continue;
        };
        inline(policy, "AlertPolicy", session);
        if let Some(body) = policy.get("spec") {
            self::policy(body, window, &mut alerts, session);
        }
    }
    if alerts.page.is_none() && alerts.ticket.is_none() && session.first("no alerts") {
        let why = "some promises have no alert policy that could be carried over, so nobody is told of them";
        session.findings.to_do(
            "objectives",
            "",
            why,
            "add `alert: {page: P1, ticket: P2}` where somebody should be",
        );
    }
    alerts
}

/// Reads the head of an object that stands inside another; of a referred one it was read already.
fn inline(object: At<'_>, kind: &str, session: &mut Session<'_>) {
    object.word("kind", &[kind]);
    object.word("apiVersion", &["openslo/v1"]);
    let Some(metadata) = object.get("metadata") else { return };
    for key in ["name", "displayName"] {
        if let Some(at) = metadata.get(key).filter(|it| !it.is_read()) {
            let why = "alerts are named after what happened: `SloBurn`";
            session.findings.lost(at, why, "change silences and routes that match the old name");
        }
    }
    super::labels(metadata, session);
}

fn policy<'t>(body: At<'t>, window: Window, alerts: &mut Alerts, session: &mut Session<'t>) {
    if let Some(words) = body.get("description") {
        let why = "the texts of alerts are generated, with the numbers of the promise in them";
        session.findings.lost(words, why, "say what the promise is in `title`");
    }
    for (key, why) in [
        ("alertWhenResolved", "people are always told when an alert is released"),
        ("alertWhenNoData", "that a metric vanished is told of every promise that somebody is told of"),
    ] {
        if let Some(at) = body.get(key) {
            session.findings.note(at, why, "nothing is to be done");
        }
    }
    let owners = targets(body, session);
    let conditions = body.get("conditions").map(At::items).unwrap_or_default();
    if let Some(at) = body.get("alertWhenBreaching")
        && body.flag("alertWhenBreaching") == Some(false)
    {
        for condition in conditions {
            session.findings.lost(
                condition,
                "the policy does not alert when this holds",
                "nothing is to be done",
            );
        }
        session.findings.lost(at, "the policy never alerts", "remove it");
        return;
    }
    for entry in conditions {
        let found = match entry.get("conditionRef") {
            None => Some(entry),
            Some(at) => referred("AlertCondition", at.text().unwrap_or_default(), session),
        };
        let Some(found) = found else {
            let why = "no given file has an alert condition of this name";
            session.findings.lost(entry, why, "give all files in one call");
            continue;
        };
        inline(found, "AlertCondition", session);
        condition(found, &owners, window, alerts, session);
    }
}

/// Returns the owners that stand for those who are told.
fn targets<'t>(body: At<'t>, session: &mut Session<'t>) -> Vec<String> {
    let mut owners = Vec::new();
    for entry in body.get("notificationTargets").map(At::items).unwrap_or_default() {
        let reference = entry.get("targetRef");
        let object = match reference {
            None => Some(entry),
            Some(at) => referred("AlertNotificationTarget", at.text().unwrap_or_default(), session),
        };
        let name = reference.or_else(|| object?.get("metadata")?.get("name"));
        let Some(name) = name.and_then(At::text) else {
            session.findings.lost(entry, "this names nobody", "add `targetRef` or `metadata.name`");
            continue;
        };
        let id = identifier(name);
        if id != name {
            session.findings.observe(
                entry,
                format!("the owner is named `{id}` here"),
                "a title can hold the whole name",
            );
        }
        if !owners.contains(&id) {
            owners.push(id);
        }
        if let Some(object) = object {
            inline(object, "AlertNotificationTarget", session);
            let spec = object.get("spec");
            for key in ["target", "description"] {
                if let Some(at) = spec.and_then(|it| it.get(key)) {
                    let why = "an owner is told by a webhook or by mail, and nothing says which";
                    session.findings.lost(at, why, "write the owner's webhook or mail under `owners`");
                }
            }
        }
    }
    owners
}

fn condition(at: At<'_>, owners: &[String], window: Window, alerts: &mut Alerts, session: &mut Session<'_>) {
    let Some(spec) = at.get("spec") else { return };
    if let Some(words) = spec.get("description") {
        let why = "the texts of alerts are generated, with the numbers of the promise in them";
        session.findings.lost(words, why, "say what the promise is in `title`");
    }
    let severity = spec.string("severity").unwrap_or_default();
    let told = Told { severity: Some(severity.to_owned()), owners: owners.to_vec() };
    let wakes = PAGES.contains(&severity.to_ascii_lowercase().as_str());
    let condition = spec.get("condition");
    let rate = condition.map(|it| (it, burn(it, window)));
    if let Some((condition, None)) = rate {
        let why = "this is not a burn rate that is exceeded (`kind: burnrate`, `op: gte`)";
        session.findings.dropped(at, condition, why, "write `alert: {burns: {page: [2% in 1h]}}`");
        return;
    }
    if let Some((condition, Some(burn))) = rate {
        if let Some(after) = condition.get("alertAfter") {
            let why = "an alert fires when the rate also stands over a twelfth of its window, and waits for nothing else";
            session.findings.lost(after, why, "nothing is to be done");
        }
        let urgency = if wakes { Urgency::Page } else { Urgency::Ticket };
        crate::burn::add(burn, urgency, &mut alerts.burns, window, condition, &mut session.findings);
    }
    let slot = if wakes { &mut alerts.page } else { &mut alerts.ticket };
    match slot {
        None => *slot = Some(told),
        Some(first) if *first == told => {}
        Some(_) => {
            let why = "a promise has one tier of pages and one of tickets, and another condition came first";
            let instead = "let the conditions of one urgency have one severity and one circle of people";
            session.findings.changed(at, why, instead);
        }
    }
}

/// Reads a burn rate as a share of the budget: rate × window of the alert ÷ window of the promise.
fn burn(condition: At<'_>, window: Window) -> Option<Burn> {
    let op = condition.peek("op").unwrap_or("gte");
    let kind = condition.peek("kind").unwrap_or("burnrate");
    if !kind.eq_ignore_ascii_case("burnrate") || !["gt", "gte"].contains(&op) {
        return None;
    }
    let rate = condition.peek("threshold").and_then(|it| Decimal::from_str_exact(it.trim()).ok())?;
    let (count, unit) = condition.peek("lookbackWindow").and_then(shorthand)?;
    let within = duration::parse(&format!("{count}{unit}")).ok().filter(|it| !it.is_zero())?;
    for key in ["op", "kind", "threshold", "lookbackWindow"] {
        condition.string(key);
    }
    crate::burn::of_rate(rate, within, window)
}
