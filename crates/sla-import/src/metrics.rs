//! What the queries of a draft tell of the metrics: their kinds, labels and jobs.

use std::collections::{BTreeMap, BTreeSet};

use promql_parser::{
    label::MatchOp,
    parser::{self, Expr, LabelModifier, VectorSelector},
};
use rust_decimal::Decimal;
use sla_model::id::JobId;

use crate::{
    draft::{Draft, Indicator, Objective},
    name::identifier,
    query::{Query, probe},
};

/// Labels that Prometheus itself gives.
const GIVEN: [&str; 3] = ["job", "instance", "le"];

/// What a metric is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Rises and falls.
    Gauge,
    /// Only rises.
    Counter,
    /// A classic histogram, with the bounds that the queries name.
    Histogram(BTreeSet<Decimal>),
    /// A native histogram.
    Native,
}

/// A metric as the queries show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// What it is.
    pub kind: Kind,
    /// The labels that queries name.
    pub labels: BTreeSet<String>,
}

/// A job as the queries show it.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// The part of the system that answers for it.
    pub module: String,
    /// The names of its metrics.
    pub metrics: BTreeSet<String>,
    /// No query names it: its name was made up.
    pub made_up: bool,
}

/// Everything that must be declared.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// The metrics by name.
    pub metrics: BTreeMap<String, Metric>,
    /// The jobs by name.
    pub jobs: BTreeMap<String, Job>,
}

/// One selector of a query.
struct Seen {
    name: String,
    kind: Kind,
    labels: BTreeSet<String>,
    jobs: BTreeSet<String>,
    bounds: BTreeSet<Decimal>,
}

/// Gathers what the objectives of a draft select.
pub fn declared(draft: &Draft) -> Declared {
    let mut found: Vec<(&Objective, Seen)> = Vec::new();
    for objective in &draft.objectives {
        let mut seen = seen(&objective.indicator);
        for it in &mut seen {
            it.labels.extend(objective.by.iter().filter(|it| !is_given(it)).cloned());
        }
        found.extend(seen.into_iter().map(|it| (objective, it)));
    }
    let mut declared = Declared::default();
    let histograms: BTreeSet<String> = found
        .iter()
        .filter(|it| matches!(it.1.kind, Kind::Histogram(_)))
        .map(|it| it.1.name.clone())
        .collect();
    for (objective, seen) in found {
        let name = base(&seen.name, &histograms);
        for (job, made_up) in jobs(&seen, objective) {
            let job = declared.jobs.entry(job).or_insert_with(|| Job {
                module: objective.module.clone(),
                made_up,
                ..Job::default()
            });
            job.metrics.insert(name.clone());
        }
        declared.add(name, seen);
    }
    declared
}

impl Declared {
    fn add(&mut self, name: String, seen: Seen) {
        let kind = seen.kind;
        let metric = self
            .metrics
            .entry(name)
            .or_insert_with(|| Metric { kind: kind.clone(), labels: BTreeSet::new() });
        metric.labels.extend(seen.labels);
        match (&mut metric.kind, kind) {
            (Kind::Histogram(bounds), Kind::Histogram(more)) => bounds.extend(more),
            // Of two kinds, the one that says more.
            (known, kind) if kind > *known => *known = kind,
            _ => {}
        }
        if let Kind::Histogram(bounds) = &mut metric.kind {
            bounds.extend(seen.bounds);
        }
    }
}

/// The jobs that a selector names, else one that is named after the module.
fn jobs(seen: &Seen, objective: &Objective) -> Vec<(String, bool)> {
    let valid = |it: &&String| it.parse::<JobId>().is_ok();
    let named: Vec<_> = seen.jobs.iter().filter(valid).map(|it| (it.clone(), false)).collect();
    if named.is_empty() { vec![(identifier(&objective.module), true)] } else { named }
}

/// Returns the name under which a series is declared: the histogram that it belongs to, or itself.
fn base(name: &str, histograms: &BTreeSet<String>) -> String {
    let bases = ["_bucket", "_count", "_sum"].iter().filter_map(|it| name.strip_suffix(it));
    bases.into_iter().find(|it| histograms.contains(*it)).unwrap_or(name).to_owned()
}

fn is_given(label: &str) -> bool {
    GIVEN.contains(&label) || label.starts_with("__")
}

