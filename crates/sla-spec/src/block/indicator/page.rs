//! `page`: loads of a page, within a limit.

use sla_model::indicator::Indicator;

use crate::{
    check::Noun,
    decode::{
        context::Context,
        field::{Table, required},
        scalar, unit,
        value_type::Type,
    },
    yaml::node::Node,
};

/// The keys of a page.
pub const TABLE: Table = Table {
    what: "a page",
    fields: &[
        required("probe", "home", "The probe that loads it.").of(Type::Name),
        required("within", "1s", "The longest good load.").of(Type::Duration),
    ],
    mistakes: &[("at_most", "write `within`"), ("url", "the URL stands in the probe; write `probe: NAME`")],
};

/// Decodes a page.
pub fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Indicator> {
    let fields = cx.fields(node, &TABLE)?;
    let probe = fields.get(cx, "probe", |it, cx| scalar::reference(Noun::Probe, it, cx));
    let within = fields.get(cx, "within", unit::positive);
    Some(Indicator::Page { probe: probe?, within: within? })
}
