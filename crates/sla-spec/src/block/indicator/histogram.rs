//! A histogram: its selector, and in which form it is exposed.

use rust_decimal::Decimal;
use sla_model::indicator::{Histogram, HistogramForm};

use super::{Owner, counter};
use crate::{
    check::metric::{Buckets, Role},
    decode::context::Context,
    yaml::node::Node,
};

/// A histogram and the bucket bounds that every scraped target of it has, as far as they are declared.
pub type Known = (Histogram, Option<Vec<Decimal>>);

/// Decodes a histogram; `what` is the indicator that needs it, with its article.
pub fn decode(node: &Node, what: &'static str, owner: &Owner<'_>, cx: &mut Context<'_>) -> Option<Known> {
    let selector = counter::selector(node, Role::Histogram(what), owner, cx)?;
    let declared = cx.known.metrics.get(selector.metric.as_str()).into_iter().flatten();
    let declared: Vec<&Buckets> = declared.filter_map(|it| it.shape.as_ref()?.buckets.as_ref()).collect();
    let native = declared.iter().any(|it| matches!(it, Buckets::Native));
    let form = if native { HistogramForm::Native } else { HistogramForm::Classic };
    let mut bounds: Option<Vec<Decimal>> = None;
    for buckets in declared {
        if let Buckets::Bounds(found) = buckets {
            bounds = Some(match bounds {
                None => found.clone(),
                Some(before) => before.into_iter().filter(|it| found.contains(it)).collect(),
            });
        }
    }
    Some((Histogram { selector, form }, bounds.filter(|_| !native)))
}
