//! `mean`: slices of time whose mean must not exceed a limit.

use sla_model::indicator::Indicator;

use super::{Owner, histogram};
use crate::{
    decode::{
        context::Context,
        field::{Table, required},
        unit,
        value_type::Type,
    },
    yaml::node::Node,
};

/// The keys of a mean.
pub const TABLE: Table = Table {
    what: "a mean",
    fields: &[
        required("histogram", "http_request_duration_seconds", "The histogram, without `_sum` and `_count`.")
            .of(Type::Text),
        required("at_most", "200ms", "The largest mean that is still good.").of(Type::Duration),
    ],
    mistakes: &[("within", "write `at_most`: the mean is judged; `within` is for a latency")],
};

/// Decodes a mean.
pub fn decode(node: &Node, owner: &Owner<'_>, cx: &mut Context<'_>) -> Option<Indicator> {
    let fields = cx.fields(node, &TABLE)?;
    let histogram = fields.get(cx, "histogram", |it, cx| histogram::decode(it, "a mean", owner, cx));
    let at_most = fields.get(cx, "at_most", unit::positive);
    Some(Indicator::Mean { histogram: histogram?.0, at_most: at_most? })
}
