//! Indicators: what an SLI asks, as events, as a raw ratio, or as a value with a limit.

use rust_decimal::Decimal;

use super::{
    Version,
    range::{Bare, Ranged, ranged},
};
use crate::{
    draft::Indicator,
    query::{self, Query, WINDOW},
    session::Session,
    tree::At,
};

/// Sources that answer PromQL, in lower case.
const PROMETHEUS: [&str; 6] = ["prometheus", "promql", "thanos", "mimir", "cortex", "victoriametrics"];

/// What is asked, and where.
pub struct Asked<'t> {
    /// The promise, or the objective of several.
    pub whole: At<'t>,
    /// One entry of `objectives`.
    pub objective: At<'t>,
    /// What the indicator says: of an SLI its `spec`.
    pub sli: At<'t>,
    /// Whether the budget counts slices of time.
    pub by_time: bool,
}

/// Makes our indicator and the labels that it keeps. `None`: it was said why there is none.
pub fn read<'t>(
    asked: &Asked<'t>,
    version: Version,
    session: &mut Session<'t>,
) -> Option<(Indicator, Vec<String>)> {
    let (ratio, threshold) = match version {
        Version::V1 => (asked.sli.get("ratioMetric"), asked.sli.get("thresholdMetric")),
        Version::V1Alpha => (asked.objective.get("ratioMetrics"), asked.sli.get("thresholdMetric")),
    };
    match (ratio, threshold) {
        (Some(ratio), _) => self::ratio(asked, ratio, version, session),
        (None, Some(threshold)) => {
            self::threshold(asked, threshold, version, session).map(|it| (it, Vec::new()))
        }
        (None, None) => {
            let why = "the indicator is neither a ratio nor a value with a limit";
            session.findings.dropped(asked.whole, asked.sli, why, "add `ratioMetric` or `thresholdMetric`");
            None
        }
    }
}

fn ratio<'t>(
    asked: &Asked<'t>,
    ratio: At<'t>,
    version: Version,
    session: &mut Session<'t>,
) -> Option<(Indicator, Vec<String>)> {
    let counter = ratio.flag(if version == Version::V1 { "counter" } else { "incremental" });
    let bare = if counter == Some(false) { Bare::Events } else { Bare::Counter };
    if let Some(value) = asked.objective.get("value").or_else(|| asked.objective.get("op")) {
        let why = "a ratio of events has no limit: `op` and `value` are for values";
        session.findings.lost(value, why, "remove them");
    }
    if asked.by_time {
        let why = "the budget counts events, and not slices of time in which enough events were good";
        session.findings.observe(asked.objective, why, "look whether the target still is what you promise");
    }
    if let Some(raw) = ratio.get("raw") {
        return self::raw(asked, ratio, raw, version, session);
    }
    let good = ratio.get("good");
    let Some((part, total)) = good.or_else(|| ratio.get("bad")).zip(ratio.get("total")) else {
        let why = "the ratio has no `total`, or neither `good` nor `bad`";
        session.findings.dropped(asked.whole, ratio, why, "add both queries");
        return None;
    };
    let part = query(asked, part, bare, version, session)?;
    let total = query(asked, total, bare, version, session)?;
    Some(session.ratio(asked.objective, good.is_none(), part, total))
}

fn raw<'t>(
    asked: &Asked<'t>,
    ratio: At<'t>,
    raw: At<'t>,
    version: Version,
    session: &mut Session<'t>,
) -> Option<(Indicator, Vec<String>)> {
    let Some(kind) = ratio.word("rawType", &["success", "failure"]) else {
        let why = "`rawType` is neither `success` nor `failure`";
        session.findings.dropped(asked.whole, ratio, why, "say what the raw ratio is a share of");
        return None;
    };
    let part_is_bad = kind == "failure";
    let found = query(asked, raw, Bare::Value, version, session)?;
    let part = if part_is_bad { found.text } else { format!("1 - ({})", found.text) };
    let why = "a ratio without numbers of events is weighted by time: an hour without traffic counts as much as the busiest";
    session.findings.observe(raw, why, "give good or bad and total events, if there are counters of them");
    Some((by_time(part), Vec::new()))
}

/// Makes a ratio of time from the share of it that is bad.
fn by_time(bad: String) -> Indicator {
    let part = Query { text: bad, plain: None };
    Indicator::Ratio { part_is_bad: true, part, total: Query { text: "vector(1)".to_owned(), plain: None } }
}