fn seen(indicator: &Indicator) -> Vec<Seen> {
    let mut found = Vec::new();
    match indicator {
        Indicator::Ratio { part, total, .. } => {
            queried(part, &mut found);
            queried(total, &mut found);
        }
        Indicator::Latency { histogram, native, within } => {
            let kind = if *native { Kind::Native } else { Kind::Histogram(BTreeSet::from([*within])) };
            parsed(&histogram.to_string(), &kind, &mut found);
        }
        Indicator::Slices { gauge, .. } => parsed(&gauge.to_string(), &Kind::Gauge, &mut found),
        Indicator::Composite { .. } => {}
    }
    found
}

fn queried(query: &Query, found: &mut Vec<Seen>) {
    parsed(&probe(&query.text), &Kind::Gauge, found);
}

fn parsed(text: &str, kind: &Kind, found: &mut Vec<Seen>) {
    let first = found.len();
    // A query that does not parse never became part of a draft.
    let Ok(expression) = parser::parse(text) else { return };
    let mut kept = BTreeSet::new();
    collect(&expression, kind, &mut kept, found);
    for it in &mut found[first..] {
        it.labels.extend(kept.iter().filter(|it| !is_given(it)).cloned());
    }
}

/// Walks through an expression; `kind` is what the functions around it say of a metric.
fn collect(expression: &Expr, kind: &Kind, kept: &mut BTreeSet<String>, found: &mut Vec<Seen>) {
    match expression {
        Expr::VectorSelector(it) => found.extend(selected(it, kind)),
        Expr::MatrixSelector(it) => found.extend(selected(&it.vs, kind)),
        Expr::Subquery(it) => collect(&it.expr, &Kind::Gauge, kept, found),
        Expr::Paren(it) => collect(&it.expr, kind, kept, found),
        Expr::Unary(it) => collect(&it.expr, kind, kept, found),
        Expr::Binary(it) => {
            collect(&it.lhs, kind, kept, found);
            collect(&it.rhs, kind, kept, found);
        }
        Expr::Aggregate(it) => {
            if let Some(LabelModifier::Include(labels)) = &it.modifier {
                kept.extend(labels.labels.iter().cloned());
            }
            if let Some(parameter) = &it.param {
                collect(parameter, kind, kept, found);
            }
            collect(&it.expr, kind, kept, found);
        }
        Expr::Call(it) => {
            let kind = match it.func.name {
                "rate" | "irate" | "increase" if *kind == Kind::Native => Kind::Native,
                "rate" | "irate" | "increase" => Kind::Counter,
                "histogram_fraction" | "histogram_count" | "histogram_sum" | "histogram_avg" => Kind::Native,
                name if name.ends_with("_over_time") => Kind::Gauge,
                _ => kind.clone(),
            };
            it.args.args.iter().for_each(|it| collect(it, &kind, kept, found));
        }
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
    }
}

fn selected(selector: &VectorSelector, kind: &Kind) -> Option<Seen> {
    let matchers = &selector.matchers.matchers;
    let is_name = |it: &&promql_parser::label::Matcher| it.name == "__name__" && it.op == MatchOp::Equal;
    let name = selector.name.clone().or_else(|| matchers.iter().find(is_name).map(|it| it.value.clone()))?;
    let labels = matchers.iter().map(|it| it.name.clone()).filter(|it| !is_given(it)).collect();
    let jobs = matchers.iter().filter(|it| it.name == "job" && it.op == MatchOp::Equal);
    let jobs = jobs.map(|it| it.value.clone()).collect();
    let bounds: BTreeSet<Decimal> =
        matchers.iter().filter(|it| it.name == "le").flat_map(|it| numbers(&it.value)).collect();
    let mut seen = Seen { name, kind: kind.clone(), labels, jobs, bounds };
    if let Some(base) = seen.name.strip_suffix("_bucket")
        && !seen.bounds.is_empty()
    {
        seen.name = base.to_owned();
        seen.kind = Kind::Histogram(seen.bounds.clone());
    }
    Some(seen)
}

/// Returns the bounds that a value or pattern of `le` names: `0.5`, `0.5|1`, `1(\.0)?`.
fn numbers(value: &str) -> Vec<Decimal> {
    let plain = value.replace("\\.", ".").replace("(.0)?", "");
    let words = plain.split(|it: char| !it.is_ascii_digit() && it != '.');
    let number = |it: &str| Decimal::from_str_exact(it).ok().filter(|it| *it > Decimal::ZERO);
    words.filter_map(number).map(|it| it.normalize()).collect()
}
