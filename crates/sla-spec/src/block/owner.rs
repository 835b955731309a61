//! `owners`: people and groups that can be told.

use sla_model::{
    id::OwnerId,
    tier::{MODULE_OWNER, Owner, Webhook, WebhookUrl},
};

use super::title;
use crate::{
    decode::{
        context::Context,
        field::{Either, Table, optional},
        network, scalar,
        value_type::Type,
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
        )
        .of(title::TYPE),
        optional("webhook", "{url: \"http://pager:8090/ops-lead\"}", "What receives their alerts as JSON.")
            .of(Type::Block(&WEBHOOK))
            .at_least_one(),
        optional("email", "ops-lead@example.com", "The address that receives their alerts; needs `smtp:`.")
            .of(Type::Mail)
            .at_least_one(),
    ],
    mistakes: &[("url", "write `webhook: {url: …}`"), ("mail", "write `email: …`")],
};

/// The keys of a webhook.
pub const WEBHOOK: Table = Table {
    what: "a webhook",
    fields: &[
        optional("url", "http://pager:8090/ops-lead", "The URL that Alertmanager posts to.")
            .of(Type::Url)
            .exactly_one(),
        optional(
            "url_file",
            "secrets/ops-lead.url",
            "The file with the URL, as Alertmanager (0.26 or newer) finds it, instead of `url`.",
        )
        .of(Type::Text)
        .exactly_one(),
        optional(
            "token_file",
            "secrets/ops-lead.token",
            "The file with a bearer token, as Alertmanager finds it.",
        )
        .of(Type::Text),
    ],
    mistakes: &[("token", "a secret stands in a file: write `token_file: PATH`")],
};

/// Decodes one owner.
pub fn decode(id: &OwnerId, entry: &Entry, cx: &mut Context<'_>) -> Option<Owner> {
    if id.as_str() == MODULE_OWNER {
        let message = format!("`{MODULE_OWNER}` stands for the owner of the alert's module");
        cx.report(Diagnostic::error(Code::Reserved, entry.span, message).hint("choose another name"));
    }
    let fields = cx.fields(&entry.value, &TABLE)?;
    let title = title::decode(&fields, id.as_str(), cx);
    let webhook = fields.maybe(cx, "webhook", webhook);
    let email = fields.maybe(cx, "email", email);
    if fields.entry("webhook").is_none() && fields.entry("email").is_none() && !fields.doubtful {
        let problem =
            Diagnostic::error(Code::Contact, entry.span, format!("nothing reaches the owner `{id}`"));
        cx.report(problem.hint("add `webhook: {url: \"http://pager:8090/…\"}` or `email: …`"));
    }
    Some(Owner { id: id.clone(), title: title?, webhook: webhook?, email: email? })
}

const URL: Either = Either {
    keys: ["url", "url_file"],
    code: Code::Contact,
    both: ("a webhook has `url` or `url_file`, not both", "remove one of them"),
    none: ("a webhook needs `url` or `url_file`", "add `url: http://pager:8090/ops-lead`"),
};

fn webhook(node: &Node, cx: &mut Context<'_>) -> Option<Webhook> {
    let fields = cx.fields(node, &WEBHOOK)?;
    let plain = fields.maybe(cx, "url", network::url);
    let file = fields.maybe(cx, "url_file", scalar::text);
    let token_file = fields.maybe(cx, "token_file", scalar::text);
    fields.either(&URL, cx)?;
    let url = plain?.map(WebhookUrl::Plain).or(file?.map(WebhookUrl::File));
    Some(Webhook { url: url?, token_file: token_file? })
}

fn email(node: &Node, cx: &mut Context<'_>) -> Option<String> {
    let address = mail_address(node, cx)?;
    cx.collected.emails.push(node.span);
    Some(address)
}

/// Decodes a mail address: something, `@`, a host.
pub fn mail_address(node: &Node, cx: &mut Context<'_>) -> Option<String> {
    let text = scalar::text(node, cx)?;
    let good = text.rsplit_once('@').is_some_and(|(who, host)| {
        !who.is_empty()
            && !host.is_empty()
            && !text.contains(char::is_whitespace)
            && !text.contains([',', '<', '>'])
    });
    if good {
        return Some(text);
    }
    let problem = Diagnostic::error(Code::Contact, node.span, format!("`{text}` is not a mail address"));
    cx.refuse(problem.hint("write for example `ops-lead@example.com`"))
}
