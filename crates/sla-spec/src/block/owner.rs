//! `owners`: people and groups that can be told.

use sla_model::{
    id::OwnerId,
    tier::{MODULE_OWNER, Owner},
};

use super::title;
use crate::{
    decode::{
        context::Context,
        field::{Table, optional, required},
        network,
    },
    diagnostic::{Code, Diagnostic},
    yaml::node::{Entry, Node},
};

/// The keys of an owner.
pub const TABLE: Table = Table {
    what: "an owner",
    fields: &[
        optional(
            "title",
            "{zh: 运维主管, en: operations lead}",
            "What people call them; the name, if it is left out.",
        ),
        required("webhook", "{url: \"http://pager:8090/ops-lead\"}", "What receives their alerts."),
    ],
    mistakes: &[("url", "write `webhook: {url: …}`")],
};

/// The keys of a webhook.
pub const WEBHOOK: Table = Table {
    what: "a webhook",
    fields: &[required("url", "http://pager:8090/ops-lead", "The URL that Alertmanager posts to.")],
    mistakes: &[],
};

/// Decodes one owner.
pub fn decode(id: &OwnerId, entry: &Entry, cx: &mut Context<'_>) -> Option<Owner> {
    if id.as_str() == MODULE_OWNER {
        let message = format!("`{MODULE_OWNER}` stands for the owner of the alert's module");
        cx.report(Diagnostic::error(Code::Reserved, entry.span, message).hint("choose another name"));
    }
    let fields = cx.fields(&entry.value, &TABLE)?;
    let title = title::decode(&fields, id.as_str(), cx);
    let webhook = fields.get(cx, "webhook", webhook);
    Some(Owner { id: id.clone(), title: title?, webhook: webhook? })
}

fn webhook(node: &Node, cx: &mut Context<'_>) -> Option<String> {
    cx.fields(node, &WEBHOOK)?.get(cx, "url", network::url)
}
