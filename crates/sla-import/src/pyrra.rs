//! Pyrra: the resource `ServiceLevelObjective`.

use rust_decimal::Decimal;
use sla_model::{
    duration,
    selector::{MatchOp, Selector},
    window::Window,
};

use crate::{
    draft::{Indicator, Objective, Told},
    query::{self, Query},
    session::Session,
    tree::At,
};

/// What a promise's labels and annotations begin with when they are meant for alerts.
const PREFIX: &str = "pyrra.dev/";

/// The module of promises without a namespace, which Kubernetes puts into this one.
const NO_NAMESPACE: &str = "default";

/// Reads a document; `false`: it is none of Pyrra's.
pub fn read<'t>(document: At<'t>, session: &mut Session<'t>) -> bool {
    let version = document.peek("apiVersion") == Some("pyrra.dev/v1alpha1");
    if !version || document.peek("kind") != Some("ServiceLevelObjective") {
        return false;
    }
    document.string("apiVersion");
    document.string("kind");
    if let Some(status) = document.get("status") {
        session.findings.note(status, "Kubernetes writes this itself", "nothing is to be done");
    }
    promise(document, session);
    true
}

fn promise(document: At<'_>, session: &mut Session<'_>) -> Option<()> {
    let (metadata, spec) = (document.get("metadata"), document.get("spec"));
    let name = metadata.and_then(|it| it.get("name"));
    let (Some(metadata), Some(spec), Some(name)) = (metadata, spec, name) else {
        let why = "the promise has no `metadata.name` or no `spec`";
        session.findings.dropped(document, document, why, "add what is missing");
        return None;
    };
    let Some(target) = spec.get("target") else {
        session.findings.dropped(document, spec, "the promise has no target", "add `target: \"99.9\"`");
        return None;
    };
    let target = session.target(document, target, true)?;
    let (indicator, by) = indicator(document, spec, session)?;
    let window = window(document, spec, session)?;
    let id = session.objective_id(name.text().unwrap_or_default(), name);
    let module = module(metadata, session);
    let mut promise = Session::objective(document, id, &module, target, window, indicator);
    promise.by = by;
    (promise.title, promise.comment) = Session::title_of(spec.string("description"));
    alerting(spec.get("alerting"), &mut promise, session);
    rest(spec, session);
    session.add(promise, document);
    Some(())
}

fn window(document: At<'_>, spec: At<'_>, session: &mut Session<'_>) -> Option<Window> {
    let Some(at) = spec.get("window") else {
        session.findings.dropped(document, spec, "the promise has no window", "add `window: 4w`");
        return None;
    };
    let text = at.text().unwrap_or_default();
    // Prometheus knows years of 365 days, and our notation leaves them out.
    let years = text.strip_suffix('y').and_then(|it| it.parse::<u32>().ok());
    let days = match (years, duration::parse(text)) {
        (Some(years), _) => Decimal::from(years) * Decimal::from(365),
        (None, Ok(length)) => duration::seconds(length) / duration::seconds(duration::DAY),
        (None, Err(error)) => {
            session.findings.dropped(document, at, error.to_string(), "write for example `window: 4w`");
            return None;
        }
    };
    Some(session.days(days, at))
}

/// Returns the module: the app that the labels name, else the namespace.
fn module(metadata: At<'_>, session: &mut Session<'_>) -> String {
    let labels = metadata.get("labels");
    let app = ["app.kubernetes.io/name", "app"].iter().find_map(|key| labels.and_then(|it| it.get(key)));
    let namespace = metadata.get("namespace");
    let module = if let Some(at) = app.or(namespace) {
        session.module_id(at.text().unwrap_or_default(), at)
    } else {
        session.draft.module(NO_NAMESPACE);
        NO_NAMESPACE.to_owned()
    };
    if let (Some(_), Some(namespace)) = (app, namespace) {
        session.findings.note(namespace, "the module is named after the app", "nothing is to be done");
    }
    if let Some(labels) = labels {
        let owner = ["pyrra.dev/team", "pyrra.dev/owner", "team"].iter().find_map(|key| labels.get(key));
        if let Some(owner) = owner {
            session.owner(&module, owner);
        }
        for (key, at) in labels.entries().into_iter().filter(|it| !it.1.is_read()) {
            if key.starts_with(PREFIX) {
                let why = "alerts carry labels of their own: `sla`, `slo`, `module`, `tier`, `severity`";
                session.findings.lost(
                    at,
                    why,
                    "route by owner and tier; the label `team` became the module's owner",
                );
            } else {
                let why = "labels of a Kubernetes resource say how it is deployed";
                session.findings.note(
                    at,
                    why,
                    "deploy the generated files as you deploy other files of Prometheus",
                );
            }
        }
    }
    if let Some(notes) = metadata.get("annotations") {
        for (key, at) in notes.entries() {
            if key.starts_with(PREFIX) {
                let why = "the texts and links of alerts are generated";
                session.findings.lost(at, why, "say what the promise is in `title`");
            } else {
                let why = "annotations of a Kubernetes resource say how it is deployed";
                session.findings.note(at, why, "nothing is to be done");
            }
        }
    }
    let why = "Kubernetes knows this of the resource, and no rule needs it";
    session.findings.lost_rest(metadata, why, "nothing is to be done");
    module
}

