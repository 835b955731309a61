//! Sloth: `prometheus/v1`, and the Kubernetes resources `PrometheusServiceLevel` and `AlertWindows`.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{burn::Urgency, duration, window::Window};

use crate::{
    burn,
    draft::{Burn, Burns, Indicator, Told},
    query::{self, Query},
    session::Session,
    tree::At,
};

/// Where the two notations of the same language differ.
struct Keys {
    slo_plugins: &'static str,
    error_query: &'static str,
    total_query: &'static str,
    error_ratio_query: &'static str,
    page_alert: &'static str,
    ticket_alert: &'static str,
}

/// The notation of files.
const SNAKE: Keys = Keys {
    slo_plugins: "slo_plugins",
    error_query: "error_query",
    total_query: "total_query",
    error_ratio_query: "error_ratio_query",
    page_alert: "page_alert",
    ticket_alert: "ticket_alert",
};

/// The notation of Kubernetes resources.
const CAMEL: Keys = Keys {
    slo_plugins: "sloPlugins",
    error_query: "errorQuery",
    total_query: "totalQuery",
    error_ratio_query: "errorRatioQuery",
    page_alert: "pageAlert",
    ticket_alert: "ticketAlert",
};

const LABELS_WHY: &str =
    "alerts and recorded series carry labels of their own: `sla`, `slo`, `module`, `tier`, `severity`";
const LABELS_INSTEAD: &str =
    "route by owner and tier; add labels of an installation as external labels of Prometheus";
const NOTES_WHY: &str = "the texts of alerts are generated, with the numbers of the promise in them";
const NOTES_INSTEAD: &str = "say what the promise is in `title`";
const PLUGIN_INSTEAD: &str = "write the query that the plugin makes: `sloth generate` shows it";

/// Reads a document; `false`: it is none of Sloth's.
pub fn read<'t>(document: At<'t>, session: &mut Session<'t>) -> bool {
    if document.peek("version") == Some("prometheus/v1") {
        document.string("version");
        service(document, &SNAKE, session);
        return true;
    }
    let version = document.peek("apiVersion") == Some("sloth.slok.dev/v1");
    match document.peek("kind") {
        Some("PrometheusServiceLevel") if version => {
            resource(document, session);
            if let Some(spec) = document.get("spec") {
                service(spec, &CAMEL, session);
            }
            true
        }
        // Read together with the promises that they are about.
        Some("AlertWindows") if version => {
            resource(document, session);
            windows(document, session);
            true
        }
        _ => false,
    }
}

/// Reads what every Kubernetes resource has.
pub fn resource(document: At<'_>, session: &mut Session<'_>) {
    document.string("apiVersion");
    document.string("kind");
    if let Some(metadata) = document.get("metadata") {
        let why = "names, labels and annotations of a Kubernetes resource say how it is deployed";
        session.findings.note(
            metadata,
            why,
            "deploy the generated files as you deploy other files of Prometheus",
        );
    }
    if let Some(status) = document.get("status") {
        session.findings.note(status, "Kubernetes writes this itself", "nothing is to be done");
    }
}

fn service(spec: At<'_>, keys: &Keys, session: &mut Session<'_>) {
    let Some(service) = spec.get("service") else {
        let why = "the specification names no service";
        session.findings.dropped(spec, spec, why, "add `service: NAME`");
        return;
    };
    let name = service.text().unwrap_or_default();
    let module = session.module_id(name, service);
    if let Some(plugins) = spec.get(keys.slo_plugins) {
        let why = "plugins are Go programs that only Sloth can run";
        session.findings.lost(plugins, why, "look what they change in the rules, and say it here");
    }
    if let Some(labels) = spec.get("labels") {
        let owner = labels.get("owner").or_else(|| labels.get("team"));
        if let Some(owner) = owner {
            session.owner(&module, owner);
        }
        session.findings.lost_rest(labels, LABELS_WHY, LABELS_INSTEAD);
    }
    for slo in spec.get("slos").map(At::items).unwrap_or_default() {
        promise(slo, &module, keys, session);
    }
}

