//! Things that have no effect: a warning, because they may be meant for later.

use std::collections::BTreeSet;

use super::Noun;
use crate::{
    decode::context::Context,
    diagnostic::{Code, Diagnostic, Span},
};

/// Reports variables, modules, owners, tiers and sources that nothing uses.
pub fn check(cx: &Context<'_>) -> Vec<Diagnostic> {
    let warning = |what: &str, name: &str, span: Span| {
        let problem = Diagnostic::warning(Code::Unused, span, format!("nobody uses the {what} `{name}`"));
        problem.hint("remove it, or look for a typing error where it should be used")
    };
    let used: BTreeSet<(Noun, &str)> =
        cx.collected.references.iter().map(|it| (it.noun, it.name.as_str())).collect();
    let mut problems = Vec::new();
    problems.extend(cx.variables.unused().map(|(name, span)| warning("variable", name, span)));
    for (noun, names) in cx.known.names.iter().filter(|it| it.0.needs_use()) {
        let unused = names.iter().filter(|(name, _)| !used.contains(&(*noun, name.as_str())));
        problems.extend(unused.map(|(name, span)| warning(noun.word(), name, *span)));
    }
    problems
}
