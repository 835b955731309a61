//! `tiers`: how urgent something is, and whom it wakes.

use std::time::Duration;

use sla_model::{
    duration,
    id::TierId,
    indicator::BASE_WINDOW,
    tier::{MODULE_OWNER, OwnerRef, Tier},
};

use super::title;
use crate::{
    check::Noun,
    decode::{
        context::Context,
        field::{Fields, Table, optional, required},
        list, scalar, unit,
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic},
    yaml::node::{Entry, Node},
};

/// The keys of a tier.
pub const TABLE: Table = Table {
    what: "a tier",
    fields: &[
        optional(
            "title",
            "{zh: 一级(紧急), en: P1 urgent}",
            "What people call it; the name, if it is left out.",
        )
        .of(title::TYPE),
        required("severity", "critical", "The `severity` label that other tools expect.").of(Type::Text),
        required("confirm", "10m", "Somebody confirms within this time.").of(Type::Duration),
        required("restore", "1h", "Service is restored within this time.").of(Type::Duration),
        required("release_after", "30m", "An alert is released so long after the last bad event.")
            .of(Type::Duration),
        required(
            "owners",
            "[ops-lead, module-dev]",
            "Who is told; `module-dev` is the owner of the alert's module.",
        )
        .of(Type::Distinct(&Type::Name)),
    ],
    mistakes: &[],
};

/// Decodes one tier.
pub fn decode(id: &TierId, entry: &Entry, cx: &mut Context<'_>) -> Option<Tier> {
    let fields = cx.fields(&entry.value, &TABLE)?;
    let title = title::decode(&fields, id.as_str(), cx);
    let severity = fields.get(cx, "severity", scalar::text);
    let confirm = fields.get(cx, "confirm", unit::positive);
    let restore = fields.get(cx, "restore", unit::positive);
    let release_after = fields.get(cx, "release_after", release_after);
    let owners = fields.get(cx, "owners", |it, cx| list::distinct(it, cx, owner));
    let (confirm, restore) = (confirm?, restore?);
    deadlines(&fields, confirm, restore, cx);
    Some(Tier {
        id: id.clone(),
        title: title?,
        severity: severity?,
        confirm,
        restore,
        owners: owners?,
        release_after: release_after?,
    })
}

fn deadlines(fields: &Fields<'_>, confirm: Duration, restore: Duration, cx: &mut Context<'_>) {
    if confirm >= restore {
        let (confirm, restore) = (duration::text(confirm), duration::text(restore));
        let message = format!("confirming within {confirm} is not sooner than restoring within {restore}");
        let problem = Diagnostic::error(Code::Deadlines, fields.value_span("confirm"), message);
        let problem = problem.hint("`confirm` is shorter than `restore`; are they swapped?");
        cx.report(problem.related(fields.value_span("restore"), "the other deadline"));
    }
}

fn release_after(node: &Node, cx: &mut Context<'_>) -> Option<Duration> {
    let found = unit::duration(node, cx)?;
    if found >= BASE_WINDOW {
        return Some(found);
    }
    let message = format!("an alert cannot be released {} after the last bad event", duration::text(found));
    let problem = Diagnostic::error(Code::ReleaseAfter, node.span, message);
    cx.refuse(problem.hint(format!("write `{}` or longer", duration::text(BASE_WINDOW))))
}

fn owner(node: &Node, cx: &mut Context<'_>) -> Option<OwnerRef> {
    if cx.text(node)? == MODULE_OWNER {
        return Some(OwnerRef::OfModule);
    }
    scalar::reference(Noun::Owner, node, cx).map(OwnerRef::Owner)
}
