//! `journeys`: the steps a customer takes.

use std::collections::{BTreeMap, BTreeSet};

use sla_model::{
    id::{ProbeId, VariableId},
    journey::{Journey, Step, Synthetic},
    json_path::JsonPath,
    probe::HttpCall,
};

use super::{call, probe, scrape, template, title};
use crate::{
    check::Noun,
    decode::{
        context::Context,
        field::{Table, optional, required},
        list, network, scalar, unit,
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic, Span},
    yaml::node::{Entry, Kind, Node},
};

/// The keys of a journey.
pub const TABLE: Table = Table {
    what: "a journey",
    fields: &[
        optional("title", "{zh: 下单, en: Order}", "What people call it; the name, if it is left out.")
            .of(title::TYPE),
        required("module", "trade", "The part of the system that it stands for.").of(Type::Name),
        optional("every", "60s", "How often it is walked; `60s`, if it is left out.").of(Type::Duration),
        optional("timeout", "10s", "How long one walk may take; `10s`, if it is left out.")
            .of(Type::Duration),
        optional("alert", "{down: P1}", "Who is told when no walk succeeds any more.")
            .of(Type::Block(&scrape::ALERT)),
        optional(
            "synthetic",
            "{header: {x-synthetic: probe}, excluded_by: \"synthetic = 0\"}",
            "What keeps the walks out of real money and business numbers.",
        )
        .of(Type::Block(&SYNTHETIC)),
        required("steps", "[{login: {http: {get: \"http://shop:8080/\"}}}]", "The calls, in order.")
            .of(Type::Filled(&Type::Single(&Type::Name, &Type::Block(&STEP)))),
    ],
    mistakes: &[("http", "a journey has `steps`, each with its own `http`")],
};

/// The keys of `synthetic`.
pub const SYNTHETIC: Table = Table {
    what: "`synthetic`",
    fields: &[
        required("header", "{x-synthetic: probe}", "A header that every request of the journey carries.")
            .of(Type::Single(&Type::Header, &Type::HeaderValue)),
        optional(
            "excluded_by",
            "\"synthetic = 0\"",
            "The filter by which business queries leave such records out.",
        )
        .of(Type::Text),
    ],
    mistakes: &[],
};

/// The keys of a step.
pub const STEP: Table = Table {
    what: "a step",
    fields: &[
        required("http", "{get: \"http://shop:8080/\"}", "The call.").of(Type::Block(&call::TABLE)),
        optional("save", "{token: $.token}", "Values of the answer that later steps use as `{{name}}`.")
            .of(Type::Map(&Type::Name, &Type::JsonPath)),
        optional("always", "true", "Runs although an earlier step failed: clean-up.").of(Type::Bool),
    ],
    mistakes: call::MISPLACED,
};

/// Decodes one journey.
pub fn decode(id: &ProbeId, entry: &Entry, cx: &mut Context<'_>) -> Option<Journey> {
    let fields = cx.fields(&entry.value, &TABLE)?;
    let title = title::decode(&fields, id.as_str(), cx);
    let module = fields.get(cx, "module", |it, cx| scalar::reference(Noun::Module, it, cx));
    let every = |it: &Node, cx: &mut Context<'_>| unit::ranged(it, cx, "an interval", &probe::EVERY);
    let every = fields.or(cx, "every", probe::EVERY_DEFAULT, every);
    cx.known_mut().intervals.extend(every.map(|it| (id.to_string(), it)));
    let timeout = fields.or(cx, "timeout", probe::TIMEOUT_DEFAULT, unit::positive);
    let down = fields.or(cx, "alert", None, scrape::down);
    let synthetic = fields.maybe(cx, "synthetic", synthetic);
    let steps = fields.get(cx, "steps", steps);
    Some(Journey {
        id: id.clone(),
        title: title?,
        module: module?,
        every: every?,
        timeout: timeout?,
        synthetic: synthetic?,
        steps: steps?,
        down: down?,
    })
}