fn indicator(document: At<'_>, spec: At<'_>, session: &mut Session<'_>) -> Option<(Indicator, Vec<String>)> {
    let Some(at) = spec.get("indicator") else {
        session.findings.dropped(
            document,
            spec,
            "the promise has no indicator",
            "add `indicator: {ratio: …}`",
        );
        return None;
    };
    if let Some(ratio) = at.get("ratio") {
        let by = grouping(ratio);
        let bad = selected(document, ratio, "errors", session)?;
        let total = selected(document, ratio, "total", session)?;
        return Some(session.ratio(document, true, Query::of(bad, by.clone()), Query::of(total, by)));
    }
    if let Some(latency) = at.get("latency") {
        let by = grouping(latency);
        let success = selected(document, latency, "success", session)?;
        let total = selected(document, latency, "total", session)?;
        return classic(document, latency, &success, total, &by, session).map(|it| (it, by));
    }
    if let Some(latency) = at.get("latencyNative") {
        let by = grouping(latency);
        let histogram = selected(document, latency, "total", session)?;
        let limit = latency.get("latency");
        let Some(within) = limit.and_then(At::text).and_then(|it| duration::parse(it).ok()) else {
            let why = "the limit is missing, or no duration";
            session.findings.dropped(
                document,
                limit.unwrap_or(latency),
                why,
                "write for example `latency: 200ms`",
            );
            return None;
        };
        let within = duration::seconds(within);
        return Some((Indicator::Latency { histogram, native: true, within }, by));
    }
    if let Some(gauge) = at.get("bool_gauge") {
        let by = grouping(gauge);
        let selector = metric(document, gauge, session)?;
        let why = "a gauge is judged in slices of five minutes, each good or bad as a whole by its mean; Pyrra counts every sample";
        session.findings.observe(gauge, why, "look whether the target still is what you promise");
        let value = Decimal::ONE;
        return Some((Indicator::Slices { gauge: selector, bound: "at_least", value }, by));
    }
    let why = "the indicator is none of `ratio`, `latency`, `latencyNative`, `bool_gauge`";
    session.findings.dropped(document, at, why, "add `indicator: {ratio: …}`");
    None
}

fn grouping(of: At<'_>) -> Vec<String> {
    let labels = of.get("grouping").map(At::items).unwrap_or_default();
    let mut by: Vec<String> = labels.into_iter().filter_map(At::text).map(str::to_owned).collect();
    by.sort();
    by.dedup();
    by
}

fn selected(document: At<'_>, from: At<'_>, key: &str, session: &mut Session<'_>) -> Option<Selector> {
    let Some(at) = from.get(key) else {
        session.findings.dropped(document, from, format!("`{key}` is missing"), "add `metric: SELECTOR`");
        return None;
    };
    metric(document, at, session)
}

fn metric(document: At<'_>, from: At<'_>, session: &mut Session<'_>) -> Option<Selector> {
    let Some(at) = from.get("metric") else {
        session.findings.dropped(document, from, "`metric` is missing", "add `metric: SELECTOR`");
        return None;
    };
    match query::selector(at.text().unwrap_or_default().trim()) {
        Ok(selector) => Some(selector),
        Err(why) => {
            let why = format!("this is not a plain selector: {why}");
            session.findings.dropped(document, at, why, "write `metric_total{label=\"value\"}`");
            None
        }
    }
}

/// Makes a latency of the two series of a classic histogram: the bucket with its bound, and the count.
fn classic(
    document: At<'_>,
    at: At<'_>,
    success: &Selector,
    total: Selector,
    by: &[String],
    session: &mut Session<'_>,
) -> Option<Indicator> {
    let bound = success.matchers.iter().find(|it| it.label.as_str() == "le");
    let within =
        bound.and_then(|it| Decimal::from_str_exact(&it.value).ok().filter(|it| *it > Decimal::ZERO));
    let rest: Vec<_> = success.matchers.iter().filter(|it| it.label.as_str() != "le").cloned().collect();
    let base = |it: &Selector, suffix: &str| it.metric.as_str().strip_suffix(suffix).map(str::to_owned);
    let (bucket, count) = (base(success, "_bucket"), base(&total, "_count"));
    let exact = bound.is_some_and(|it| it.op == MatchOp::Equal);
    let same = |it: &[sla_model::selector::Matcher]| {
        let mut texts: Vec<String> = it.iter().map(ToString::to_string).collect();
        texts.sort();
        texts
    };
    let milliseconds = |it: &Decimal| (*it * Decimal::ONE_THOUSAND).fract().is_zero();
    if let (Some(bucket), Some(within), true) = (&bucket, within.filter(milliseconds), exact)
        && bucket.ends_with("_seconds")
        && Some(bucket) == count.as_ref()
        && same(&rest) == same(&total.matchers)
    {
        let metric = bucket.parse().ok()?;
        let histogram = Selector { metric, matchers: rest };
        return Some(Indicator::Latency { histogram, native: false, within });
    }
    // Two counters that are no bucket and count of one histogram in seconds are a plain ratio of good events.
    if bound.is_none() {
        let why = "the series of success has no `le`, so there is no limit";
        session.findings.dropped(document, at, why, "add `le=\"0.5\"` to `success`");
        return None;
    }
    let why = "the series are not the bucket and the count of one histogram in seconds with the same labels, so this became a ratio of good events";
    session.findings.observe(at, why, "write `latency: {histogram: …, within: …}`, if they are");
    let (part, total) = (Query::of(success.clone(), by.to_vec()), Query::of(total, by.to_vec()));
    Some(Indicator::Ratio { part_is_bad: false, part, total })
}

