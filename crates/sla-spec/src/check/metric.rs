//! Every metric that an objective uses is exposed, of the right kind, and has the labels.

use std::borrow::Cow;

use rust_decimal::Decimal;
use sla_model::{
    id::LabelName,
    names::{self, Kind},
    selector::{MatchOp, Matcher},
};

use crate::{
    decode::context::Context,
    diagnostic::{Code, Diagnostic, Span},
    promql::Located,
    suggest,
};

/// Labels that Prometheus itself puts on every series.
const SCRAPE_LABELS: [&str; 2] = ["job", "instance"];

/// A metric that the specification declares.
#[derive(Clone, Debug)]
pub struct Exposed {
    /// Where it is declared.
    pub span: Span,
    /// It is a business counter, not a scraped metric.
    pub business: bool,
    /// What it is; `None` if the declaration has a problem of its own.
    pub shape: Option<Shape>,
}

/// What is known of a metric.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The kind.
    pub kind: Kind,
    /// The labels.
    pub labels: Vec<String>,
    /// A label of which every value is known.
    pub values: Option<(String, Vec<String>)>,
    /// What is known of a histogram's buckets.
    pub buckets: Option<Buckets>,
}

/// The buckets of a scraped histogram.
#[derive(Clone, Debug)]
pub enum Buckets {
    /// It has these upper bounds.
    Bounds(Vec<Decimal>),
    /// It is a native one: a single series, without bounds.
    Native,
}

/// One use of a metric.
#[derive(Debug)]
pub struct Use<'u> {
    /// What is selected, with the places of its parts.
    pub selector: &'u Located<Span>,
    /// What it is used for.
    pub role: Role,
    /// Labels that must be kept, with the place where that is said.
    pub by: &'u [(LabelName, Span)],
}

/// What a metric is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Events of a ratio.
    Counter,
    /// What needs a histogram, with its article.
    Histogram(&'static str),
    /// Slices.
    Gauge,
    /// A query, which may use anything.
    Any,
}

/// Reports names that are exposed twice.
pub fn check(cx: &Context<'_>) -> Vec<Diagnostic> {
    cx.known.metrics.iter().flat_map(|(name, exposed)| collisions(name, exposed)).collect()
}

/// Reports an unknown metric, one of the wrong kind, and unknown labels. What is exposed was decoded before what
/// uses it.
pub fn misused(it: &Use<'_>, cx: &Context<'_>) -> Vec<Diagnostic> {
    let name = it.selector.selector.metric.as_str();
    let shapes = shapes(cx, name);
    if shapes.is_empty() {
        return if cx.known.metrics_incomplete { Vec::new() } else { vec![unknown(cx, it, name)] };
    }
    // Of a metric with a problem of its own nothing more can be said.
    let Some(shapes) = shapes.into_iter().collect::<Option<Vec<Cow<'_, Shape>>>>() else {
        return Vec::new();
    };
    let wanted = match it.role {
        Role::Counter => Some(Kind::Counter),
        Role::Histogram(_) => Some(Kind::Histogram),
        Role::Gauge => Some(Kind::Gauge),
        Role::Any => None,
    };
    if wanted.is_some_and(|wanted| shapes.iter().all(|it| it.kind != wanted)) {
        return vec![wrong_kind(it, name, &shapes)];
    }
    let compared = it.selector.selector.matchers.iter().zip(&it.selector.matchers);
    let compared = compared.filter_map(|(matcher, span)| label(name, &shapes, matcher, *span));
    let kept = it.by.iter().filter_map(|(label, span)| no_label(name, &shapes, label.as_str(), *span));
    compared.chain(kept).collect()
}

fn collisions(name: &str, exposed: &[Exposed]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for counter in exposed.iter().filter(|it| it.business) {
        let scraped = exposed.iter().find(|it| !it.business);
        let message = if exported(name).is_some() {
            format!("`{name}` is a metric of the exporter itself")
        } else if let Some(own) = namesake(name) {
            format!("OpenMetrics cannot tell `{name}` from `{own}`, a metric of the exporter itself")
        } else if scraped.is_some() {
            format!("`{name}` is also a scraped metric")
        } else {
            continue;
        };
        let problem = Diagnostic::error(Code::MetricName, counter.span, message).hint("choose another name");
        problems.push(match scraped {
            Some(scraped) => problem.related(scraped.span, "scraped here"),
            None => problem,
        });
    }
    problems
}

/// Returns the metric of the exporter itself whose name OpenMetrics takes for the same: it has counters without `_total`,
/// and endings that belong to histograms. Two families of one name make the whole page invalid.
fn namesake(name: &str) -> Option<&'static str> {
    let family = |name: &'_ str| name.strip_suffix("_total").unwrap_or(name).to_owned();
    let mine = family(name);
    let base = ["_bucket", "_count", "_sum", "_created"].iter().find_map(|it| mine.strip_suffix(it));
    let same = |own: &str| family(own) == mine || base.is_some_and(|it| it == family(own));
    names::exported().map(|it| it.name).find(|it| same(it))
}

