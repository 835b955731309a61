//! `secrets`: values that the specification names but never holds.

use std::path::Path;

use sla_model::{id::VariableId, secret::Secret};

use crate::{
    decode::{
        context::Context,
        field::{Table, optional},
        scalar,
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic},
    yaml::node::{Entry, Node},
};

/// The keys of a secret.
pub const TABLE: Table = Table {
    what: "a secret",
    fields: &[
        optional(
            "file",
            "secrets/probe-password",
            "The file that holds it, relative to the file that names it; white space at its end is cut.",
        )
        .of(Type::Text)
        .exactly_one(),
        optional("env", "PROBE_PASSWORD", "The variable of the exporter's environment that holds it.")
            .of(Type::Variable)
            .exactly_one(),
    ],
    mistakes: &[("value", "a secret does not stand in the specification: write `file: PATH` or `env: NAME`")],
};

/// Decodes one secret.
pub fn decode(_: &VariableId, entry: &Entry, cx: &mut Context<'_>) -> Option<Secret> {
    let fields = cx.fields(&entry.value, &TABLE)?;
    let file = fields.maybe(cx, "file", file);
    let env = fields.maybe(cx, "env", env);
    match (fields.entry("file"), fields.entry("env")) {
        (Some(_), None) => file?,
        (None, Some(_)) => env?,
        (Some(first), Some(second)) => {
            let problem =
                Diagnostic::error(Code::Secret, second.span, "a secret has `file` or `env`, not both");
            cx.refuse(problem.hint("remove one of them").related(first.span, "the first one"))
        }
        (None, None) if fields.doubtful => None,
        (None, None) => {
            let problem = Diagnostic::error(Code::Secret, entry.span, "a secret needs `file` or `env`");
            cx.refuse(problem.hint(format!("write `{}: {{file: secrets/{}}}`", entry.key, entry.key)))
        }
    }
}

fn file(node: &Node, cx: &mut Context<'_>) -> Option<Secret> {
    let path = scalar::text(node, cx)?;
    let folder = Path::new(cx.path(node.span)).parent().unwrap_or(Path::new(""));
    Some(Secret::File(folder.join(path)))
}

fn env(node: &Node, cx: &mut Context<'_>) -> Option<Secret> {
    let name = scalar::text(node, cx)?;
    let good = name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
        && !name.starts_with(|it: char| it.is_ascii_digit());
    if good {
        return Some(Secret::Env(name));
    }
    let problem = format!("`{name}` is not the name of an environment variable");
    cx.refuse(Diagnostic::error(Code::Secret, node.span, problem).hint("write for example `PROBE_PASSWORD`"))
}
