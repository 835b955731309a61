//! A selector or a query, with the notes that later checks need.

use std::ops::Range;

use sla_model::{
    counter::{Counter, Query, WINDOW},
    selector::Selector,
};

use super::Owner;
use crate::{
    check::metric::{self, Role, Use},
    decode::context::Context,
    diagnostic::{Code, Diagnostic, Span},
    promql::{
        self, Located, PromqlError,
        query::{self, Expression, QueryError},
    },
    yaml::node::Node,
};

/// Decodes a plain selector.
pub fn selector(node: &Node, role: Role, owner: &Owner<'_>, cx: &mut Context<'_>) -> Option<Selector> {
    let text = cx.text(node)?;
    match promql::located(&text) {
        Ok(located) => Some(used(node, located, role, owner, cx)),
        Err(error) => cx.refuse(not_a_selector(node, &text, &error, cx)),
    }
}

/// Decodes a plain selector of counters, or an expression with `$window`.
pub fn decode(node: &Node, owner: &Owner<'_>, cx: &mut Context<'_>) -> Option<Counter> {
    let text = cx.text(node)?;
    match promql::located(&text) {
        Ok(located) => Some(Counter::Selector(used(node, located, Role::Counter, owner, cx))),
        Err(error) if is_plain(&text) => cx.refuse(not_a_selector(node, &text, &error, cx)),
        Err(_) => expression(node, &text, owner, cx).map(Counter::Query),
    }
}

fn not_a_selector(node: &Node, text: &str, error: &PromqlError, cx: &Context<'_>) -> Diagnostic {
    let place = place(node, text, error, cx);
    Diagnostic::error(Code::Selector, place, format!("not a selector: {}", error.message))
        .hint("write `metric_total{label=\"value\"}`, in single quotes")
}

/// Whether a text looks like an attempt at a plain selector: a name, perhaps with labels, and nothing else.
fn is_plain(text: &str) -> bool {
    let name = text.trim_start();
    let rest =
        name.trim_start_matches(|it: char| it.is_ascii_alphanumeric() || it == '_' || it == ':').trim();
    rest.is_empty() || rest.starts_with('{') && (rest.ends_with('}') || !rest.contains('}'))
}

fn used(
    node: &Node,
    located: Located<Range<usize>>,
    role: Role,
    owner: &Owner<'_>,
    cx: &mut Context<'_>,
) -> Selector {
    let place = |it: Range<usize>| cx.within(node, it.start, it.len());
    let matchers = located.matchers.into_iter().map(&place).collect();
    let located = Located { selector: located.selector, name: place(located.name), matchers };
    let problems = metric::misused(&Use { selector: &located, role, by: owner.by }, cx);
    cx.report_all(problems);
    located.selector
}

fn expression(node: &Node, text: &str, owner: &Owner<'_>, cx: &mut Context<'_>) -> Option<Query> {
    match query::expression(text) {
        Ok(found) => {
            noted(node, &found, cx);
            let problems = [window_problem(node, &found, cx), kept_problem(node, &found, owner)];
            let good = problems.iter().all(Option::is_none);
            cx.report_all(problems.into_iter().flatten());
            good.then(|| Query::new(text))
        }
        Err(QueryError::NotUnderstood(error)) => {
            let place = place(node, text, &error, cx);
            let problem = Diagnostic::warning(Code::NotUnderstood, place, error.message);
            cx.report(
                problem.hint("the server that runs it must know it; nothing in this query was checked"),
            );
            Some(Query::new(text))
        }
        Err(QueryError::Wrong(error)) => {
            let place = place(node, text, &error, cx);
            let problem = Diagnostic::error(Code::Promql, place, format!("not a query: {}", error.message));
            let hint = format!("write events per second, for example `sum(rate(x_total[{WINDOW}]))`");
            cx.refuse(problem.hint(hint))
        }
    }
}

/// Notes what a query reads, so that unknown metrics and labels are found.
fn noted(node: &Node, found: &Expression, cx: &mut Context<'_>) {
    for (selector, place) in &found.selectors {
        let name = place.clone().map_or(node.span, |it| cx.within(node, it.start, it.len()));
        let matchers = vec![name; selector.matchers.len()];
        let selector = Located { selector: selector.clone(), name, matchers };
        let problems = metric::misused(&Use { selector: &selector, role: Role::Any, by: &[] }, cx);
        cx.report_all(problems);
    }
}

fn window_problem(node: &Node, found: &Expression, cx: &Context<'_>) -> Option<Diagnostic> {
    let (place, message) = match &found.fixed {
        Some(range) => (
            cx.within(node, range.start, range.len()),
            format!(
                "a range of its own makes events count several times or not at all; `{WINDOW}` is wanted"
            ),
        ),
        None if found.windowless => {
            (node.span, format!("the query reads the present value of its series, not `{WINDOW}`"))
        }
        None => return None,
    };
    let hint = format!("write `[{WINDOW}]` for every range, for example `sum(rate(x_total[{WINDOW}]))`");
    Some(Diagnostic::error(Code::QueryWindow, place, message).hint(hint))
}

fn kept_problem(node: &Node, found: &Expression, owner: &Owner<'_>) -> Option<Diagnostic> {
    let kept = found.kept.as_ref()?;
    let (lost, span) = owner.by.iter().find(|(label, _)| !kept.iter().any(|it| it == label.as_str()))?;
    let message = format!("the query does not keep the label `{lost}`");
    let hint = format!("write `sum by ({lost}) (…)`");
    Some(Diagnostic::error(Code::By, node.span, message).hint(hint).related(*span, "split by it here"))
}

/// The place of an error; at the end of the text there is nothing to underline but what stands before it.
fn place(node: &Node, text: &str, error: &PromqlError, cx: &Context<'_>) -> Span {
    let rest = text.get(error.at..).unwrap_or("");
    let word = rest.find(|it: char| !it.is_alphanumeric() && !"_:$".contains(it)).unwrap_or(rest.len());
    let width = word.max(rest.chars().next().map_or(0, char::len_utf8));
    if width == 0 { node.span } else { cx.within(node, error.at, width) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_at_a_selector_are_told_from_queries() {
        for plain in ["x", " x{a=\"b\"}", "x{a=b}", "x{a=\"b\"", "{a=\"b\"}", ""] {
            assert!(is_plain(plain), "{plain}");
        }
        for query in ["rate(x[5m])", "x / y", "x[5m]", "x{a=\"b\"} * 2", "1 + 2"] {
            assert!(!is_plain(query), "{query}");
        }
    }
}
