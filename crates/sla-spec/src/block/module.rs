//! `modules`: the parts of the system, and which of them need which.

use sla_model::{
    id::{ModuleId, OwnerId},
    module::Module,
};

use super::title;
use crate::{
    check::{Dependency, Noun},
    decode::{
        context::Context,
        field::{Table, optional, required},
        list, scalar,
        value_type::Type,
    },
    yaml::node::{Entry, Node},
};

/// The keys of a module.
pub const TABLE: Table = Table {
    what: "a module",
    fields: &[
        optional("title", "{zh: 支付, en: Payment}", "What people call it; the name, if it is left out.")
            .of(title::TYPE),
        optional("core", "true", "Whether it belongs to the core trade; `false`, if it is left out.")
            .of(Type::Bool),
        required("owner", "pay-dev", "Who answers for it.").of(Type::Name),
        optional("depends_on", "[order]", "The modules that it cannot work without.")
            .of(Type::Distinct(&Type::Name)),
    ],
    mistakes: &[("owners", "a module has one `owner`"), ("needs", "write `depends_on`")],
};

/// Decodes one module.
pub fn decode(id: &ModuleId, entry: &Entry, cx: &mut Context<'_>) -> Option<Module> {
    let fields = cx.fields(&entry.value, &TABLE)?;
    let title = title::decode(&fields, id.as_str(), cx);
    let core = fields.or(cx, "core", false, scalar::boolean);
    let owner: Option<OwnerId> = fields.get(cx, "owner", |it, cx| scalar::reference(Noun::Owner, it, cx));
    let needed = |it: &Node, cx: &mut Context<'_>| needed(id, it, cx);
    let depends_on = fields.or(cx, "depends_on", Vec::new(), |it, cx| list::distinct(it, cx, needed));
    Some(Module { id: id.clone(), title: title?, core: core?, owner: owner?, depends_on: depends_on? })
}

fn needed(from: &ModuleId, node: &Node, cx: &mut Context<'_>) -> Option<ModuleId> {
    let to: ModuleId = scalar::reference(Noun::Module, node, cx)?;
    let dependency = Dependency { from: from.to_string(), to: to.to_string(), span: node.span };
    cx.collected.dependencies.push(dependency);
    Some(to)
}
