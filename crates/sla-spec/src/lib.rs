//! Reads `sla/v1` text into the model, and reports every problem with its place.
//!
//! The way of a specification: files ([`source_set`]) → located trees (`yaml`) → one root (`block::root`) →
//! values of the model, block by block (`block`, with the decoder in `decode`) → checks over the whole
//! (`check`) → [`sla_model::Model`]. Every stage adds its problems to one list and goes on, so one run shows
//! all of them. Nothing but [`read`] and [`read_guarded`] touch the world, except for the system's time zone database.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use sla_model::Model;

use crate::{
    block::root::Root,
    decode::context::Context,
    diagnostic::{Diagnostic, Severity},
    report::Report,
    yaml::node::Node,
};

mod block;
mod check;
pub mod code;
mod decode;
pub mod diagnostic;
pub mod lines;
pub mod manual;
pub mod parallel;
pub mod promql;
pub mod report;
pub mod schema;
pub mod source_set;
pub mod suggest;
mod variable;
pub mod yaml;

pub use source_set::{Guard, ReadError, Source, SourceSet, read, read_guarded};
pub use variable::{VariableError, variable};

/// A specification without errors.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What it says.
    pub model: Model,
    /// What is worth a second look.
    pub warnings: Vec<Diagnostic>,
}

/// Why a specification could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The specification has errors.
    #[error("{0}")]
    Spec(Report),
}

/// Decodes and checks a set of files; `variables` are the overrides of `--var NAME=VALUE`. The problems are
/// sorted by their place; warnings are among them.
///
/// # Panics
///
/// Never: what cannot be decoded was reported as an error.
pub fn load(set: &SourceSet, variables: &BTreeMap<String, String>) -> Result<Loaded, Vec<Diagnostic>> {
    let mut cx = Context::new(set);
    let mut problems = set.broken().to_vec();
    let mut trees = Vec::new();
    for (file, source) in (0..).zip(set.sources()) {
        if !set.broken().iter().any(|it| it.span.file == file) {
            trees.extend(yaml::parse::parse(file, &source.text, &mut problems));
        }
    }
    cx.report_all(problems);
    cx.report_all(set.missing().cloned());
    let incomplete = trees.len() < set.sources().len() || set.missing().next().is_some();
    let model = Root::unite(&trees, incomplete, &mut cx).decode(variables, &mut cx);
    check::all(&mut cx);
    let problems = cx.into_problems();
    if problems.iter().any(|it| it.severity == Severity::Error) {
        return Err(problems);
    }
    let model = model.expect("what cannot be decoded was reported as an error");
    Ok(Loaded { model, warnings: problems })
}

/// Returns whether two texts are YAML with the same values in the same order, each with or without quotes as before:
/// whatever reads them understands the same.
pub fn same(left: &str, right: &str) -> bool {
    let tree = |it: &str| yaml::parse::parse(0, it, &mut Vec::new());
    tree(left).zip(tree(right)).is_some_and(|(left, right)| left.same(&right))
}

/// Reads every document of every file, for texts in other languages: each file may hold several documents.
/// What is wrong with the text comes back as problems with their places.
pub fn documents(set: &SourceSet) -> Result<Vec<Arc<Node>>, Vec<Diagnostic>> {
    let mut problems = set.broken().to_vec();
    let mut roots = Vec::new();
    for (file, source) in (0..).zip(set.sources()) {
        if !set.broken().iter().any(|it| it.span.file == file) {
            roots.extend(yaml::parse::documents(file, &source.text, &mut problems).into_iter().flatten());
        }
    }
    if problems.is_empty() { Ok(roots) } else { Err(problems) }
}

/// A specification that was read from files.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What it says.
    pub model: Model,
    /// What is worth a second look, ready to be shown.
    pub warnings: Option<Report>,
}

/// Reads and loads a file or a directory, for binaries.
pub fn open(path: &Path, variables: &BTreeMap<String, String>) -> Result<Opened, OpenError> {
    let set = read(path)?;
    match load(&set, variables) {
        Err(diagnostics) => Err(OpenError::Spec(Report { diagnostics, set })),
        Ok(Loaded { model, warnings }) => {
            let warnings = (!warnings.is_empty()).then_some(Report { diagnostics: warnings, set });
            Ok(Opened { model, warnings })
        }
    }
}
