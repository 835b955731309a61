//! Checks over the whole specification, run when everything was decoded: each works on what decoding collected,
//! so that a block with one bad value still takes part in them.

use std::{collections::BTreeMap, time::Duration};

use crate::{decode::context::Context, diagnostic::Span};

pub mod component;
pub mod cycle;
pub mod mail;
pub mod metric;
pub mod name;
pub mod reference;
pub mod unused;

/// The kinds of things that are referred to by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Noun {
    /// `modules`
    Module,
    /// `tiers`
    Tier,
    /// `owners`
    Owner,
    /// `sources`
    Source,
    /// `journeys`
    Journey,
    /// `probes`
    Probe,
    /// `objectives`
    Objective,
    /// `secrets`
    Secret,
}

impl Noun {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Module,
        Self::Tier,
        Self::Owner,
        Self::Source,
        Self::Journey,
        Self::Probe,
        Self::Objective,
        Self::Secret,
    ];

    /// Whether one that nothing refers to is of no use. What runs by itself is worth it for its numbers alone.
    pub fn needs_use(self) -> bool {
        match self {
            Self::Module | Self::Tier | Self::Owner | Self::Source | Self::Secret => true,
            Self::Journey | Self::Probe | Self::Objective => false,
        }
    }
}

/// An objective that a composite is made of.
#[derive(Debug)]
pub struct Component {
    /// The composite.
    pub of: String,
    /// The objective.
    pub name: String,
    /// Where that is said.
    pub span: Span,
}

/// A name that must exist.
#[derive(Debug)]
pub struct Reference {
    /// What it names.
    pub noun: Noun,
    /// The name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// One module that needs another.
#[derive(Debug)]
pub struct Dependency {
    /// The module.
    pub from: String,
    /// What it needs.
    pub to: String,
    /// Where that is said.
    pub span: Span,
}

/// What is known of the whole specification; a block that others look into is decoded before them.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Every name by its kind, also of things that could not be decoded. A kind that is missing could not be
    /// read, so nothing is known of it.
    pub names: BTreeMap<Noun, BTreeMap<String, Span>>,
    /// The metrics that the specification declares.
    pub metrics: BTreeMap<String, Vec<metric::Exposed>>,
    /// Some declaration of metrics could not be read.
    pub metrics_incomplete: bool,
    /// There is a mail server, or it cannot be known whether there is one.
    pub mailed: bool,
    /// How often probes and journeys run, as far as it could be read.
    pub intervals: BTreeMap<String, Duration>,
    /// The names of probes and journeys, which share one label.
    pub probes: Vec<(String, Span)>,
}

/// What decoding leaves for the checks.
#[derive(Debug, Default)]
pub struct Collected {
    /// Every use of a name.
    pub references: Vec<Reference>,
    /// Every `depends_on`.
    pub dependencies: Vec<Dependency>,
    /// Where mail addresses of owners stand.
    pub emails: Vec<Span>,
    /// What composites are made of.
    pub components: Vec<Component>,
}

impl Collected {
    /// Adds what another decoding left.
    pub fn extend(&mut self, other: Self) {
        let Self { references, dependencies, emails, components } = other;
        self.references.extend(references);
        self.dependencies.extend(dependencies);
        self.emails.extend(emails);
        self.components.extend(components);
    }
}

/// Runs every check.
pub fn all(cx: &mut Context<'_>) {
    for check in [reference::check, cycle::check, metric::check, name::check, component::check, mail::check] {
        let problems = check(cx);
        cx.report_all(problems);
    }
    // Beside errors this would be noise: what is wrong elsewhere may be the missing use.
    if !cx.has_errors() {
        let problems = unused::check(cx);
        cx.report_all(problems);
    }
}

impl Noun {
    /// Returns the word for one of them.
    pub fn word(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Tier => "tier",
            Self::Owner => "owner",
            Self::Source => "source",
            Self::Journey => "journey",
            Self::Probe => "probe",
            Self::Objective => "objective",
            Self::Secret => "secret",
        }
    }

    /// Returns the block that defines them.
    pub fn block(self) -> &'static str {
        match self {
            Self::Module => "modules",
            Self::Tier => "tiers",
            Self::Owner => "owners",
            Self::Source => "sources",
            Self::Journey => "journeys",
            Self::Probe => "probes",
            Self::Objective => "objectives",
            Self::Secret => "secrets",
        }
    }
}
