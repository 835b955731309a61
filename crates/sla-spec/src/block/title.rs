//! `title`: what people call a thing, in one or both languages.

use sla_model::text::Text;

use crate::{
    decode::{
        context::Context,
        field::{Fields, Table, required},
        scalar,
        value_type::Type,
    },
    yaml::node::{Kind, Node},
};

/// The keys of a title in two languages.
pub const TABLE: Table = Table {
    what: "a title",
    fields: &[
        required("zh", "支付", "The words in simplified Chinese.").of(Type::Text),
        required("en", "Payment", "The words in English.").of(Type::Text),
    ],
    mistakes: &[("zh-CN", "write `zh`"), ("cn", "write `zh`")],
};

/// What a `title` is: the same words for all, or words in each language.
pub const TYPE: Type = Type::OneOf(&[Type::Text, Type::Block(&TABLE)]);

/// Decodes the `title` of a block; without one, the name is the title.
pub fn decode(fields: &Fields<'_>, name: &str, cx: &mut Context<'_>) -> Option<Text> {
    fields.or(cx, "title", Text::same(name), text)
}

fn text(node: &Node, cx: &mut Context<'_>) -> Option<Text> {
    if !matches!(node.kind, Kind::Map(_)) {
        return scalar::text(node, cx).map(Text::same);
    }
    let fields = cx.fields(node, &TABLE)?;
    let zh = fields.get(cx, "zh", scalar::text);
    let en = fields.get(cx, "en", scalar::text);
    Some(Text::new(zh?, en?))
}
