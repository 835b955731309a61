//! `scrapes`: foreign targets that Prometheus scrapes, and what they expose.

use std::{collections::BTreeMap, ops::RangeInclusive, time::Duration};

use sla_model::{
    bounds::Bounds,
    id::{JobId, LabelName, MetricName, TierId},
    indicator::INTERVAL,
    names::Kind as MetricKind,
    scrape::{Scrape, ScrapeKind, ScrapeMetric},
};

use crate::{
    check::{
        Noun,
        metric::{Buckets, Exposed, Shape},
    },
    decode::{
        context::Context,
        field::{Fields, Table, optional, required},
        list, network, scalar, unit,
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic},
    yaml::node::{Entry, Kind, Node},
};

/// The keys of a scrape job.
pub const TABLE: Table = Table {
    what: "a scrape",
    fields: &[
        required("targets", "[\"shop:8080\"]", "`host:port` of each instance.")
            .of(Type::Distinct(&Type::Address)),
        optional("every", "30s", "How often it is scraped, at most every minute; `30s`, if it is left out.")
            .of(Type::Duration),
        required("module", "storefront", "The part of the system that answers for it.").of(Type::Name),
        optional("alert", "{down: P2}", "Who is told when no instance can be scraped.")
            .of(Type::Block(&ALERT)),
        optional(
            "metrics",
            "{http_request_duration_seconds: {histogram: [0.1, 0.5, 1], labels: [route]}}",
            "What it exposes, as far as objectives use it.",
        )
        .of(Type::Map(&Type::Metric, &Type::Block(&METRIC))),
    ],
    mistakes: &[("interval", "write `every`"), ("target", "write `targets: [\"shop:8080\"]`")],
};

/// The keys of a scrape's or journey's `alert`.
pub const ALERT: Table = Table {
    what: "a `down` alert",
    fields: &[optional("down", "P2", "The tier of the alert when nothing answers.").of(Type::Name)],
    mistakes: &[],
};

/// The keys of a scraped metric.
pub const METRIC: Table = Table {
    what: "a scraped metric",
    fields: &[
        optional(
            "type",
            "counter",
            "`counter`, `gauge` or `native_histogram`; a classic histogram is declared with its buckets.",
        )
        .of(Type::Choice(&["counter", "gauge", "native_histogram"]))
        .exactly_one(),
        optional("histogram", "[0.1, 0.5, 1]", "The upper bounds of the buckets, in seconds.")
            .of(Type::Filled(&Type::Number))
            .exactly_one(),
        optional("labels", "[route, status]", "The labels that it carries beside `job` and `instance`.")
            .of(Type::Distinct(&Type::Label)),
    ],
    mistakes: &[("buckets", "write `histogram: [0.1, 0.5, 1]`")],
};

/// A rule needs two samples in five minutes even when one scrape fails.
const EVERY: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_mins(1);

/// Labels that Prometheus itself puts on every series.
const GIVEN_LABELS: [&str; 3] = ["job", "instance", "le"];

/// Decodes one scrape job.
pub fn decode(id: &JobId, entry: &Entry, cx: &mut Context<'_>) -> Option<Scrape> {
    let Some(fields) = cx.fields(&entry.value, &TABLE) else {
        cx.known_mut().metrics_incomplete = true;
        return None;
    };
    let targets = fields.get(cx, "targets", |it, cx| list::distinct(it, cx, network::address));
    let every = fields.or(cx, "every", INTERVAL, |it, cx| unit::ranged(it, cx, "a scrape interval", &EVERY));
    let module = fields.get(cx, "module", |it, cx| scalar::reference(Noun::Module, it, cx));
    let down = fields.or(cx, "alert", None, down);
    let metrics = fields.or(cx, "metrics", BTreeMap::new(), metrics);
    Some(Scrape {
        id: id.clone(),
        targets: targets?,
        every: every?,
        module: module?,
        down: down?,
        metrics: metrics?,
    })
}