fn promise(slo: At<'_>, module: &str, keys: &Keys, session: &mut Session<'_>) -> Option<()> {
    let Some(name) = slo.get("name") else {
        let why = "the promise has no name";
        session.findings.dropped(slo, slo, why, "add `name: NAME`");
        return None;
    };
    let Some(objective) = slo.get("objective") else {
        session.findings.dropped(slo, slo, "the promise has no objective", "add `objective: 99.9`");
        return None;
    };
    let target = session.target(slo, objective, true)?;
    let (indicator, by) = indicator(slo, keys, session)?;
    // Sloth's own identity of a promise, the label `sloth_id`.
    let id = session.objective_id(&format!("{module}-{}", name.text().unwrap_or_default()), name);
    let window = Window::Rolling(Duration::from_hours(24 * session.options.window_days));
    let mut promise = Session::objective(slo, id, module, target, window, indicator);
    promise.by = by;
    (promise.title, promise.comment) = Session::title_of(slo.string("description"));
    if let Some(labels) = slo.get("labels") {
        session.findings.lost_rest(labels, LABELS_WHY, LABELS_INSTEAD);
    }
    if let Some(plugins) = slo.get("plugins") {
        let why = "plugins are Go programs that only Sloth can run";
        session.findings.lost(plugins, why, "look what they change in the rules, and say it here");
    }
    let told = alerting(slo.get("alerting"), keys, session);
    (promise.page, promise.ticket) = told;
    promise.burns = burns(window, session);
    session.add(promise, slo);
    Some(())
}

fn indicator(slo: At<'_>, keys: &Keys, session: &mut Session<'_>) -> Option<(Indicator, Vec<String>)> {
    let Some(sli) = slo.get("sli") else {
        session.findings.dropped(slo, slo, "the promise has no indicator", "add `sli: {events: …}`");
        return None;
    };
    if let Some(plugin) = sli.get("plugin") {
        let why = "the query comes from a plugin, a Go program that only Sloth can run";
        session.findings.dropped(slo, plugin, why, PLUGIN_INSTEAD);
        return None;
    }
    if let Some(raw) = sli.get("raw") {
        let bad = asked(slo, raw, keys.error_ratio_query, session)?;
        let whole = Query { text: "vector(1)".to_owned(), plain: None };
        let bad = Query { plain: None, ..bad };
        let why = "a ratio without numbers of events is weighted by time, as in Sloth: an hour without traffic counts as much as the busiest";
        session.findings.observe(
            raw,
            why,
            "give bad and total events as `ratio`, if there are counters of them",
        );
        return Some((Indicator::Ratio { part_is_bad: true, part: bad, total: whole }, Vec::new()));
    }
    let Some(events) = sli.get("events") else {
        let why = "the indicator is neither `events` nor `raw` nor `plugin`";
        session.findings.dropped(slo, sli, why, "add `events: {…}` with both queries");
        return None;
    };
    let bad = asked(slo, events, keys.error_query, session)?;
    let total = asked(slo, events, keys.total_query, session)?;
    Some(session.ratio(slo, true, bad, total))
}

fn asked(slo: At<'_>, from: At<'_>, key: &str, session: &mut Session<'_>) -> Option<Query> {
    let Some(at) = from.get(key) else {
        session.findings.dropped(slo, from, format!("`{key}` is missing"), "add the query");
        return None;
    };
    let text = at.text().unwrap_or_default();
    match query::templated(text) {
        Ok(query) if !query.text.contains(query::WINDOW) && query.text != "vector(1)" => {
            let why = "the query does not use the window";
            session.findings.dropped(slo, at, why, "write `[{{.window}}]` where the range stands");
            None
        }
        Ok(query) => Some(query),
        Err(why) => {
            session.findings.dropped(
                slo,
                at,
                why,
                "write the query in PromQL, with `[$window]` as its range",
            );
            None
        }
    }
}

