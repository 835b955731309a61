//! Problems as text for people, discreetly for daemons, as JSON for programs, and as SARIF for code review.

use std::{
    collections::BTreeMap,
    fmt::{self, Display},
    path::Path,
};

use serde::Serialize;

use crate::{
    diagnostic::{Diagnostic, Severity},
    source_set::SourceSet,
};

mod discreet;
mod json;
mod place;
mod sarif;
mod text;

/// Problems together with the files in which they stand. `Display` is the whole report without colour.
#[derive(Clone, Debug)]
pub struct Report {
    /// The problems, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// The files.
    pub set: SourceSet,
}

impl Report {
    /// Returns the report of a specification in which nothing was found.
    pub fn none() -> Self {
        Self { diagnostics: Vec::new(), set: SourceSet::new([]) }
    }

    /// Returns the report for people: every problem and a line that counts them.
    pub fn text(&self, colour: bool) -> String {
        text::render(&self.diagnostics, &self.set, colour)
    }

    /// Returns the report for logs and pages: no lines of the files, and in its sentences none of their values, because
    /// any may be secret. `variables` are the overrides of `--var`, which are not told either.
    pub fn discreet(&self, variables: &BTreeMap<String, String>) -> String {
        discreet::render(&self.diagnostics, &self.set, variables)
    }

    /// Returns the same, each problem by itself, for a record of a log each.
    pub fn discreet_problems(&self, variables: &BTreeMap<String, String>) -> Vec<String> {
        discreet::problems(&self.diagnostics, &self.set, variables)
    }

    /// Returns one JSON document; `docs/report.md` describes it.
    pub fn json(&self) -> String {
        json::render(&self.diagnostics, &self.set)
    }

    /// Returns a SARIF 2.1.0 log. Files below `base`, where the tool runs, are named relative to it.
    pub fn sarif(&self, base: &Path) -> String {
        sarif::render(&self.diagnostics, &self.set, base)
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(false))
    }
}

/// Returns the report for people of some problems.
pub fn text(diagnostics: &[Diagnostic], set: &SourceSet, colour: bool) -> String {
    text::render(diagnostics, set, colour)
}

/// How many problems there are; `Display` is "2 errors, 1 warning".
#[derive(Clone, Copy, Debug, Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
}

impl Summary {
    fn of(diagnostics: &[Diagnostic]) -> Self {
        let errors = diagnostics.iter().filter(|it| it.severity == Severity::Error).count();
        Self { errors, warnings: diagnostics.len() - errors }
    }
}

impl Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = |count: usize| if count == 1 { "" } else { "s" };
        let Self { errors, warnings } = self;
        write!(f, "{errors} error{}, {warnings} warning{}", s(*errors), s(*warnings))
    }
}
