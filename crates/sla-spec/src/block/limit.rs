//! `limits`: bounds that a signal must not cross, in two colours.

use sla_model::{
    amount::{Amount, Unit},
    id::{LimitId, ModuleId, TierId},
    limit::{Bound, Colour, Limit},
    signal::Signal,
};

use super::title;
use crate::{
    check::Noun,
    decode::{
        context::Context,
        field::{Fields, Table, optional, required},
        scalar, unit,
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic},
    yaml::node::{Entry, Node},
};

/// The names of signals, as the schema wants them.
const SIGNALS: [&str; Signal::ALL.len()] = {
    let mut names = [""; Signal::ALL.len()];
    let mut place = 0;
    while place < names.len() {
        names[place] = Signal::ALL[place].0;
        place += 1;
    }
    names
};

/// The keys of a limit.
pub const TABLE: Table = Table {
    what: "a limit",
    fields: &[
        optional(
            "title",
            "{zh: 响应慢, en: Slow response}",
            "What people call it; the name, if it is left out.",
        )
        .of(title::TYPE),
        required("signal", "response.mean", "What is held against it.").of(Type::Choice(&SIGNALS)),
        optional("module", "storefront", "Who answers for the machines; for signals of a host.")
            .of(Type::Name),
        optional("yellow", "\"> 1s\"", "The mild colour is crossed above this.")
            .of(Type::Bound)
            .at_least_one(),
        optional("red", "\"> 3s\"", "The strong colour is crossed above this.")
            .of(Type::Bound)
            .at_least_one(),
        required("alert", "{red: P2}", "Who is told, for each colour.").of(Type::Block(&ALERT)),
    ],
    mistakes: &[("color", "write `yellow` or `red`"), ("above", "write `red: \"> 3s\"`")],
};

/// The keys of a limit's `alert`.
pub const ALERT: Table = Table {
    what: "a limit's alert",
    fields: &[
        optional("yellow", "P3", "The tier of the yellow alert.").of(Type::Name),
        optional("red", "P2", "The tier of the red alert.").of(Type::Name),
    ],
    mistakes: &[],
};

/// Decodes one limit.
pub fn decode(id: &LimitId, entry: &Entry, cx: &mut Context<'_>) -> Option<Limit> {
    let fields = cx.fields(&entry.value, &TABLE)?;
    let title = title::decode(&fields, id.as_str(), cx);
    let signal = fields.get(cx, "signal", |it, cx| scalar::choice(it, cx, &Signal::ALL));
    let alert = fields.get(cx, "alert", |it, cx| cx.fields(it, &ALERT));
    let module = module(signal, &fields, cx);
    let colours = Colour::ALL.map(|colour| {
        // Without a signal the unit is unknown, and the signal was reported.
        let unit = signal.map_or(Unit::Seconds, Signal::unit);
        let bound = |it: &Node, cx: &mut Context<'_>| signal.and_then(|_| unit::bound(it, cx, unit));
        let above = fields.maybe(cx, colour.name(), bound);
        let tier = |it: &Node, cx: &mut Context<'_>| scalar::reference::<TierId>(Noun::Tier, it, cx);
        let tier = alert.as_ref().map(|it| it.maybe(cx, colour.name(), tier));
        if let Some(alert) = &alert {
            paired(&fields, alert, colour, cx);
        }
        (colour, above, tier)
    });
    if Colour::ALL.iter().all(|it| fields.entry(it.name()).is_none()) {
        let problem = Diagnostic::error(Code::Colours, fields.span, "a limit needs a colour");
        cx.report(problem.hint("add `red: \"> 3s\"` with `alert: {red: P2}`"));
    }
    let mut bounds = Vec::new();
    for (colour, above, tier) in colours {
        if let (Some(above), Some(tier)) = (above?, tier??) {
            bounds.push(Bound { colour, above, tier });
        }
    }
    if let [mild, strong] = bounds.as_slice() {
        rising(&fields, mild.above, strong.above, cx);
    }
    Some(Limit { id: id.clone(), title: title?, signal: signal?, module: module?, bounds })
}

/// Decodes who answers for the machines. A probe or target has a module, a machine has not.
#[expect(clippy::option_option, reason = "not decoded, left out, or given")]
fn module(signal: Option<Signal>, fields: &Fields<'_>, cx: &mut Context<'_>) -> Option<Option<ModuleId>> {
    let reference = |it: &Node, cx: &mut Context<'_>| scalar::reference::<ModuleId>(Noun::Module, it, cx);
    let module = fields.maybe(cx, "module", reference)?;
    match (signal, &module) {
        (Some(signal), None) if signal.is_of_host() => {
            let message = format!("nobody answers for the machines of `{}`", signal.name());
            let problem = Diagnostic::error(Code::MissingKey, fields.span, message);
            cx.refuse(problem.hint("add `module:` with the module that they belong to"))
        }
        (Some(signal), Some(_)) if !signal.is_of_host() => {
            let message = format!("`{}` takes the module of what is measured", signal.name());
            let span = fields.value_span("module");
            cx.refuse(Diagnostic::error(Code::UnknownKey, span, message).hint("remove `module`"))
        }
        _ => Some(module),
    }
}

/// Reports a colour without a tier, and a tier without a colour.
fn paired(fields: &Fields<'_>, alert: &Fields<'_>, colour: Colour, cx: &mut Context<'_>) {
    let name = colour.name();
    let problem = match (fields.entry(name), alert.entry(name)) {
        (Some(bound), None) => {
            Diagnostic::error(Code::Colours, bound.span, format!("nobody is told of {name}"))
                .hint(format!("add `{name}: P2` to `alert`, or remove the colour"))
        }
        (None, Some(tier)) => Diagnostic::error(Code::Colours, tier.span, format!("{name} has no bound"))
            .hint(format!("add `{name}: \"> 3s\"` to the limit, or remove it here")),
        _ => return,
    };
    cx.report(problem);
}

fn rising(fields: &Fields<'_>, yellow: Amount, red: Amount, cx: &mut Context<'_>) {
    if yellow >= red {
        let message = format!("yellow at {yellow} is not below red at {red}");
        let problem = Diagnostic::error(Code::ColourOrder, fields.value_span("yellow"), message);
        let problem = problem.hint("yellow warns before red; are they swapped?");
        cx.report(problem.related(fields.value_span("red"), "red"));
    }
}
