//! `{{name}}`: secrets, and values that an earlier step saved.

use std::collections::BTreeSet;

use crate::{
    check::Noun,
    decode::context::Context,
    diagnostic::{Code, Diagnostic},
    suggest,
    yaml::node::{Kind, Node},
};

/// Returns whether this is the name of a secret: any call may use those.
pub fn is_secret(name: &str, cx: &Context<'_>) -> bool {
    cx.known.names.get(&Noun::Secret).is_some_and(|it| it.contains_key(name))
}

/// Reports each `{{name}}` below a node that is neither a secret nor among the saved values.
pub fn check(node: &Node, saved: &BTreeSet<String>, cx: &mut Context<'_>) {
    // Nothing is known of the secrets, so any name may be one.
    if !cx.known.names.contains_key(&Noun::Secret) {
        return;
    }
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|it| check(it, saved, cx)),
        Kind::Map(entries) => entries.iter().for_each(|it| check(&it.value, saved, cx)),
        Kind::Scalar(scalar) => {
            for (at, length, name) in uses(&scalar.text) {
                if is_secret(name, cx) {
                    cx.refer(Noun::Secret, name, node.span);
                } else if !saved.contains(name) {
                    let span = cx.within(node, at, length);
                    let message = format!("no earlier step saves `{name}`");
                    let fallback = format!("save it in an earlier step: `save: {{{name}: $.path}}`");
                    let secrets = cx.known.names.get(&Noun::Secret).into_iter().flat_map(|it| it.keys());
                    let known: BTreeSet<&str> = saved.iter().chain(secrets).map(String::as_str).collect();
                    let hint = suggest::hint(name, known, &fallback);
                    cx.report(Diagnostic::error(Code::Unsaved, span, message).hint(hint));
                }
            }
        }
    }
}

/// Returns each `{{name}}` of a text: where it stands, how long it is, and the name without the blanks that may
/// stand around it.
fn uses(text: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    text.match_indices("{{").filter_map(|(at, _)| {
        let name = text[at + 2..].split_once("}}")?.0;
        Some((at, name.len() + 4, name.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_found_with_their_place() {
        let found: Vec<_> = uses("a {{b}}/{{ c-d }} {{e").collect();
        assert_eq!(found, [(2, 5, "b"), (8, 9, "c-d")]);
    }
}
