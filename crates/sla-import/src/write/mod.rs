//! A draft as text of our language, with placeholders for what the foreign text does not say.

pub mod text;
mod tier;

use std::{collections::BTreeMap, fmt::Write as _, ops::Range};

use rust_decimal::Decimal;
use sla_model::duration;

use self::{
    text::{DOLLAR, comment, needs_dollar, quoted, scalar},
    tier::Tiers,
};
use crate::{
    draft::{Burn, Draft, Indicator, ON_CALL, Objective},
    finding::Findings,
    metrics::{self, Declared, Kind},
    query::Query,
};

/// The most letters of a title that is better than a comment.
pub const TITLE_MAX: usize = 80;

/// The bucket bound of a histogram of which no query names one.
const BOUND: &str = "1";

/// A text of our language.
pub struct Written {
    /// The text.
    pub text: String,
    /// Where each objective of the draft stands in it.
    pub objectives: Vec<Range<usize>>,
}

/// Writes a draft. `format` is the name of the foreign language; what is a placeholder goes to the findings.
pub fn write(draft: &Draft, format: &str, findings: &mut Findings) -> Written {
    let declared = metrics::declared(draft);
    let tiers = Tiers::of(draft);
    let mut writer = Writer { text: String::new(), variables: BTreeMap::new() };
    writer.scrapes(&declared);
    writer.tiers(&tiers, findings);
    writer.owners(draft, &tiers);
    writer.modules(draft);
    let mut objectives = writer.objectives(draft, &tiers);
    let head = writer.head(draft, format, findings);
    for it in &mut objectives {
        *it = it.start + head.len()..it.end + head.len();
    }
    Written { text: head + &writer.text, objectives }
}

struct Writer {
    text: String,
    /// Placeholders: names, values, and what they stand for.
    variables: BTreeMap<String, (String, &'static str)>,
}

impl Writer {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Returns a foreign text as a scalar.
    fn quoted(&mut self, text: &str) -> String {
        if needs_dollar(text) {
            self.variables.insert(DOLLAR.to_owned(), ("$".to_owned(), ""));
        }
        quoted(text)
    }

    /// Returns the use of a placeholder.
    fn variable(&mut self, name: String, value: String, what: &'static str) -> String {
        let used = scalar(&format!("${{{name}}}"));
        self.variables.insert(name, (value, what));
        used
    }

    fn head(&self, draft: &Draft, format: &str, findings: &mut Findings) -> String {
        let mut head = comment(
            &format!(
                "Imported from {format} by `slaforge import`. Its report says what could not be carried over. \
                 The values of `vars`, the tiers and the targets of scrapes are placeholders: the imported text does not say them."
            ),
            "",
        );
        // Writing to a String cannot fail.
        let _ = writeln!(head, "version: sla/v1\nname: {}", scalar(&draft.name));
        if let Some(zone) = &draft.timezone {
            let _ = writeln!(head, "timezone: {}", quoted(zone));
        }
        if !self.variables.is_empty() {
            head.push_str("\nvars:\n");
        }
        for (name, (value, what)) in &self.variables {
            let value = scalar(value);
            let _ = writeln!(head, "  {name}: {value}");
            if !what.is_empty() {
                let instead = "write the real one, or give `--var` to every command";
                findings.to_do(&format!("vars.{name}"), &value, *what, instead);
            }
        }
        head
    }

    fn scrapes(&mut self, declared: &Declared) {
        if declared.jobs.is_empty() {
            return;
        }
        self.line("\nscrapes:");
        for (name, job) in &declared.jobs {
            if job.made_up {
                self.line("  # No query names a job: the name of this one is the module's.");
            }
            let what = "no imported text says where the metrics of this job are scraped";
            let target = self.variable(format!("target-{name}"), format!("{name}.invalid:80"), what);
            self.line(&format!("  {name}:"));
            self.line(&format!("    targets: [{target}]"));
            self.line(&format!("    module: {}", job.module));
            self.line("    metrics:");
            for (name, metric) in &declared.metrics {
                if job.metrics.contains(name) {
                    let kind = kind(&metric.kind);
                    let labels: Vec<String> = metric.labels.iter().map(|it| scalar(it)).collect();
                    let labels = match labels.as_slice() {
                        [] => String::new(),
                        labels => format!(", labels: [{}]", labels.join(", ")),
                    };
                    self.line(&format!("      {}: {{{kind}{labels}}}", scalar(name)));
                }
            }
        }
    }