/// Reads who is told: those who are woken, and those who are not.
fn alerting(
    alerting: Option<At<'_>>,
    keys: &Keys,
    session: &mut Session<'_>,
) -> (Option<Told>, Option<Told>) {
    let Some(alerting) = alerting else { return (Some(Told::USUAL), Some(Told::USUAL)) };
    if let Some(name) = alerting.get("name") {
        let why = "alerts about a budget have one name, `SloBurn`, and the promise in the label `slo`";
        session.findings.lost(name, why, "change silences and routes that match the old name");
    }
    let labels = alerting.get("labels");
    let common = labels.and_then(|it| it.string("severity"));
    if let Some(labels) = labels {
        session.findings.lost_rest(labels, LABELS_WHY, LABELS_INSTEAD);
    }
    if let Some(notes) = alerting.get("annotations") {
        session.findings.lost_rest(notes, NOTES_WHY, NOTES_INSTEAD);
    }
    (
        told(alerting.get(keys.page_alert), common, session),
        told(alerting.get(keys.ticket_alert), common, session),
    )
}

fn told(alert: Option<At<'_>>, common: Option<&str>, session: &mut Session<'_>) -> Option<Told> {
    let disabled = alert.and_then(|it| it.flag("disable")).unwrap_or(false);
    let labels = alert.and_then(|it| it.get("labels"));
    let severity = labels.filter(|_| !disabled).and_then(|it| it.string("severity")).or(common);
    if let Some(labels) = labels {
        session.findings.lost_rest(labels, LABELS_WHY, LABELS_INSTEAD);
    }
    if let Some(notes) = alert.and_then(|it| it.get("annotations")) {
        session.findings.lost_rest(notes, NOTES_WHY, NOTES_INSTEAD);
    }
    let severity = severity.map(str::to_owned);
    (!disabled).then(|| Told { severity, owners: Vec::new() })
}

/// The four slots of a catalogue of windows.
const SLOTS: [(&str, &str); 4] =
    [("page", "quick"), ("page", "slow"), ("ticket", "quick"), ("ticket", "slow")];

/// Returns the catalogue for a window, if one was given.
fn burns(window: Window, session: &mut Session<'_>) -> Option<Burns> {
    let catalogues = session.documents.iter().filter(|it| it.peek("kind") == Some("AlertWindows"));
    let days = session.options.window_days;
    let spec = catalogues.filter_map(|it| it.get("spec")).find(|it| period(*it) == Some(days))?;
    let mut burns = Burns::default();
    for (urgency, speed) in SLOTS {
        let Some(slot) = spec.get(urgency).and_then(|it| it.get(speed)) else { continue };
        let percent = slot.string("errorBudgetPercent").and_then(|it| Decimal::from_str_exact(it).ok());
        let within = slot.string("longWindow").and_then(|it| duration::parse(it).ok());
        let Some((percent, within)) = percent.zip(within) else {
            let why = "the share of the budget is not a number, or the long window not a duration";
            session.findings.lost(
                slot,
                why,
                "write for example `errorBudgetPercent: 2` and `longWindow: 1h`",
            );
            continue;
        };
        let urgency = if urgency == "page" { Urgency::Page } else { Urgency::Ticket };
        burn::add(Burn { percent, within }, urgency, &mut burns, window, slot, &mut session.findings);
    }
    Some(burns)
}

/// Returns the window that a catalogue is for, in whole days.
fn period(spec: At<'_>) -> Option<u64> {
    let length = duration::parse(spec.string("sloPeriod")?).ok()?;
    Some(length.as_secs() / duration::DAY.as_secs())
}

/// Says what of a catalogue does not fit: another window, short windows of its own.
fn windows(document: At<'_>, session: &mut Session<'_>) {
    let Some(spec) = document.get("spec") else { return };
    let days = session.options.window_days;
    if period(spec) != Some(days) {
        let why = format!(
            "this catalogue is not for a window of {days}d, so Sloth would not use it for these promises"
        );
        session.findings.lost(spec, why, "give `--window` with the window that it is for");
        return;
    }
    for (urgency, speed) in SLOTS {
        let Some(slot) = spec.get(urgency).and_then(|it| it.get(speed)) else { continue };
        let length = |key: &str| slot.peek(key).and_then(|it| duration::parse(it).ok());
        let (short, long) = (length("shortWindow"), length("longWindow"));
        if let (Some(at), Some(long)) = (slot.get("shortWindow"), long)
            && short != Some(long / 12)
        {
            let why = format!("the short window is a twelfth of the long one: {}", duration::text(long / 12));
            session.findings.changed(at, why, "alerts end so long after the failure; nothing is to be done");
        } else {
            slot.string("shortWindow");
        }
    }
}
