//! Every name that refers to something refers to something that exists.

use crate::{
    decode::context::Context,
    diagnostic::{Code, Diagnostic},
    suggest,
};

/// Reports names that refer to nothing.
pub fn check(cx: &Context<'_>) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for reference in &cx.collected.references {
        let Some(names) = cx.known.names.get(&reference.noun) else { continue };
        if names.contains_key(&reference.name) {
            continue;
        }
        let (word, block, name) = (reference.noun.word(), reference.noun.block(), &reference.name);
        let hint = suggest::hint(name, names.keys().map(String::as_str), &format!("define it in `{block}`"));
        let message = format!("there is no {word} `{name}`");
        problems.push(Diagnostic::error(Code::Dangling, reference.span, message).hint(hint));
    }
    problems
}