    fn tiers(&mut self, tiers: &Tiers, findings: &mut Findings) {
        if tiers.is_empty() {
            return;
        }
        self.line("\ntiers:");
        for tier in tiers.all() {
            let severity = self.quoted(&tier.severity);
            let (confirm, restore) = tier.deadlines();
            let owners = tier.owners.join(", ");
            self.line(&format!(
                "  {}: {{severity: {severity}, confirm: {confirm}, restore: {restore}, release_after: 30m, owners: [{owners}]}}",
                tier.id
            ));
            let why = "the imported text has no deadlines for people";
            let instead = "write how fast somebody confirms, and how fast service is restored";
            findings.to_do(
                &format!("tiers.{}", tier.id),
                &format!("confirm: {confirm}, restore: {restore}"),
                why,
                instead,
            );
        }
    }

    fn owners(&mut self, draft: &Draft, tiers: &Tiers) {
        let told = tiers.all().iter().flat_map(|it| &it.owners).filter(|it| *it != tier::MODULE_OWNER);
        let answering = draft.modules.values().map(|it| it.owner.as_deref().unwrap_or(ON_CALL));
        let names: std::collections::BTreeSet<&str> = told.map(String::as_str).chain(answering).collect();
        if names.is_empty() {
            return;
        }
        self.line("\nowners:");
        for name in names {
            let value = format!("http://webhook.invalid/{name}");
            let what = "no imported text says what receives the alerts of this owner";
            let url = self.variable(format!("webhook-{name}"), value, what);
            self.line(&format!("  {name}: {{webhook: {{url: {url}}}}}"));
        }
    }

    fn modules(&mut self, draft: &Draft) {
        if draft.modules.is_empty() {
            return;
        }
        self.line("\nmodules:");
        for (name, module) in &draft.modules {
            let title = module.title.as_ref().map(|it| format!("title: {}, ", self.quoted(it)));
            let owner = module.owner.as_deref().unwrap_or(ON_CALL);
            self.text.push_str(&comment(&module.comment, "  "));
            self.line(&format!("  {name}: {{{}owner: {owner}}}", title.unwrap_or_default()));
        }
    }

    fn objectives(&mut self, draft: &Draft, tiers: &Tiers) -> Vec<Range<usize>> {
        if !draft.objectives.is_empty() {
            self.line("\nobjectives:");
        }
        let mut places = Vec::new();
        for objective in &draft.objectives {
            let start = self.text.len();
            self.objective(objective, tiers);
            places.push(start..self.text.len());
        }
        places
    }

    fn objective(&mut self, objective: &Objective, tiers: &Tiers) {
        self.text.push_str(&comment(&objective.comment, "  "));
        self.line(&format!("  {}:", objective.id));
        if let Some(title) = &objective.title {
            let title = self.quoted(title);
            self.line(&format!("    title: {title}"));
        }
        self.line(&format!("    module: {}", objective.module));
        self.line(&format!("    target: {}%", objective.target.normalize()));
        self.line(&format!("    window: {}", objective.window));
        if !objective.by.is_empty() {
            let labels: Vec<String> = objective.by.iter().map(|it| scalar(it)).collect();
            self.line(&format!("    by: [{}]", labels.join(", ")));
        }
        self.line("    indicator:");
        let indicator = self.indicator(&objective.indicator);
        self.line(&format!("      {indicator}"));
        if let Some(alert) = alert(objective, tiers) {
            self.line(&format!("    alert: {alert}"));
        }
    }

