//! `maintenance`: planned work, and when it counts as planned.

use std::time::Duration;

use sla_model::maintenance::{Maintenance, MaintenanceWindow, Planned};

use crate::{
    check::Noun,
    decode::{
        context::Context,
        field::{Table, optional, required},
        list, scalar, unit,
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic},
    yaml::node::Node,
};

/// The keys of the block.
pub const TABLE: Table = Table {
    what: "`maintenance`",
    fields: &[
        optional(
            "policy",
            "{planned: exclude, at_most: 4h per month, notice: 24h}",
            "What planned maintenance does; it counts like any other time, if it is left out.",
        )
        .of(Type::Block(&POLICY)),
        optional("windows", "[]", "The windows that were announced.").of(Type::List(&Type::Block(&WINDOW))),
    ],
    mistakes: &[],
};

/// The keys of the policy.
pub const POLICY: Table = Table {
    what: "the policy",
    fields: &[
        required(
            "planned",
            "exclude",
            "`exclude` takes planned time out of budgets and pages, `count` does not.",
        )
        .of(Type::Choice(&["exclude", "count"])),
        optional(
            "at_most",
            "4h per month",
            "So much is treated as planned in each calendar month and module.",
        )
        .of(Type::Allowance),
        optional("notice", "24h", "A window must be announced so long before it begins.").of(Type::Duration),
    ],
    mistakes: &[],
};

/// The keys of a window.
pub const WINDOW: Table = Table {
    what: "a maintenance window",
    fields: &[
        required("from", "\"2026-12-01 02:00\"", "The first moment, in the zone of the specification.")
            .of(Type::Moment),
        required("to", "\"2026-12-01 04:00\"", "The first moment after it.").of(Type::Moment),
        required("modules", "[payment]", "The modules that are worked on.").of(Type::Distinct(&Type::Name)),
        required("announced", "\"2026-11-29\"", "The day on which people were told.").of(Type::Moment),
    ],
    mistakes: &[("module", "write `modules: [payment]`")],
};

/// Returns what holds when the block is left out: everything counts.
pub fn default() -> Maintenance {
    Maintenance { planned: Planned::Count, at_most_per_month: None, notice: None, windows: Vec::new() }
}

/// Decodes the block.
pub fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Maintenance> {
    let fields = cx.fields(node, &TABLE)?;
    let policy = fields.or(cx, "policy", (Planned::Count, None, None), policy);
    let windows = fields.or(cx, "windows", Vec::new(), |it, cx| list::each(it, cx, window));
    let (planned, at_most_per_month, notice) = policy?;
    Some(Maintenance { planned, at_most_per_month, notice, windows: windows? })
}

type Policy = (Planned, Option<Duration>, Option<Duration>);

fn policy(node: &Node, cx: &mut Context<'_>) -> Option<Policy> {
    let fields = cx.fields(node, &POLICY)?;
    let words = [("exclude", Planned::Exclude), ("count", Planned::Count)];
    let planned = fields.get(cx, "planned", |it, cx| scalar::choice(it, cx, &words));
    let at_most = fields.maybe(cx, "at_most", unit::allowance);
    let notice = fields.maybe(cx, "notice", unit::duration);
    Some((planned?, at_most?, notice?))
}

fn window(node: &Node, cx: &mut Context<'_>) -> Option<MaintenanceWindow> {
    let fields = cx.fields(node, &WINDOW)?;
    let from = fields.get(cx, "from", unit::moment);
    let to = fields.get(cx, "to", unit::moment);
    let module = |it: &Node, cx: &mut Context<'_>| scalar::reference(Noun::Module, it, cx);
    let modules = fields.get(cx, "modules", |it, cx| list::distinct(it, cx, module));
    let announced = fields.get(cx, "announced", unit::moment);
    let (from, to) = (from?, to?);
    if to <= from {
        let message = "the window ends before it begins";
        let problem = Diagnostic::error(Code::WindowOrder, fields.value_span("to"), message);
        let problem = problem.hint("`to` is later than `from`; a window over midnight ends on the next day");
        cx.report(problem.related(fields.value_span("from"), "it begins here"));
    }
    Some(MaintenanceWindow { from, to, modules: modules?, announced: announced? })
}
