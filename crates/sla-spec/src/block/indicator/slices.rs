//! `slices`: slices of time in which a gauge keeps to a bound.

use rust_decimal::Decimal;
use sla_model::{
    duration,
    indicator::{Good, Indicator},
    share::Share,
};

use super::{Owner, counter};
use crate::{
    check::metric::Role,
    decode::{
        context::Context,
        field::{Either, Table, optional, required},
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic},
    yaml::node::Node,
};

/// The keys of slices.
pub const TABLE: Table = Table {
    what: "`slices`",
    fields: &[
        required("gauge", "queue_length", "The gauge; of several series the worst one counts.")
            .of(Type::Text),
        optional("at_most", "100", "Good up to this: a number, a duration (in seconds) or a share.")
            .of(Type::Amount)
            .exactly_one(),
        optional("at_least", "1", "Good from this on, instead of `at_most`.").of(Type::Amount).exactly_one(),
    ],
    mistakes: &[
        ("within", "write `at_most`"),
        ("above", "write `at_least`"),
        ("below", "write `at_most`"),
        ("metric", "write `gauge`"),
    ],
};

const BOUND: Either = Either {
    keys: ["at_most", "at_least"],
    code: Code::Indicator,
    both: ("slices have `at_most` or `at_least`, not both", "make an objective of each"),
    none: ("slices need `at_most` or `at_least`", "add `at_most: 100`"),
};

/// Decodes slices.
pub fn decode(node: &Node, owner: &Owner<'_>, cx: &mut Context<'_>) -> Option<Indicator> {
    let fields = cx.fields(node, &TABLE)?;
    let gauge = fields.get(cx, "gauge", |it, cx| counter::selector(it, Role::Gauge, owner, cx));
    let at_most = fields.maybe(cx, "at_most", bound);
    let at_least = fields.maybe(cx, "at_least", bound);
    fields.either(&BOUND, cx)?;
    let good = at_most?.map(Good::AtMost).or(at_least?.map(Good::AtLeast));
    Some(Indicator::Slices { gauge: gauge?, good: good? })
}

fn bound(node: &Node, cx: &mut Context<'_>) -> Option<Decimal> {
    let text = cx.text(node)?;
    let text = text.trim();
    let number = Decimal::from_str_exact(text).ok();
    let number = number.or_else(|| text.parse::<Share>().ok().map(Share::decimal));
    let number = number.or_else(|| duration::parse(text).ok().map(duration::seconds));
    if number.is_none() {
        let problem = format!("`{text}` is neither a number, nor a duration, nor a share");
        cx.report(
            Diagnostic::error(Code::Number, node.span, problem)
                .hint("write for example `100`, `50ms` or `85%`"),
        );
    }
    number
}