/// Decodes `alert: {down: TIER}`.
#[expect(clippy::option_option, reason = "the outer one is failure as everywhere, the inner one absence")]
pub fn down(node: &Node, cx: &mut Context<'_>) -> Option<Option<TierId>> {
    let fields = cx.fields(node, &ALERT)?;
    fields.maybe(cx, "down", |it, cx| scalar::reference(Noun::Tier, it, cx))
}

fn metrics(node: &Node, cx: &mut Context<'_>) -> Option<BTreeMap<MetricName, ScrapeMetric>> {
    let Kind::Map(entries) = &node.kind else {
        cx.known_mut().metrics_incomplete = true;
        return cx.wrong_kind(node, "a mapping");
    };
    let metrics = list::named(entries, cx, |_: &MetricName, entry, cx| {
        let metric = metric(&entry.value, cx);
        let exposed = Exposed { span: entry.span, business: false, shape: metric.as_ref().map(shape) };
        cx.known_mut().metrics.entry(entry.key.to_string()).or_default().push(exposed);
        metric
    });
    (metrics.len() == entries.len()).then_some(metrics)
}

fn shape(metric: &ScrapeMetric) -> Shape {
    let kind = match &metric.kind {
        ScrapeKind::Counter => MetricKind::Counter,
        ScrapeKind::Gauge => MetricKind::Gauge,
        ScrapeKind::Histogram(_) | ScrapeKind::NativeHistogram => MetricKind::Histogram,
    };
    let buckets = match &metric.kind {
        ScrapeKind::Histogram(bounds) => Some(Buckets::Bounds(bounds.seconds().to_vec())),
        ScrapeKind::NativeHistogram => Some(Buckets::Native),
        ScrapeKind::Counter | ScrapeKind::Gauge => None,
    };
    Shape { kind, labels: metric.labels.iter().map(LabelName::to_string).collect(), values: None, buckets }
}

fn metric(node: &Node, cx: &mut Context<'_>) -> Option<ScrapeMetric> {
    let fields = cx.fields(node, &METRIC)?;
    let kind = kind(&fields, cx);
    let labels = fields.or(cx, "labels", Vec::new(), |it, cx| list::distinct(it, cx, label));
    Some(ScrapeMetric { kind: kind?, labels: labels? })
}

fn kind(fields: &Fields<'_>, cx: &mut Context<'_>) -> Option<ScrapeKind> {
    let simple = fields.maybe(cx, "type", |it, cx| {
        let counter = ("counter", ScrapeKind::Counter);
        let gauge = ("gauge", ScrapeKind::Gauge);
        scalar::choice(it, cx, &[counter, gauge, ("native_histogram", ScrapeKind::NativeHistogram)])
    })?;
    let buckets = fields.maybe(cx, "histogram", |it, cx| list::filled(it, cx, scalar::positive_decimal))?;
    match (simple, buckets) {
        (None, Some(buckets)) => Some(ScrapeKind::Histogram(Bounds::new(buckets))),
        (Some(kind), None) => Some(kind),
        (Some(_), Some(_)) => {
            let problem = "a metric with buckets has no other `type`";
            let problem = Diagnostic::error(Code::MetricKind, fields.value_span("type"), problem);
            cx.refuse(problem.hint("remove `type`"))
        }
        (None, None) => {
            let problem = Diagnostic::error(Code::MissingKey, fields.span, "a scraped metric needs its kind");
            cx.refuse(problem.hint("add `histogram: [0.1, 0.5, 1]`, `type: counter` or `type: gauge`"))
        }
    }
}

fn label(node: &Node, cx: &mut Context<'_>) -> Option<LabelName> {
    let label: LabelName = scalar::id(node, cx)?;
    if GIVEN_LABELS.contains(&label.as_str()) || label.as_str().starts_with("__") {
        let message = format!("the label `{label}` is given by Prometheus");
        cx.report(Diagnostic::error(Code::Reserved, node.span, message).hint("remove it from the list"));
    }
    Some(label)
}