fn threshold<'t>(
    asked: &Asked<'t>,
    threshold: At<'t>,
    version: Version,
    session: &mut Session<'t>,
) -> Option<Indicator> {
    let (Some(op), Some(value)) = (asked.objective.get("op"), asked.objective.get("value")) else {
        let why = "a value needs its limit: `op` and `value`";
        session.findings.dropped(
            asked.whole,
            asked.objective,
            why,
            "add for example `op: lte` and `value: 0.5`",
        );
        return None;
    };
    let limit = value.text().map(str::trim);
    let limit =
        limit.and_then(|it| Decimal::from_str_exact(it).or_else(|_| Decimal::from_scientific(it)).ok());
    let (bound, strict, bad) = match op.text() {
        Some("lte") => ("at_most", false, ">"),
        Some("lt") => ("at_most", true, ">="),
        Some("gte") => ("at_least", false, "<"),
        Some("gt") => ("at_least", true, "<="),
        _ => ("", false, ""),
    };
    let Some(limit) = limit.filter(|_| !bound.is_empty()) else {
        let why = "`op` is none of `lte`, `gte`, `lt`, `gt`, or `value` is no number";
        session.findings.dropped(asked.whole, op, why, "write for example `op: lte` and `value: 0.5`");
        return None;
    };
    let (at, text) = source(asked, threshold, version, session)?;
    if let Ok(gauge) = query::selector(text.trim()) {
        if strict {
            session.findings.observe(
                op,
                format!("the limit itself counts as good: `{bound}`"),
                "nothing is to be done",
            );
        }
        let why = "a value is judged in slices of five minutes, each good or bad as a whole by its mean";
        session.findings.observe(at, why, "look whether the target still is what you promise");
        return Some(Indicator::Slices { gauge, bound, value: limit });
    }
    match query::parsed(&query::on_one_line(&text)) {
        Ok(found) if found.text.contains('[') => {
            let why = "the value has a range of its own, and cannot be looked at over the window";
            let instead = "record the value under a name of its own, and use `slices: {gauge: NAME}`";
            session.findings.dropped(asked.whole, at, why, instead);
            None
        }
        Ok(found) => {
            let why = "the value is a query and not a series, so the budget counts the share of time in which the limit is not met";
            session.findings.observe(at, why, "record the value under a name of its own, and use `slices`");
            let text =
                format!("max(avg_over_time((({}) {bad} bool {})[{WINDOW}:]))", found.text, limit.normalize());
            Some(by_time(text))
        }
        Err(why) => {
            session.findings.dropped(asked.whole, at, why, "write the query in PromQL");
            None
        }
    }
}

fn query<'t>(
    asked: &Asked<'t>,
    metric: At<'t>,
    bare: Bare,
    version: Version,
    session: &mut Session<'t>,
) -> Option<Query> {
    let (at, text) = source(asked, metric, version, session)?;
    match ranged(&text, bare) {
        Ok(Ranged { query, note }) => {
            if let Some(note) = note {
                session.findings.observe(at, note, "look whether the query still counts what you promise");
            }
            Some(query)
        }
        Err(why) => {
            session.findings.dropped(
                asked.whole,
                at,
                why,
                "write a counter, or PromQL with `[$window]` as its range",
            );
            None
        }
    }
}

/// Returns the query of a metric source, if Prometheus can answer it.
fn source<'t>(
    asked: &Asked<'t>,
    metric: At<'t>,
    version: Version,
    session: &mut Session<'t>,
) -> Option<(At<'t>, String)> {
    let (kind, query) = match version {
        Version::V1Alpha => {
            metric.word("queryType", &["promql", "PromQL", "query"]);
            (metric.get("source"), metric.get("query"))
        }
        Version::V1 => {
            let source = metric.get("metricSource").unwrap_or(metric);
            let referred = source.string("metricSourceRef").and_then(|it| data_source(it, session));
            let spec = source.get("spec");
            let query = spec.and_then(|it| it.get("query").or_else(|| it.get("promql")));
            (source.get("type").or(referred), query)
        }
    };
    let foreign = kind.and_then(|it| Some((it, it.text()?)));
    if let Some((at, kind)) = foreign.filter(|it| !PROMETHEUS.contains(&it.1.to_ascii_lowercase().as_str())) {
        let why = format!("Prometheus cannot answer a query of {}", crate::tree::cut(kind, 40));
        session.findings.dropped(asked.whole, at, why, "say it with series that Prometheus has");
        return None;
    }
    let Some((at, text)) = query.and_then(|it| Some((it, it.text()?))) else {
        let why = "the source has no `query`";
        session.findings.dropped(asked.whole, metric, why, "add the query in PromQL");
        return None;
    };
    Some((at, text.to_owned()))
}

/// Reads the object of a data source, and returns its type.
fn data_source<'t>(name: &str, session: &mut Session<'t>) -> Option<At<'t>> {
    let found = super::referred("DataSource", name, session)?;
    if let Some(title) = found.get("metadata").and_then(|it| it.get("displayName")) {
        session.findings.note(title, "this names the connection", "nothing is to be done");
    }
    let spec = found.get("spec")?;
    if let Some(details) = spec.get("connectionDetails") {
        let why = "Prometheus evaluates the rules itself, so nobody connects to it";
        session.findings.note(details, why, "load the generated rules in this Prometheus");
    }
    if let Some(words) = spec.get("description") {
        session.findings.note(words, "this describes the connection", "nothing is to be done");
    }
    spec.get("type")
}
