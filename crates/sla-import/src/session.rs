//! One import: what was understood so far, and the steps that every language needs.

use std::{collections::BTreeMap, time::Duration};

use rust_decimal::Decimal;
use sla_model::{burn::Urgency, window::Window};

use crate::{
    Options, burn,
    draft::{Draft, Indicator, Objective, Told},
    finding::Findings,
    name::{Taken, identifier},
    query::Query,
    tree::At,
    write::TITLE_MAX,
};

/// The longest and shortest window of our language, in days.
const WINDOW_DAYS: std::ops::RangeInclusive<u64> = 7..=365;

/// The state of an import.
pub struct Session<'t> {
    /// Every document, because documents refer to each other.
    pub documents: &'t [At<'t>],
    /// What the foreign text does not say.
    pub options: Options,
    /// What was understood.
    pub draft: Draft,
    /// What was found.
    pub findings: Findings,
    ids: Taken,
    /// The first document of each kind and name.
    named: BTreeMap<(&'t str, &'t str), At<'t>>,
    /// Something that is true of every document and is said once.
    said: Vec<&'static str>,
}

impl<'t> Session<'t> {
    /// Begins an import.
    pub fn new(documents: &'t [At<'t>], options: Options) -> Self {
        let findings = Findings::default();
        let mut named = BTreeMap::new();
        for document in documents {
            let name = document.look("metadata").and_then(|it| it.peek("name"));
            if let (Some(kind), Some(name)) = (document.peek("kind"), name) {
                named.entry((kind, name)).or_insert(*document);
            }
        }
        let (draft, ids, said) = (Draft::default(), Taken::default(), Vec::new());
        Self { documents, options, draft, findings, ids, named, said }
    }

    /// Returns the first document of a kind that has a name in its `metadata`.
    pub fn named(&self, kind: &str, name: &str) -> Option<At<'t>> {
        self.named.get(&(kind, name)).copied()
    }

    /// Ends it: what was understood, and what was found.
    pub fn finish(mut self) -> (Draft, Findings) {
        if self.draft.name.is_empty() {
            let mut modules = self.draft.modules.keys();
            self.draft.name = match (modules.next(), modules.next()) {
                (Some(only), None) => only.clone(),
                _ => "imported".to_owned(),
            };
        }
        (self.draft, self.findings)
    }

    /// Returns whether this is the first time that something is said.
    pub fn first(&mut self, what: &'static str) -> bool {
        let first = !self.said.contains(&what);
        if first {
            self.said.push(what);
        }
        first
    }

    /// Returns an allowed and unique name for a promise, and says so if it is another one.
    pub fn objective_id(&mut self, wanted: &str, at: At<'_>) -> String {
        let id = self.ids.give(wanted);
        if id != wanted {
            let why = format!("the promise is named `{id}` here: `{}` is taken or not allowed", cut(wanted));
            self.findings.changed(at, why, "look for the new name in dashboards and alerts");
        }
        id
    }

    /// Returns the name of a module, adds it, and says so if it is another one than in the text.
    pub fn module_id(&mut self, wanted: &str, at: At<'_>) -> String {
        let id = identifier(wanted);
        if id != wanted && !self.draft.modules.contains_key(&id) {
            let why = format!("the module is named `{id}` here: `{}` is not allowed", cut(wanted));
            self.findings.changed(at, why, "look for the new name in dashboards and alerts");
        }
        self.draft.module(&id);
        id
    }

    /// Takes the owner of a module from a label that names a team.
    pub fn owner(&mut self, module: &str, at: At<'_>) {
        let Some(text) = at.text() else { return };
        let id = identifier(text);
        if id != text {
            let why = format!("the owner is named `{id}` here");
            self.findings.changed(at, why, "a title can hold the whole name");
        }
        let module = self.draft.module(module);
        match &module.owner {
            None => module.owner = Some(id),
            Some(owner) if *owner == id => {}
            Some(owner) => {
                let why = format!("the module has one owner, and `{owner}` was named first");
                self.findings.changed(at, why, "split the module, or name one owner");
            }
        }
    }

    /// Reads a target in percent, or as a share of one. `None`: it was said why there is none.
    pub fn target(&mut self, whole: At<'_>, at: At<'_>, is_percent: bool) -> Option<Decimal> {
        let text = at.text().unwrap_or_default().trim();
        let number = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
        let percent =
            number.ok().map(|it| if is_percent { Some(it) } else { it.checked_mul(Decimal::ONE_HUNDRED) });
        match percent.flatten().map(|it| it.normalize()) {
            Some(percent) if percent > Decimal::ZERO && percent < Decimal::ONE_HUNDRED => Some(percent),
            Some(percent) if percent == Decimal::ONE_HUNDRED => {
                let why = "a target of 100% leaves no error budget, so every burn rate divides by zero";
                self.findings.dropped(whole, at, why, "choose a target below 100%, for example 99.99%");
                None
            }
            _ => {
                let why = "the target is not a number between 0% and 100%";
                self.findings.dropped(whole, at, why, "write for example 99.9%");
                None
            }
        }
    }

    /// Returns a window of whole days that our language can judge over, and says if it is another one.
    pub fn days(&mut self, days: Decimal, at: At<'_>) -> Window {
        use rust_decimal::prelude::ToPrimitive as _;
        let whole = days.round().to_u64().unwrap_or(*WINDOW_DAYS.end());
        let window = whole.clamp(*WINDOW_DAYS.start(), *WINDOW_DAYS.end());
        if Decimal::from(window) != days {
            let why = format!("windows are 7 to 365 whole days: this one became {window}d");
            self.findings.changed(at, why, "look whether target and window still are what you promise");
        }
        Window::Rolling(Duration::from_hours(24 * window))
    }

    /// Splits a description into a title and a comment.
    pub fn title_of(description: Option<&str>) -> (Option<String>, String) {
        let text = description.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        match text.chars().count() {
            0 => (None, String::new()),
            1..=TITLE_MAX => (Some(text), String::new()),
            _ => (None, text),
        }
    }

    /// Makes the indicator of a ratio: plain selectors with the labels of `by`, if both queries are nothing else.
    pub fn ratio(
        &mut self,
        whole: At<'_>,
        part_is_bad: bool,
        part: Query,
        total: Query,
    ) -> (Indicator, Vec<String>) {
        let by = match (&part.plain, &total.plain) {
            (Some(part), Some(total)) if part.by == total.by => Some(total.by.clone()),
            _ => None,
        };
        let given = |it: &String| matches!(it.as_str(), "le" | "instance") || it.starts_with("__");
        let by = by.filter(|it| !it.iter().any(given));
        let (mut part, mut total) = (part, total);
        if by.is_none() {
            part.plain = None;
            total.plain = None;
        }
        if by.is_none() && !(part.is_per_second() && total.is_per_second()) && self.first("per second") {
            let why = "a query without `rate()` does not give events per second: ratios and budgets are right, but \
                       numbers of events are not, and an alert needs at least three bad events";
            self.findings.observe(
                whole,
                why,
                "count with a counter and `rate(…[$window])` where there is one",
            );
        }
        (Indicator::Ratio { part_is_bad, part, total }, by.unwrap_or_default())
    }

    /// Adds a promise; alerts that could never fire are left out.
    pub fn add(&mut self, mut objective: Objective, at: At<'_>) {
        objective.page = objective.page.map(|it| it.plain(true));
        objective.ticket = objective.ticket.map(|it| it.plain(false));
        let burns = objective.burns.clone().unwrap_or_default();
        for (told, own, urgency, word) in [
            (&mut objective.page, &burns.page, Urgency::Page, "page"),
            (&mut objective.ticket, &burns.ticket, Urgency::Ticket, "ticket"),
        ] {
            let fires = if objective.burns.is_some() {
                own.iter().any(|it| burn::fires(it, objective.window, objective.target))
            } else {
                burn::usual(urgency).any(|it| burn::fires(&it, objective.window, objective.target))
            };
            if told.is_some() && !fires {
                *told = None;
                let why = format!(
                    "with a target of {}% over {} no failure is large enough for a {word}, so it is left out",
                    objective.target, objective.window
                );
                self.findings.observe(at, why, "raise the target, or write `burns` of your own");
            }
        }
        if objective.page.is_none() && objective.ticket.is_none() {
            objective.burns = None;
        }
        self.draft.objectives.push(objective);
    }

    /// Returns the promise that every importer starts from.
    pub fn objective(
        whole: At<'_>,
        id: String,
        module: &str,
        target: Decimal,
        window: Window,
        indicator: Indicator,
    ) -> Objective {
        Objective {
            id,
            path: whole.path(),
            span: whole.span(),
            title: None,
            comment: String::new(),
            module: module.to_owned(),
            target,
            window,
            by: Vec::new(),
            indicator,
            page: Some(Told::USUAL),
            ticket: Some(Told::USUAL),
            burns: None,
        }
    }
}

fn cut(text: &str) -> String {
    crate::tree::cut(text, 60)
}