fn exported(name: &str) -> Option<Shape> {
    let metric = names::exported().find(|it| it.name == name)?;
    let labels = metric.labels.iter().map(|it| (*it).to_owned()).collect();
    Some(Shape { kind: metric.kind, labels, values: None, buckets: None })
}

/// Every shape under which a series of this name is exposed; `None` stands for one that is not known.
fn shapes<'c>(cx: &'c Context<'_>, name: &str) -> Vec<Option<Cow<'c, Shape>>> {
    let direct = |name: &str| {
        let declared = cx.known.metrics.get(name).into_iter().flatten();
        let declared = declared.map(|it| it.shape.as_ref().map(Cow::Borrowed));
        declared.chain(exported(name).map(|it| Some(Cow::Owned(it))))
    };
    let mut found: Vec<Option<Cow<'_, Shape>>> = direct(name).collect();
    for (suffix, label) in [("_bucket", Some("le")), ("_count", None), ("_sum", None)] {
        let Some(base) = name.strip_suffix(suffix) else { continue };
        for shape in direct(base) {
            match shape.map(Cow::into_owned) {
                Some(Shape { kind: Kind::Histogram, mut labels, values, buckets })
                    if !matches!(buckets, Some(Buckets::Native)) =>
                {
                    labels.extend(label.map(str::to_owned));
                    found.push(Some(Cow::Owned(Shape {
                        kind: Kind::Counter,
                        labels,
                        values,
                        buckets: None,
                    })));
                }
                Some(_) => {}
                None => found.push(None),
            }
        }
    }
    found
}

fn unknown(cx: &Context<'_>, it: &Use<'_>, name: &str) -> Diagnostic {
    let declared = cx.known.metrics.keys().map(String::as_str);
    let known = declared.chain(names::exported().map(|it| it.name));
    let hint = match suggest::nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "declare it under `metrics:`, or under the `metrics:` of a scrape".to_owned(),
    };
    let message = format!("nobody exposes a metric `{name}`");
    Diagnostic::error(Code::UnknownMetric, it.selector.name, message).hint(hint)
}

fn wrong_kind(it: &Use<'_>, name: &str, shapes: &[Cow<'_, Shape>]) -> Diagnostic {
    let histogram = shapes.iter().any(|it| it.kind == Kind::Histogram);
    let (message, hint) = match it.role {
        Role::Counter if histogram => (
            format!("a ratio needs counters, and `{name}` is a histogram"),
            format!("count with `{name}_count`"),
        ),
        Role::Counter | Role::Any => (
            format!("a ratio needs counters, and `{name}` is a gauge"),
            "use a metric whose name ends in `_total`".to_owned(),
        ),
        Role::Gauge => (
            format!("slices need a gauge, and `{name}` is none"),
            if histogram { "use `latency` or `mean`" } else { "use `ratio`, or another metric" }.to_owned(),
        ),
        Role::Histogram(what) => {
            let base = ["_sum", "_count", "_bucket"].iter().find_map(|suffix| name.strip_suffix(suffix));
            let hint = match base {
                Some(base) => format!("write `{base}`, without `_sum`, `_count` and `_bucket`"),
                None => "declare it with `histogram: [0.1, 0.5, 1]`, or use another metric".to_owned(),
            };
            (format!("{what} needs a histogram, and `{name}` is none"), hint)
        }
    };
    Diagnostic::error(Code::MetricKind, it.selector.name, message).hint(hint)
}

/// Reports a label that no series of the metric carries.
fn no_label(name: &str, shapes: &[Cow<'_, Shape>], label: &str, span: Span) -> Option<Diagnostic> {
    let carried = shapes.iter().any(|it| it.labels.iter().any(|it| it == label));
    if carried || SCRAPE_LABELS.contains(&label) {
        return None;
    }
    let known = shapes.iter().flat_map(|it| &it.labels).map(String::as_str);
    let hint = suggest::hint(label, known, "declare it with `labels: […]`");
    let message = format!("`{name}` has no label `{label}`");
    Some(Diagnostic::error(Code::UnknownLabel, span, message).hint(hint))
}

fn label(name: &str, shapes: &[Cow<'_, Shape>], matcher: &Matcher, span: Span) -> Option<Diagnostic> {
    let label = matcher.label.as_str();
    if let Some(problem) = no_label(name, shapes, label, span) {
        return Some(problem);
    }
    let carriers: Vec<&Cow<'_, Shape>> =
        shapes.iter().filter(|it| it.labels.iter().any(|it| it == label)).collect();
    if carriers.is_empty() {
        return None;
    }
    let values = carriers.iter().map(|it| it.values.as_ref().filter(|it| it.0 == label).map(|it| &it.1));
    let values: Vec<&String> = values.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
    let exact = matches!(matcher.op, MatchOp::Equal | MatchOp::NotEqual);
    if !exact || values.contains(&&matcher.value) {
        return None;
    }
    let hint = suggest::hint(&matcher.value, values.iter().map(|it| it.as_str()), "");
    let message = format!("the label `{label}` of `{name}` never is `{}`", matcher.value);
    Some(Diagnostic::error(Code::LabelValue, span, message).hint(hint))
}
