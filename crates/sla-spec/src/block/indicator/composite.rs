//! `composite`: other objectives, seen as one.

use rust_decimal::Decimal;
use sla_model::{
    id::ObjectiveId,
    indicator::{Composite, Indicator},
};

use super::Owner;
use crate::{
    check::{Component, Noun},
    decode::{
        context::Context,
        field::{Either, Table, optional},
        list, scalar,
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic, Span},
    yaml::node::{Kind, Node},
};

/// The keys of a composite.
pub const TABLE: Table = Table {
    what: "a composite",
    fields: &[
        optional("worst", "[login, payment]", "At each moment as bad as the worst of these objectives.")
            .of(Type::Distinct(&Type::Name))
            .exactly_one(),
        optional("weighted", "{login: 1, payment: 3}", "The mean of these objectives with their weights.")
            .of(Type::Map(&Type::Name, &Type::Number))
            .exactly_one(),
    ],
    mistakes: &[("weights", "write `weighted`"), ("all", "write `worst`")],
};

const KIND: Either = Either {
    keys: ["worst", "weighted"],
    code: Code::Indicator,
    both: ("a composite is `worst` or `weighted`, not both", "remove one of them"),
    none: ("a composite needs `worst` or `weighted`", "add `worst: [login, payment]`"),
};

/// Decodes a composite.
pub fn decode(node: &Node, owner: &Owner<'_>, cx: &mut Context<'_>) -> Option<Indicator> {
    let fields = cx.fields(node, &TABLE)?;
    let worst = fields.maybe(cx, "worst", |it, cx| {
        list::distinct(it, cx, |it, cx| {
            let text = cx.text(it)?.into_owned();
            component(&text, it.span, owner, cx)
        })
    });
    let weighted = fields.maybe(cx, "weighted", |it, cx| weights(it, owner, cx));
    fields.either(&KIND, cx)?;
    let composite = worst?.map(Composite::Worst).or(weighted?.map(Composite::Weighted));
    composite.map(Indicator::Composite)
}

fn weights(node: &Node, owner: &Owner<'_>, cx: &mut Context<'_>) -> Option<Vec<(ObjectiveId, Decimal)>> {
    let Kind::Map(entries) = &node.kind else {
        return cx.wrong_kind(node, "a mapping");
    };
    if entries.is_empty() {
        let problem = Diagnostic::error(Code::EmptyList, node.span, "at least one objective is needed here");
        return cx.refuse(problem.hint("write `{login: 1, payment: 3}`"));
    }
    let mut weights = Vec::new();
    for entry in entries {
        let id = component(&entry.key, entry.span, owner, cx);
        let weight = scalar::positive_decimal(&entry.value, cx);
        weights.push(id.zip(weight));
    }
    weights.into_iter().collect()
}

fn component(name: &str, span: Span, owner: &Owner<'_>, cx: &mut Context<'_>) -> Option<ObjectiveId> {
    cx.refer(Noun::Objective, name, span);
    cx.collected.components.push(Component { of: owner.id.to_string(), name: name.to_owned(), span });
    name.parse().ok()
}
