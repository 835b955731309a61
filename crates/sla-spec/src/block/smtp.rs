//! `smtp`: the mail server that Alertmanager uses.

use sla_model::tier::Smtp;

use super::owner::mail_address;
use crate::{
    decode::{
        context::Context,
        field::{Table, optional, required},
        network, scalar,
        value_type::Type,
    },
    yaml::node::Node,
};

/// The keys of the mail server.
pub const TABLE: Table = Table {
    what: "`smtp`",
    fields: &[
        required("host", "smtp.example.com:587", "`host:port` of the server.").of(Type::Address),
        required("from", "sla@example.com", "The sender.").of(Type::Mail),
        optional("user", "sla", "The user, if the server wants one.").of(Type::Text),
        optional("password_file", "secrets/smtp", "The file with the password, as Alertmanager finds it.")
            .of(Type::Text),
    ],
    mistakes: &[
        ("password", "a secret stands in a file: write `password_file: PATH`"),
        ("server", "write `host`"),
    ],
};

/// Decodes the mail server.
pub fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Smtp> {
    let fields = cx.fields(node, &TABLE)?;
    let host = fields.get(cx, "host", network::address);
    let from = fields.get(cx, "from", mail_address);
    let user = fields.maybe(cx, "user", scalar::text);
    let password_file = fields.maybe(cx, "password_file", scalar::text);
    Some(Smtp { host: host?, from: from?, user: user?, password_file: password_file? })
}
