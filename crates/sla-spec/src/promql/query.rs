//! Expressions that a person wrote, with `$window` for their ranges.
//!
//! The window is replaced on the level of tokens by a duration of the same length, so that every place in what
//! is parsed is a place in what was written.

use std::ops::Range;

use promql_parser::parser::{self, Expr, LabelModifier, value::ValueType};
use sla_model::{counter::WINDOW, selector::Selector};

use super::{
    PromqlError, bounded, collect, near,
    token::{self, Kind, Token},
};
use crate::suggest;

/// Stands for the window while the text is parsed: as long as `$window`, and written by nobody.
const STAND_IN: &str = "271828s";

/// What is known of an expression.
#[derive(Debug)]
pub(crate) struct Expression {
    /// Every series that it selects, with the place of the metric's name as far as it could be found.
    pub(crate) selectors: Vec<(Selector, Option<Range<usize>>)>,
    /// The first range that is not the window.
    pub(crate) fixed: Option<Range<usize>>,
    /// It reads series, but over no window at all.
    pub(crate) windowless: bool,
    /// The labels that its outermost aggregation keeps; `None` if nothing is known.
    pub(crate) kept: Option<Vec<String>>,
}

/// Why an expression cannot be used.
#[derive(Debug)]
pub(crate) enum QueryError {
    /// It is wrong.
    Wrong(PromqlError),
    /// It uses what the parser does not know; the server may.
    NotUnderstood(PromqlError),
}

impl From<PromqlError> for QueryError {
    fn from(error: PromqlError) -> Self {
        Self::Wrong(error)
    }
}

/// Parses an expression that gives events per second.
pub(crate) fn expression(text: &str) -> Result<Expression, QueryError> {
    bounded(text)?;
    let tokens = token::cut(text)?;
    if tokens.is_empty() {
        return Err(PromqlError::new("the expression is empty", 0).into());
    }
    let replaced = with_stand_in(text, &tokens)?;
    let parsed = match parser::parse(&replaced) {
        Ok(parsed) => parsed,
        Err(message) => return Err(refused(&replaced, &tokens, &message)),
    };
    vector(&parsed)?;
    let mut selectors = Vec::new();
    collect(&parsed, &mut selectors)?;
    let ranges: Vec<&Range<usize>> =
        tokens.iter().filter(|it| it.kind == Kind::Range).map(|it| &it.place).collect();
    let fixed = ranges.iter().find(|it| !text[(**it).clone()].contains(WINDOW));
    let windowless = ranges.is_empty() && !selectors.is_empty();
    let fixed = fixed.map(|it| (*it).clone());
    Ok(Expression { selectors: placed(text, &tokens, selectors), fixed, windowless, kept: kept(&parsed) })
}

/// Replaces the window in ranges; any other use of `$` is a mistake.
fn with_stand_in(text: &str, tokens: &[Token]) -> Result<String, PromqlError> {
    for token in tokens.iter().filter(|it| matches!(it.kind, Kind::Word | Kind::Range)) {
        let written = &text[token.place.clone()];
        for (at, _) in written.match_indices('$') {
            let rest = &written[at + 1..];
            let end = rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(rest.len());
            let (name, at) = (&rest[..end], token.place.start + at);
            if name != &WINDOW[1..] {
                let message = match suggest::nearest(name, [&WINDOW[1..]]) {
                    Some(_) => format!("`${name}` is not known; did you mean `{WINDOW}`?"),
                    None => format!("`${name}` is not known; the only variable of a query is `{WINDOW}`"),
                };
                return Err(PromqlError::new(message, at));
            }
        }
    }
    if let Some(token) = tokens
        .iter()
        .find(|it| matches!(it.kind, Kind::Text | Kind::Labels) && text[it.place.clone()].contains(WINDOW))
    {
        let message = format!("`{WINDOW}` is a range, it cannot stand in quotes");
        return Err(PromqlError::new(message, token.place.start));
    }
    if let Some(at) = text.find("{{") {
        return Err(PromqlError::new(format!("templates are not run here; write `{WINDOW}`"), at));
    }
    Ok(text.replace(WINDOW, STAND_IN))
}

fn vector(parsed: &Expr) -> Result<(), PromqlError> {
    let what = match parsed.value_type() {
        ValueType::Vector => return Ok(()),
        ValueType::Scalar => "a number; write `vector(…)` around it",
        ValueType::String => "a text",
        ValueType::Matrix => "a range; write `rate(…)` around it",
    };
    Err(PromqlError::new(format!("events per second are wanted, and this is {what}"), 0))
}

