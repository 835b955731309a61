//! `sources`: databases that business numbers are read from.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use sla_model::{
    id::SourceId,
    source::{Source, SourceKind},
};

use crate::{
    decode::{
        context::Context,
        field::{Table, optional, required},
        scalar, unit,
        value_type::Type,
    },
    yaml::node::{Entry, Node},
};

/// The keys of a source.
pub const TABLE: Table = Table {
    what: "a source",
    fields: &[
        required("sqlite", "{file: /var/lib/shop/shop.db}", "A SQLite database.").of(Type::Block(&SQLITE)),
        optional("timeout", "2s", "How long one pass may take; `2s`, if it is left out.").of(Type::Duration),
    ],
    mistakes: &[("file", "write `sqlite: {file: …}`")],
};

/// The keys of a SQLite database.
pub const SQLITE: Table = Table {
    what: "a SQLite source",
    fields: &[required(
        "file",
        "/var/lib/shop/shop.db",
        "The file; a relative path starts at the specification.",
    )
    .of(Type::Text)],
    mistakes: &[("path", "write `file`")],
};

/// How long a pass may take unless the specification says otherwise.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(2);

/// Decodes one source.
pub fn decode(id: &SourceId, entry: &Entry, cx: &mut Context<'_>) -> Option<Source> {
    let fields = cx.fields(&entry.value, &TABLE)?;
    let kind = fields.get(cx, "sqlite", sqlite);
    let timeout = fields.or(cx, "timeout", TIMEOUT_DEFAULT, unit::positive);
    Some(Source { id: id.clone(), kind: kind?, timeout: timeout? })
}

fn sqlite(node: &Node, cx: &mut Context<'_>) -> Option<SourceKind> {
    let file = cx.fields(node, &SQLITE)?.get(cx, "file", path)?;
    Some(SourceKind::Sqlite { file })
}

/// Decodes a path; a relative one starts at the directory of the file that names it.
fn path(node: &Node, cx: &mut Context<'_>) -> Option<PathBuf> {
    let text = scalar::text(node, cx)?;
    let directory = Path::new(cx.path(node.span)).parent().unwrap_or(Path::new(""));
    Some(directory.join(text))
}
