//! `latency`: observations of a histogram that must not exceed a limit.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{duration, indicator::Indicator};

use super::{Owner, histogram};
use crate::{
    decode::{
        context::Context,
        field::{Table, required},
        unit,
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic, Span},
    yaml::node::Node,
};

/// The keys of a latency.
pub const TABLE: Table = Table {
    what: "a latency",
    fields: &[
        required(
            "histogram",
            "http_request_duration_seconds",
            "The histogram, classic or native, without `_bucket`, `_sum` and `_count`.",
        )
        .of(Type::Text),
        required("within", "200ms", "The longest good observation; of a classic histogram a bucket bound.")
            .of(Type::Duration),
    ],
    mistakes: &[
        ("at_most", "write `within`: each observation is judged; `at_most` is for a mean"),
        ("threshold", "write `within`"),
        ("le", "write `within`"),
    ],
};

/// Decodes a latency.
pub fn decode(node: &Node, owner: &Owner<'_>, cx: &mut Context<'_>) -> Option<Indicator> {
    let fields = cx.fields(node, &TABLE)?;
    let histogram = fields.get(cx, "histogram", |it, cx| histogram::decode(it, "a latency", owner, cx));
    let within = fields.get(cx, "within", unit::positive);
    let ((histogram, bounds), within) = (histogram?, within?);
    if let Some(bounds) = bounds {
        cx.report_all(between_buckets(&bounds, within, fields.value_span("within")));
    }
    Some(Indicator::Latency { histogram, within })
}

/// Reports a limit between two buckets: how many observations are below it cannot be known.
fn between_buckets(bounds: &[Decimal], within: Duration, at: Span) -> Option<Diagnostic> {
    let limit = duration::seconds(within).normalize();
    if bounds.contains(&limit) {
        return None;
    }
    let millis = |it: &Decimal| {
        let millis = u64::try_from((*it * Decimal::ONE_THOUSAND).trunc()).unwrap_or(u64::MAX);
        duration::text(Duration::from_millis(millis))
    };
    let below = bounds.iter().rev().find(|it| **it < limit).map(millis);
    let above = bounds.iter().find(|it| **it > limit).map(millis);
    let near: Vec<String> = below.into_iter().chain(above).map(|it| format!("`{it}`")).collect();
    let message = format!("{} is no bucket bound of the histogram", duration::text(within));
    let hint = format!("write {}, or add a bucket of {limit} seconds where it is exposed", near.join(" or "));
    Some(Diagnostic::error(Code::NotABound, at, message).hint(hint))
}