fn synthetic(node: &Node, cx: &mut Context<'_>) -> Option<Synthetic> {
    let fields = cx.fields(node, &SYNTHETIC)?;
    let header = fields.get(cx, "header", |it, cx| {
        let (name, entry) = single(it, cx, "one header", "`{x-synthetic: probe}`")?;
        network::header(name, entry.span, &entry.value, cx)
    });
    let excluded_by = fields.maybe(cx, "excluded_by", scalar::text);
    Some(Synthetic { header: header?, excluded_by: excluded_by? })
}

/// Returns the only entry of a mapping.
fn single<'n>(
    node: &'n Node,
    cx: &mut Context<'_>,
    what: &str,
    example: &str,
) -> Option<(&'n str, &'n Entry)> {
    let Kind::Map(entries) = &node.kind else {
        return cx.wrong_kind(node, "a mapping");
    };
    if let [entry] = entries.as_slice() {
        return Some((&*entry.key, entry));
    }
    let message = format!("{what} is expected here, not {} keys", entries.len());
    let hint = format!("write {example}, and indent what belongs to it");
    cx.refuse(Diagnostic::error(Code::Kind, node.span, message).hint(hint))
}

fn steps(node: &Node, cx: &mut Context<'_>) -> Option<Vec<Step>> {
    let mut names: BTreeMap<String, Span> = BTreeMap::new();
    let mut saved = BTreeSet::new();
    list::filled(node, cx, |item, cx| {
        let (name, entry) = single(item, cx, "one step", "`- login: {http: …}`")?;
        if let Some(first) = names.insert(name.to_owned(), entry.span) {
            let problem =
                Diagnostic::error(Code::Repeated, entry.span, format!("two steps are named `{name}`"));
            cx.report(problem.hint("rename one of them").related(first, "the first one"));
        }
        let id = scalar::named(name, entry.span, cx);
        let (call, save, always) = step(&entry.value, &mut saved, cx)?;
        Some(Step { id: id?, call, save, always })
    })
}

/// What a step says, without its name.
type StepParts = (HttpCall, Vec<(VariableId, JsonPath)>, bool);

fn step(node: &Node, saved: &mut BTreeSet<String>, cx: &mut Context<'_>) -> Option<StepParts> {
    let fields = cx.fields(node, &STEP)?;
    let call = fields.get(cx, "http", |it, cx| {
        template::check(it, saved, cx);
        call::decode(it, cx)
    });
    if let Some(Entry { value, .. }) = fields.entry("save") {
        // By the keys alone, so that a wrong path is one problem and not also one in each later step.
        if let Kind::Map(entries) = &value.kind {
            let secrets = entries.iter().filter(|it| template::is_secret(&it.key, cx));
            let problem = |it: &Entry| {
                let message = format!("`{}` is the name of a secret", it.key);
                Diagnostic::error(Code::Reserved, it.span, message).hint("choose another name")
            };
            let problems: Vec<Diagnostic> = secrets.map(problem).collect();
            cx.report_all(problems);
            saved.extend(entries.iter().map(|it| it.key.to_string()));
        }
    }
    let save = fields.or(cx, "save", Vec::new(), save);
    let always = fields.or(cx, "always", false, scalar::boolean);
    Some((call?, save?, always?))
}

fn save(node: &Node, cx: &mut Context<'_>) -> Option<Vec<(VariableId, JsonPath)>> {
    let Kind::Map(entries) = &node.kind else {
        return cx.wrong_kind(node, "a mapping");
    };
    let pair = |it: &Entry, cx: &mut Context<'_>| {
        let name = scalar::named(&it.key, it.span, cx);
        let text = cx.text(&it.value)?;
        let path = call::path(&text, it.value.span, cx);
        Some((name?, path?))
    };
    let pairs: Vec<_> = entries.iter().map(|it| pair(it, cx)).collect();
    pairs.into_iter().collect()
}
