//! Names that are unique over more than one block.

use std::collections::BTreeMap;

use crate::{
    decode::context::Context,
    diagnostic::{Code, Diagnostic, Span},
};

/// Reports a probe and a journey with the same name.
pub fn check(cx: &Context<'_>) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, span) in &cx.known.probes {
        if let Some(first) = seen.insert(name, *span) {
            let message = format!("a probe and a journey are both named `{name}`");
            let problem = Diagnostic::error(Code::SameName, *span, message);
            problems.push(problem.hint("rename one of them").related(first, "the probe"));
        }
    }
    problems
}
