//! Checks over the whole specification, run when everything was decoded: each works on what decoding collected,
//! so that a block with one bad value still takes part in them.

use std::collections::BTreeMap;

use crate::{decode::context::Context, diagnostic::Span};

pub mod cycle;
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

/// What decoding leaves for the checks.
#[derive(Debug, Default)]
pub struct Collected {
    /// Every name by its kind, also of things that could not be decoded. A kind that is missing could not be
    /// read, so nothing is known of it.
    pub names: BTreeMap<Noun, BTreeMap<String, Span>>,
    /// Every use of a name.
    pub references: Vec<Reference>,
    /// Every `depends_on`.
    pub dependencies: Vec<Dependency>,
    /// The metrics that the specification declares.
    pub metrics: BTreeMap<String, Vec<metric::Exposed>>,
    /// Some declaration of metrics could not be read.
    pub metrics_incomplete: bool,
    /// Every metric that an objective uses.
    pub uses: Vec<metric::Use>,
    /// The names of probes and journeys, which share one label.
    pub probes: Vec<(String, Span)>,
}

/// Runs every check.
pub fn all(cx: &mut Context<'_>) {
    for check in [reference::check, cycle::check, metric::check, name::check] {
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
        }
    }
}
