//! A composite is made of objectives that count something themselves.

use std::collections::BTreeSet;

use crate::{
    decode::context::Context,
    diagnostic::{Code, Diagnostic},
};

/// Reports components that are composites: their time would be weighed twice, or never end.
pub fn check(cx: &Context<'_>) -> Vec<Diagnostic> {
    let composites: BTreeSet<&str> = cx.collected.components.iter().map(|it| it.of.as_str()).collect();
    let wrong = cx.collected.components.iter().filter(|it| composites.contains(it.name.as_str()));
    let problem = |it: &super::Component| {
        let message = if it.name == it.of {
            "a composite cannot be a part of itself".to_owned()
        } else {
            format!("`{}` is a composite itself", it.name)
        };
        Diagnostic::error(Code::Component, it.span, message).hint("name the objectives that it is made of")
    };
    wrong.map(problem).collect()
}