/// The four burn alerts, and which of ours they are nearest to.
const BURNS: [(&str, bool); 4] =
    [("fastBurn", true), ("mediumBurn", true), ("slowBurn", false), ("longTermBurn", false)];

fn alerting(alerting: Option<At<'_>>, promise: &mut Objective, session: &mut Session<'_>) {
    let flag = |key: &str| alerting.and_then(|it| it.flag(key));
    let off = flag("disabled") == Some(true) || flag("burnrates") == Some(false);
    let absent = flag("absent");
    let (mut page, mut ticket) = (Told::USUAL, Told::USUAL);
    if let Some(severities) = alerting.and_then(|it| it.get("severities")) {
        for (key, is_page) in BURNS {
            let Some(at) = severities.get(key) else { continue };
            let Some(text) = at.text().filter(|it| !it.trim().is_empty()) else { continue };
            let told = if is_page { &mut page } else { &mut ticket };
            match &told.severity {
                None => told.severity = Some(text.to_owned()),
                Some(first) if first == text => {}
                Some(first) => {
                    let why =
                        format!("both fast or both slow alerts have one severity, and `{first}` came first");
                    session.findings.changed(at, why, "choose one severity for each pair");
                }
            }
        }
        let why = "an alert about a metric that is gone has the severity of a ticket";
        session.findings.lost_rest(severities, why, "choose the severity of the tier of tickets");
    }
    promise.page = Some(page);
    promise.ticket = Some(ticket);
    if off {
        promise.page = None;
        promise.ticket = None;
    } else if session.first("factors") {
        let why = "Pyrra's alerts fire at 14, 7, 2 and 1 times the allowed rate over windows that grow with the promise's; \
                   ours when 2% of the budget is spent in 1h or 5% in 6h (page), 10% in 1d or 3d (ticket)";
        match alerting {
            Some(at) => session.findings.observe(at, why, "write `alert: {burns: …}` for other numbers"),
            None => session.findings.observed(
                promise.span,
                &promise.path,
                why,
                "write `alert: {burns: …}` for other numbers",
            ),
        }
    }
    let Some(alerting) = alerting else { return };
    if let Some(at) = alerting.get("absent").filter(|it| it.is_read()) {
        match (off, absent) {
            (false, Some(true)) => {
                let why = "that a metric vanished is told of every promise that somebody is told of";
                session.findings.note(at, why, "nothing is to be done");
            }
            (false, _) => {
                let why = "that a metric vanished is told of every promise that somebody is told of; it cannot be turned off";
                session.findings.changed(at, why, "silence `SloVanished` and `SloNeverSeen` of this promise");
            }
            (true, Some(true)) => {
                let why = "nobody is told that the metric of a promise without burn alerts is gone";
                session.findings.lost(at, why, "write `alert: {ticket: P2}`");
            }
            (true, _) => session.findings.note(at, "nobody is told of this promise", "nothing is to be done"),
        }
    }
    for (key, what) in [("name", "SloBurn"), ("absentName", "SloVanished")] {
        if let Some(at) = alerting.get(key) {
            let why = format!("this alert has one name, `{what}`, and says in labels what it is about");
            session.findings.lost(at, why, "change silences and routes that match the old name");
        }
    }
}

/// Reads what only says how Pyrra computes.
fn rest(spec: At<'_>, session: &mut Session<'_>) {
    if let Some(at) = spec.get("performanceOverAccuracy") {
        let why = "every window is a sum of counts of five minutes: fast, and weighted by traffic";
        session.findings.note(at, why, "nothing is to be done");
    }
    if let Some(at) = spec.get("partial_response_strategy") {
        let why = "this is a setting of Thanos Ruler, which the generated rules do not have";
        session.findings.lost(at, why, "set it where Thanos Ruler loads the rules");
    }
    if let Some(at) = spec.get("ruleOutput") {
        let why = "rules of one promise stand in one file, and carry no labels that choose a server";
        session.findings.lost(at, why, "choose the server by file");
    }
}