/// Functions and words of newer servers that the parser does not know.
const NEWER: [&str; 14] = [
    "anchored",
    "smoothed",
    "info",
    "ts_of_max_over_time",
    "ts_of_min_over_time",
    "ts_of_last_over_time",
    "ts_of_first_over_time",
    "first_over_time",
    "double_exponential_smoothing",
    "max_of",
    "min_of",
    "step",
    "histogram_quantiles",
    "fill",
];

fn refused(replaced: &str, tokens: &[Token], message: &str) -> QueryError {
    let word = |it: &&Token| {
        let text = &replaced[it.place.clone()];
        let inside = it.kind == Kind::Range && text.contains(['+', '*', '/']);
        let number = text.starts_with(|it: char| it.is_ascii_digit()) && text.contains('_');
        it.kind == Kind::Word && (NEWER.contains(&text) || number)
            || inside
            || it.kind == Kind::Range && NEWER.iter().any(|newer| text.contains(newer))
    };
    if let Some(token) = tokens.iter().find(word) {
        let text = replaced[token.place.clone()].replace(STAND_IN, WINDOW);
        let message = format!("`{text}` is newer than what can be checked here");
        return QueryError::NotUnderstood(PromqlError::new(message, token.place.start));
    }
    let at = near::error(replaced, tokens, message);
    let message = match message {
        near::GRAMMAR => "this cannot stand here".to_owned(),
        other => other.replace(STAND_IN, WINDOW),
    };
    QueryError::Wrong(PromqlError::new(message, at))
}

/// Finds the name of each selector in the text; they come in the order of the text, mostly.
fn placed(text: &str, tokens: &[Token], found: Vec<Selector>) -> Vec<(Selector, Option<Range<usize>>)> {
    let mut taken = vec![false; tokens.len()];
    let mut place = |selector: &Selector| {
        let name = selector.metric.as_str();
        let written = |it: &Token| it.kind == Kind::Word && &text[it.place.clone()] == name;
        let at = tokens.iter().zip(&taken).position(|(it, taken)| !taken && written(it))?;
        taken[at] = true;
        Some(tokens[at].place.clone())
    };
    found
        .into_iter()
        .map(|it| {
            let at = place(&it);
            (it, at)
        })
        .collect()
}

/// The labels that the outermost aggregation keeps.
fn kept(parsed: &Expr) -> Option<Vec<String>> {
    match parsed {
        Expr::Paren(it) => kept(&it.expr),
        Expr::Aggregate(it) => match &it.modifier {
            None => Some(Vec::new()),
            Some(LabelModifier::Include(labels)) => Some(labels.labels.clone()),
            Some(LabelModifier::Exclude(_)) => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn wrong(text: &str, expected: &str) {
        let found = match expression(text).unwrap_err() {
            QueryError::Wrong(it) => format!("{} {}", it.at, it.message),
            QueryError::NotUnderstood(it) => format!("{} ? {}", it.at, it.message),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn expressions_are_read() {
        let found = expression("sum by (region) (rate(x_total{a=\"b\"}[$window])) / scalar(y)").unwrap();
        let names: Vec<_> = found.selectors.iter().map(|(it, at)| (it.to_string(), at.clone())).collect();
        assert_eq!(names, [("x_total{a=\"b\"}".to_owned(), Some(22..29)), ("y".to_owned(), Some(57..58))]);
        assert_eq!((found.fixed, found.windowless, found.kept), (None, false, None));
        let found = expression("(sum by (region) (rate(x[5m])))").unwrap();
        assert_eq!((found.fixed, found.kept), (Some(24..28), Some(vec!["region".to_owned()])));
        assert!(expression("x").unwrap().windowless);
        assert!(!expression("vector(1)").unwrap().windowless);
    }

    #[test]
    fn an_error_points_into_the_expression() {
        wrong("sum(rate(x[$window]) / y", "3 this `(` is never closed");
        wrong("sum(rate(x[$windw]))", "11 `$windw` is not known; did you mean `$window`?");
        wrong("sum(rate(x[{{.window}}]))", "11 templates are not run here; write `$window`");
        wrong("sum(x[$window]) by y", "19 this cannot stand here");
        wrong("sum(rate(x[$window])) sum(y)", "22 this cannot stand here");
        wrong("a + sum(rate(x[$window])) + rat(y[$window])", "28 unknown function with name 'rat'");
        wrong(
            "sum(rate(x[$window])) / sum(rate(y))",
            "28 expected type matrix in call to function 'rate', got vector",
        );
        wrong("1", "0 events per second are wanted, and this is a number; write `vector(…)` around it");
        wrong("x[$window]", "0 events per second are wanted, and this is a range; write `rate(…)` around it");
        wrong("", "0 the expression is empty");
        wrong("1_000 * x", "0 ? `1_000` is newer than what can be checked here");
        wrong("rate(x[$window + 1m])", "6 ? `[$window + 1m]` is newer than what can be checked here");
    }
}
