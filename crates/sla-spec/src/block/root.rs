//! The whole specification: unites the files of a set and decodes block by block.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::RangeInclusive,
    sync::Arc,
    time::Duration,
};

use jiff::tz::{self, TimeZone};
use sla_model::{Model, id::SlaId, text::Language};

use super::{
    journey, limit, maintenance, metric, module, objective, owner, probe, scrape, secret, smtp, source, tier,
};
use crate::{
    check::Noun,
    decode::{
        context::Context,
        field::{Field, Table, optional, required},
        list, network, scalar, unit,
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic, Span},
    suggest, variable,
    yaml::{
        merge,
        node::{Entry, Kind, Node},
    },
};

/// The top-level keys.
pub const TABLE: Table = Table {
    what: "the specification",
    fields: &[
        required("version", VERSION, "The version of the language.").of(Type::Constant(VERSION)),
        required("name", "my-shop", "The name of the specification, the `sla` label.").of(Type::Name),
        optional(
            "timezone",
            "Asia/Shanghai",
            "The zone of calendar days and months; `UTC`, if it is left out.",
        )
        .of(Type::Zone),
        optional(
            "language",
            "both",
            "The language of generated texts: `zh-CN`, `en` or `both`; `both`, if it is left out.",
        )
        .of(Type::Choice(&["zh-CN", "en", "both"])),
        optional(
            "vars",
            "{shop: \"http://shop:8080\"}",
            "Texts that differ between installations, used as `${shop}`.",
        )
        .of(Type::Map(&Type::Name, &Type::Scalar)),
        optional(
            "alertmanagers",
            "[\"alertmanager:9093\"]",
            "`host:port` of the Alertmanagers that Prometheus tells.",
        )
        .of(Type::List(&Type::Address)),
        optional("grafana", "http://grafana:3000", "The base URL of Grafana, for links in alerts.")
            .of(Type::Url),
        optional("retention", "400d", "How long Prometheus keeps its data; no window may be longer.")
            .of(Type::Duration),
        optional(
            "query_offset",
            "1m",
            "How late rules are evaluated, for samples that arrive late; alerts come as much later. Prometheus 2.53 or newer.",
        )
        .of(Type::Duration),
        optional(
            "include",
            "[tiers.yaml, ../common]",
            "Other files and directories that belong to it, relative to the file that names them.",
        )
        .of(Type::Distinct(&Type::Text)),
        optional(
            "secrets",
            "{probe-password: {file: secrets/probe-password}}",
            "Values that stand in no text and no output, used as `{{name}}` in calls.",
        )
        .of(Type::Map(&Type::Name, &Type::Block(&secret::TABLE))),
        optional(
            "smtp",
            "{host: \"smtp:25\", from: sla@example.com}",
            "The mail server that Alertmanager uses.",
        )
        .of(Type::Block(&smtp::TABLE)),
        optional("scrapes", "{}", "Foreign targets that Prometheus scrapes.")
            .of(Type::Map(&Type::Name, &Type::Block(&scrape::TABLE))),
        optional("tiers", "{}", "How urgent something is, and whom it wakes.")
            .of(Type::Map(&Type::Name, &Type::Block(&tier::TABLE))),
        optional("owners", "{}", "People and groups that can be told.")
            .of(Type::Map(&Type::Name, &Type::Block(&owner::TABLE))),
        optional("modules", "{}", "The parts of the system.")
            .of(Type::Map(&Type::Name, &Type::Block(&module::TABLE))),
        optional("probes", "{}", "Single synthetic calls.")
            .of(Type::Map(&Type::Name, &Type::Block(&probe::TABLE))),
        optional("journeys", "{}", "The steps a customer takes.")
            .of(Type::Map(&Type::Name, &Type::Block(&journey::TABLE))),
        optional("sources", "{}", "Databases that business numbers are read from.")
            .of(Type::Map(&Type::Name, &Type::Block(&source::TABLE))),
        optional("metrics", "{}", "Business numbers.")
            .of(Type::Map(&Type::Counter, &Type::Block(&metric::TABLE))),
        optional("objectives", "{}", "What is promised.")
            .of(Type::Map(&Type::Name, &Type::Block(&objective::TABLE))),
        optional("limits", "{}", "Bounds that a signal must not cross.")
            .of(Type::Map(&Type::Name, &Type::Block(&limit::TABLE))),
        optional("maintenance", "{policy: {planned: exclude}}", "Planned maintenance.")
            .of(Type::Block(&maintenance::TABLE)),
    ],
    mistakes: &[("slos", "write `objectives`"), ("alerts", "alerts stand in the blocks that they are about")],
};

