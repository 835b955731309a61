//! Single values without a unit: texts, names, words with a meaning, numbers.

use std::str::FromStr;

use rust_decimal::Decimal;
use sla_model::id::IdError;

use super::context::Context;
use crate::{
    check::Noun,
    diagnostic::{Code, Diagnostic, Span},
    suggest,
    yaml::node::Node,
};

/// Decodes a text that says something.
pub fn text(node: &Node, cx: &mut Context<'_>) -> Option<String> {
    let text = cx.text(node)?;
    if text.trim().is_empty() {
        return cx.refuse(
            Diagnostic::error(Code::EmptyText, node.span, "the text is empty")
                .hint("write words, or remove the key"),
        );
    }
    Some(text.into_owned())
}

/// Decodes a name.
pub fn id<I: FromStr<Err = IdError>>(node: &Node, cx: &mut Context<'_>) -> Option<I> {
    let text = cx.text(node)?;
    named(&text, node.span, cx)
}

/// Makes a name of a text, for example of a key.
pub fn named<I: FromStr<Err = IdError>>(text: &str, span: Span, cx: &mut Context<'_>) -> Option<I> {
    match text.parse() {
        Ok(id) => Some(id),
        Err(error) => {
            let message = format!("`{text}` cannot be a name: {error}");
            let problem = Diagnostic::error(Code::Name, span, message);
            cx.refuse(problem.hint(match plain(text) {
                Some(similar) => format!("write for example `{similar}`"),
                None => "use `title` for words in any language".to_owned(),
            }))
        }
    }
}

/// Returns the nearest name that most kinds of names allow.
fn plain(text: &str) -> Option<String> {
    let keep = |it: char| if it.is_ascii_alphanumeric() || it == '_' { it } else { '-' };
    let name: String = text.trim().chars().map(keep).collect();
    let name = name.trim_matches(|it: char| !it.is_ascii_alphanumeric());
    let good = name.starts_with(|it: char| it.is_ascii_alphabetic())
        && name.len() <= sla_model::id::ID_BYTES_MAX
        && !name.contains("--");
    good.then(|| name.to_owned())
}

/// Decodes a name that refers to something; whether it exists is checked when everything was decoded.
pub fn reference<I: FromStr<Err = IdError>>(noun: Noun, node: &Node, cx: &mut Context<'_>) -> Option<I> {
    let text = cx.text(node)?;
    cx.refer(noun, &text, node.span);
    // What cannot be a name cannot exist either, so the check reports it.
    text.parse().ok()
}

/// Decodes one of several words.
pub fn choice<T: Clone>(node: &Node, cx: &mut Context<'_>, choices: &[(&str, T)]) -> Option<T> {
    let text = cx.text(node)?;
    if let Some((_, value)) = choices.iter().find(|it| it.0 == text) {
        return Some(value.clone());
    }
    let words: Vec<&str> = choices.iter().map(|it| it.0).collect();
    let hint = suggest::hint(&text, words, "");
    let message = format!("`{text}` is not one of the possible values");
    cx.refuse(Diagnostic::error(Code::Choice, node.span, message).hint(hint))
}

/// Decodes `true` or `false`.
pub fn boolean(node: &Node, cx: &mut Context<'_>) -> Option<bool> {
    let text = cx.text(node)?;
    match &*text {
        "true" => Some(true),
        "false" => Some(false),
        _ => {
            let message = format!("`{text}` is neither `true` nor `false`");
            let problem = Diagnostic::error(Code::Number, node.span, message);
            cx.refuse(problem.hint(match text.to_lowercase().as_str() {
                "yes" | "on" | "true" => "write `true`",
                "no" | "off" | "false" => "write `false`",
                _ => "write `true` or `false`",
            }))
        }
    }
}

/// Decodes a decimal number above zero.
pub fn positive_decimal(node: &Node, cx: &mut Context<'_>) -> Option<Decimal> {
    let text = cx.text(node)?;
    let number = Decimal::from_str_exact(&text).ok().filter(|it| *it > Decimal::ZERO);
    if number.is_none() {
        let message = format!("`{text}` is not a decimal number above zero");
        cx.report(Diagnostic::error(Code::Number, node.span, message).hint("write for example `0.25`"));
    }
    number
}