    fn indicator(&mut self, indicator: &Indicator) -> String {
        match indicator {
            Indicator::Ratio { part_is_bad, part, total } => {
                let key = if *part_is_bad { "bad" } else { "good" };
                let plain = are_plain(part, total);
                let (part, total) = (self.counter(part, plain), self.counter(total, plain));
                format!("ratio: {{{key}: {part}, total: {total}}}")
            }
            Indicator::Latency { histogram, within, .. } => {
                let histogram = self.quoted(&histogram.to_string());
                format!("latency: {{histogram: {histogram}, within: {}}}", seconds(*within))
            }
            Indicator::Slices { gauge, bound, value } => {
                let gauge = self.quoted(&gauge.to_string());
                format!("slices: {{gauge: {gauge}, {bound}: {}}}", value.normalize())
            }
            Indicator::Composite { parts } => {
                let weighted = |(name, weight): &(String, Option<Decimal>)| {
                    weight.map(|it| format!("{name}: {}", it.normalize()))
                };
                if let Some(parts) = parts.iter().map(weighted).collect::<Option<Vec<String>>>() {
                    return format!("composite: {{weighted: {{{}}}}}", parts.join(", "));
                }
                let names: Vec<&str> = parts.iter().map(|it| it.0.as_str()).collect();
                format!("composite: {{worst: [{}]}}", names.join(", "))
            }
        }
    }

    fn counter(&mut self, query: &Query, plain: bool) -> String {
        match &query.plain {
            Some(it) if plain => self.quoted(&it.selector.to_string()),
            _ => self.quoted(&query.text),
        }
    }
}

/// Returns whether both queries of a ratio can be written as plain selectors: those read better, but of one metric
/// the part must ask for everything that the total asks for, and for more.
fn are_plain(part: &Query, total: &Query) -> bool {
    let (Some(part), Some(total)) = (&part.plain, &total.plain) else { return false };
    let (part, total) = (&part.selector, &total.selector);
    let more = total.matchers.len() < part.matchers.len();
    part.metric != total.metric || (more && total.matchers.iter().all(|it| part.matchers.contains(it)))
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Counter => "type: counter".to_owned(),
        Kind::Gauge => "type: gauge".to_owned(),
        Kind::Native => "type: native_histogram".to_owned(),
        Kind::Histogram(bounds) => {
            let bounds: Vec<String> = bounds.iter().map(|it| it.normalize().to_string()).collect();
            format!("histogram: [{}]", if bounds.is_empty() { BOUND.to_owned() } else { bounds.join(", ") })
        }
    }
}

fn alert(objective: &Objective, tiers: &Tiers) -> Option<String> {
    let mut parts = Vec::new();
    for (key, told) in [("page", &objective.page), ("ticket", &objective.ticket)] {
        if let Some(told) = told {
            parts.push(format!("{key}: {}", tiers.id(key, told)));
        }
    }
    if parts.is_empty() {
        return None;
    }
    if let Some(burns) = &objective.burns {
        let mut lines = Vec::new();
        for (key, told, burns) in
            [("page", &objective.page, &burns.page), ("ticket", &objective.ticket, &burns.ticket)]
        {
            if told.is_some() && !burns.is_empty() {
                let burn =
                    |it: &Burn| format!("{}% in {}", it.percent.normalize(), duration::text(it.within));
                lines.push(format!("{key}: [{}]", burns.iter().map(burn).collect::<Vec<_>>().join(", ")));
            }
        }
        if !lines.is_empty() {
            parts.push(format!("burns: {{{}}}", lines.join(", ")));
        }
    }
    Some(format!("{{{}}}", parts.join(", ")))
}

/// Returns a limit as our language writes it: `200ms`, `1s500ms`; our shortest unit is a millisecond.
fn seconds(seconds: Decimal) -> String {
    use rust_decimal::prelude::ToPrimitive as _;
    let millis = (seconds * Decimal::ONE_THOUSAND).round().to_u64().unwrap_or(u64::MAX);
    duration::text(std::time::Duration::from_millis(millis))
}