/// The only version there is.
const VERSION: &str = "sla/v1";

/// Blocks of named things, which may be spread over several files.
const BLOCKS: [&str; 12] = [
    "vars",
    "secrets",
    "scrapes",
    "tiers",
    "owners",
    "modules",
    "probes",
    "journeys",
    "sources",
    "metrics",
    "objectives",
    "limits",
];

/// The files that it names were read with the file that names them.
pub const INCLUDE: &str = "include";

/// Keys that begin so are ignored: a place for anchors.
const FREE: &str = "x-";

/// What all files say together.
#[derive(Debug, Default)]
pub struct Root {
    /// Where the first file begins.
    place: Span,
    /// Values that are given once in the set, with the place of their key.
    values: BTreeMap<&'static str, Entry>,
    /// The named things of each block.
    blocks: BTreeMap<&'static str, Vec<Entry>>,
    /// Blocks that are no mappings, so that nothing is known of their names.
    unreadable: BTreeSet<&'static str>,
    /// Some file could not be read, so that anything may be missing.
    incomplete: bool,
}

/// Where each thing was first defined, by block and name.
type Seen = HashMap<(&'static str, Arc<str>), Span>;

impl Root {
    /// Unites the trees of all files; `incomplete` says that some file has no tree.
    pub fn unite(files: &[Arc<Node>], incomplete: bool, cx: &mut Context<'_>) -> Self {
        let place = files.first().map_or(Span::new(0, 0, 0), |it| it.span);
        let mut root = Self { place, incomplete, ..Self::default() };
        let mut seen = Seen::new();
        for file in files {
            root.add(file, &mut seen, cx);
        }
        for field in TABLE.fields.iter().filter(|it| it.required && it.key != "version") {
            if !root.incomplete && !root.values.contains_key(field.key) {
                cx.report(TABLE.missing(field, place));
            }
        }
        root
    }

    fn add(&mut self, file: &Node, seen: &mut Seen, cx: &mut Context<'_>) {
        let Kind::Map(entries) = &file.kind else {
            self.incomplete = true;
            let problem = format!("a specification is a mapping, not {}", file.what());
            let problem = Diagnostic::error(Code::Kind, file.span, problem);
            cx.report(problem.hint("start with `version: sla/v1` and `name: my-shop`"));
            return;
        };
        match entries.iter().find(|it| &*it.key == "version") {
            Some(entry) => version(&entry.value, cx),
            None => cx.report(TABLE.missing(&TABLE.fields[0], file.span)),
        }
        for entry in entries.iter().filter(|it| &*it.key != "version" && !it.key.starts_with(FREE)) {
            match TABLE.field(&entry.key) {
                Some(field) if field.key == INCLUDE => include(&entry.value, cx),
                Some(field) if BLOCKS.contains(&field.key) => self.block(field, entry, seen, cx),
                Some(field) => self.value(field, entry, cx),
                None => cx.report(TABLE.unknown(entry)),
            }
        }
    }

    fn value(&mut self, field: &'static Field, entry: &Entry, cx: &mut Context<'_>) {
        if let Some(first) = self.values.get(field.key) {
            cx.report(merge::duplicate(field.key, entry.span, first.span));
        } else {
            self.values.insert(field.key, entry.clone());
        }
    }

    fn block(&mut self, field: &'static Field, entry: &Entry, seen: &mut Seen, cx: &mut Context<'_>) {
        // A block whose lines are all commented out is empty, not wrong.
        if entry.value.is_null() {
            return;
        }
        let Kind::Map(things) = &entry.value.kind else {
            self.unreadable.insert(field.key);
            cx.wrong_kind::<()>(&entry.value, "a mapping");
            return;
        };
        for thing in things {
            match seen.insert((field.key, Arc::clone(&thing.key)), thing.span) {
                Some(first) => cx.report(merge::duplicate(&thing.key, thing.span, first)),
                None => self.blocks.entry(field.key).or_default().push(thing.clone()),
            }
        }
    }

    fn entries(&self, block: &str) -> &[Entry] {
        self.blocks.get(block).map_or(&[], Vec::as_slice)
    }

    fn single<T>(
        &self,
        key: &str,
        cx: &mut Context<'_>,
        decode: impl FnOnce(&Node, &mut Context<'_>) -> Option<T>,
    ) -> Option<T> {
        let entry = self.values.get(key)?;
        decode(&entry.value, cx)
    }

    fn single_or<T>(
        &self,
        key: &str,
        default: T,
        cx: &mut Context<'_>,
        decode: impl FnOnce(&Node, &mut Context<'_>) -> Option<T>,
    ) -> Option<T> {
        if self.values.contains_key(key) { self.single(key, cx, decode) } else { Some(default) }
    }

    /// Notes every name before anything is decoded: what exists but is wrong still is not "unknown".
    fn note_names(&self, cx: &mut Context<'_>) {
        if self.incomplete {
            cx.known_mut().metrics_incomplete = true;
            return;
        }
        for noun in Noun::ALL {
            if !self.unreadable.contains(noun.block()) {
                let names = self.entries(noun.block()).iter().map(|it| (it.key.to_string(), it.span));
                cx.known_mut().names.insert(noun, names.collect());
            }
        }
        cx.known_mut().metrics_incomplete =
            ["metrics", "scrapes"].iter().any(|it| self.unreadable.contains(it));
        let probes = self.entries("probes").iter().chain(self.entries("journeys"));
        cx.known_mut().probes = probes.map(|it| (it.key.to_string(), it.span)).collect();
    }

    fn variables(&self, overrides: &BTreeMap<String, String>, cx: &mut Context<'_>) {
        cx.variables.incomplete = self.incomplete || self.unreadable.contains("vars");
        let entries = self.entries("vars");
        for entry in entries {
            if !variable::is_name(&entry.key) {
                let message = format!("`{}` cannot be the name of a variable", entry.key);
                let problem = Diagnostic::error(Code::Name, entry.span, message);
                cx.report(problem.hint("start with a letter, then letters, digits, `-` and `_`"));
            }
            let value = variable_value(&entry.value, cx);
            cx.variables.define(&entry.key, value, entry.span);
        }
        let whole = entries.first().map_or(self.place, |it| it.span);
        let problems = cx.variables.override_with(overrides, whole);
        cx.report_all(problems);
    }

    /// Decodes everything. `None` comes with at least one problem; so may `Some`.
    pub fn decode(&self, overrides: &BTreeMap<String, String>, cx: &mut Context<'_>) -> Option<Model> {
        self.note_names(cx);
        self.variables(overrides, cx);
        let name: Option<SlaId> = self.single("name", cx, scalar::id);
        // Dates are read in the zone, so it comes first.
        let timezone = self.single_or("timezone", TimeZone::UTC, cx, timezone);
        cx.zone = timezone.clone().unwrap_or(TimeZone::UTC);
        let language = self.single_or("language", Language::Both, cx, language);
        let retention = self.single_or("retention", None, cx, |it, cx| {
            unit::ranged(it, cx, "a retention", &RETENTION).map(|retention| Some((retention, it.span)))
        });
        cx.retention = retention.flatten();
        let query_offset = self.single_or("query_offset", None, cx, |it, cx| {
            unit::ranged(it, cx, "a query offset", &QUERY_OFFSET).map(Some)
        });
        let smtp = self.single_or("smtp", None, cx, |it, cx| smtp::decode(it, cx).map(Some));
        cx.known_mut().mailed = self.values.contains_key("smtp") || self.incomplete;
        let secrets = list::named(self.entries("secrets"), cx, secret::decode);
        let alertmanagers = self.single_or("alertmanagers", Vec::new(), cx, alertmanagers);
        let grafana = self.single_or("grafana", None, cx, |it, cx| network::url(it, cx).map(Some));
        let scrapes = list::named(self.entries("scrapes"), cx, scrape::decode);
        let tiers = list::named(self.entries("tiers"), cx, tier::decode);
        let owners = list::named(self.entries("owners"), cx, owner::decode);
        let modules = list::named(self.entries("modules"), cx, module::decode);
        let probes = list::named(self.entries("probes"), cx, probe::decode);
        let journeys = list::named(self.entries("journeys"), cx, journey::decode);
        let sources = list::named(self.entries("sources"), cx, source::decode);
        let metrics = list::named(self.entries("metrics"), cx, metric::decode);
        let objectives = list::named_apart(self.entries("objectives"), cx, objective::decode);
        let limits = list::named(self.entries("limits"), cx, limit::decode);
        let maintenance = self.single_or("maintenance", maintenance::default(), cx, maintenance::decode);
        let model = Model {
            name: name?,
            timezone: timezone?,
            language: language?,
            alertmanagers: alertmanagers?,
            grafana: grafana?,
            retention: retention?.map(|it| it.0),
            query_offset: query_offset?,
            smtp: smtp?,
            secrets,
            scrapes,
            tiers,
            owners,
            modules,
            probes,
            journeys,
            sources,
            metrics,
            objectives,
            limits,
            maintenance: maintenance?,
        };
        Some(model.joined())
    }
}

/// Below a day nothing can be judged; above ten years the unit is mistyped.
const RETENTION: RangeInclusive<Duration> = Duration::from_hours(24)..=Duration::from_hours(3660 * 24);

/// Prometheus looks five minutes back for the newest value. What is recorded later than that is on no dashboard.
const QUERY_OFFSET: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_mins(4);

fn include(node: &Node, cx: &mut Context<'_>) {
    list::distinct(node, cx, scalar::text);
}

fn version(node: &Node, cx: &mut Context<'_>) {
    let Some(text) = cx.text(node) else { return };
    if text != VERSION {
        let problem = Diagnostic::error(Code::Version, node.span, format!("the version `{text}` is unknown"));
        cx.report(problem.hint(format!("write `version: {VERSION}`")));
    }
}

/// Reads the value of a variable: plain text, whatever it looks like.
fn variable_value(node: &Node, cx: &mut Context<'_>) -> Option<String> {
    let Kind::Scalar(scalar) = &node.kind else {
        return cx.wrong_kind(node, "one text");
    };
    if node.is_null() {
        return cx.wrong_kind(node, "a value");
    }
    if let Some(at) = scalar.text.find("${") {
        let span = cx.within(node, at, 2);
        let problem = Diagnostic::error(Code::Variable, span, "a variable cannot use another variable");
        return cx.refuse(problem.hint("write the whole text"));
    }
    Some(scalar.text.clone())
}

fn timezone(node: &Node, cx: &mut Context<'_>) -> Option<TimeZone> {
    let text = cx.text(node)?;
    if let Ok(zone) = TimeZone::get(&text) {
        return Some(zone);
    }
    let names: Vec<String> = tz::db().available().map(|it| it.as_str().to_owned()).collect();
    let near = suggest::nearest(&text, names.iter().map(String::as_str));
    let problem = Diagnostic::error(Code::Timezone, node.span, format!("there is no timezone `{text}`"));
    cx.refuse(problem.hint(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write for example `Asia/Shanghai` or `UTC`".to_owned(),
    }))
}

fn language(node: &Node, cx: &mut Context<'_>) -> Option<Language> {
    let words = [("zh-CN", Language::Zh), ("en", Language::En), ("both", Language::Both)];
    scalar::choice(node, cx, &words)
}

fn alertmanagers(node: &Node, cx: &mut Context<'_>) -> Option<Vec<String>> {
    list::each(node, cx, network::address)
}
