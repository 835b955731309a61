//! Reads the specifications of Sloth, Pyrra and OpenSLO, and writes ours, with a report of everything that could
//! not be carried over.
//!
//! The way of a document: text → located tree that remembers what was read ([`tree`](crate)) → one file per
//! language (`sloth`, `pyrra`, `openslo`) → [`draft`](crate) → text of our language (`write`) → `prove`, which reads
//! that text as `slaforge check` would and leaves out what does not pass. Nothing is dropped silently: what no
//! importer looked at is found in the tree and reported.
//!
//! This crate reads and writes no files, and knows no rules that are generated from a specification.

use std::collections::BTreeMap;

use sla_spec::SourceSet;

mod burn;
mod draft;
pub mod finding;
mod metrics;
mod name;
mod openslo;
mod prove;
mod pyrra;
mod query;
pub mod report;
mod session;
mod sloth;
mod tree;
mod write;

use crate::{
    finding::Findings,
    report::Report,
    session::Session,
    tree::{At, Tree},
};

/// The languages that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `prometheus/v1`, and the resources `PrometheusServiceLevel` and `AlertWindows`.
    Sloth,
    /// The resource `ServiceLevelObjective`.
    Pyrra,
    /// `openslo/v1`, and `SLO` of `openslo/v1alpha`.
    OpenSlo,
}

impl Format {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::Sloth, Self::Pyrra, Self::OpenSlo];

    /// Returns how people write its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sloth => "Sloth",
            Self::Pyrra => "Pyrra",
            Self::OpenSlo => "OpenSLO",
        }
    }

    fn read(self) -> for<'t> fn(At<'t>, &mut Session<'t>) -> bool {
        match self {
            Self::Sloth => sloth::read,
            Self::Pyrra => pyrra::read,
            Self::OpenSlo => openslo::read,
        }
    }
}

/// What the foreign text itself does not say.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The window of Sloth's promises in days, which is a flag of its command line; 30, unless said otherwise.
    pub window_days: u64,
}

impl Default for Options {
    /// The default of Sloth's own command line.
    fn default() -> Self {
        Self { window_days: 30 }
    }
}

/// An imported specification.
#[derive(Clone, Debug)]
pub struct Import {
    /// The text in our language; it passes `slaforge check` without errors.
    pub spec: String,
    /// What was lost, changed or left to do.
    pub report: Report,
}

/// Why nothing was imported.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Refused {
    /// The text is not YAML.
    #[error("{0}")]
    Text(sla_spec::report::Report),
    /// No document is of the language.
    #[error("none of the {documents} documents is {wanted}")]
    Foreign {
        /// How many documents there are.
        documents: usize,
        /// What a document should be.
        wanted: &'static str,
    },
    /// The text that was written is wrong; this is a mistake of ours.
    #[error("the imported specification does not pass its own check; please report this:\n{0}")]
    Unsound(sla_spec::report::Report),
}

/// Imports documents of one language that belong together: those of several files may refer to each other.
pub fn import(format: Format, set: SourceSet, options: Options) -> Result<Import, Refused> {
    let documents = match sla_spec::documents(&set) {
        Ok(documents) => documents,
        Err(diagnostics) => return Err(Refused::Text(sla_spec::report::Report { diagnostics, set })),
    };
    let tree = Tree::new(documents);
    let all: Vec<At<'_>> = tree.documents().into_iter().flat_map(unfolded).collect();
    let mut session = Session::new(&all, options);
    let mut known = 0;
    for document in &all {
        if format.read()(*document, &mut session) {
            known += 1;
        } else {
            session.findings.lost(*document, "this is another kind of document", wanted(format));
        }
    }
    if format == Format::OpenSlo {
        openslo::finish(&mut session);
    }
    if known == 0 {
        return Err(Refused::Foreign { documents: all.len(), wanted: wanted(format) });
    }
    let (draft, mut findings) = session.finish();
    for at in tree.unread() {
        unknown(at, &mut findings);
    }
    let (draft, spec, findings) = prove::prove(draft, format.name(), findings)?;
    let findings = findings.sorted();
    let report = Report { format: format.name(), objectives: draft.objectives.len(), findings, set };
    Ok(Import { spec, report })
}

/// A list of Kubernetes resources is several documents.
fn unfolded(document: At<'_>) -> Vec<At<'_>> {
    let is_list = document.peek("kind").is_some_and(|it| it.ends_with("List"));
    let items = if is_list { document.get("items").map(At::items) } else { None };
    match items {
        Some(items) if !items.is_empty() => {
            for key in ["apiVersion", "kind"] {
                document.string(key);
            }
            items
        }
        _ => vec![document],
    }
}

fn unknown(at: At<'_>, findings: &mut Findings) {
    let why =
        "this is not what the language has in this place, so the tool that read it ignored or refused it";
    findings.lost(
        at,
        why,
        "look for a typing error; if it has a meaning, say it in our specification by hand",
    );
}

fn wanted(format: Format) -> &'static str {
    match format {
        Format::Sloth => {
            "a specification of Sloth: `version: prometheus/v1`, or `apiVersion: sloth.slok.dev/v1` with `kind: PrometheusServiceLevel` or `AlertWindows`"
        }
        Format::Pyrra => {
            "a specification of Pyrra: `apiVersion: pyrra.dev/v1alpha1` with `kind: ServiceLevelObjective`"
        }
        Format::OpenSlo => {
            "an object of OpenSLO: `apiVersion: openslo/v1`, or `openslo/v1alpha`, with a `kind` of it (v2alpha is a draft and cannot be read)"
        }
    }
}

/// Returns whether a text of ours is accepted, for tests and fuzzing: the report of what is wrong, if not.
pub fn check(spec: &str) -> Result<(), String> {
    let set = SourceSet::of_text("imported.yaml", spec);
    match sla_spec::load(&set, &BTreeMap::new()) {
        Ok(_) => Ok(()),
        Err(problems) => Err(sla_spec::report::text(&problems, &set, false)),
    }
}
