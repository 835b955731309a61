//! Foreign queries as ours: the word for the window, plain selectors where a query is nothing else.

use promql_parser::parser::{self, Expr, LabelModifier};
use sla_model::selector::Selector;
use sla_spec::promql;

/// What our language writes where the window stands.
pub const WINDOW: &str = "$window";

/// A range that stands for the window while a query is parsed.
const SENTINEL: &str = "5m";

/// A query in our words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// PromQL with [`WINDOW`], on one line.
    pub text: String,
    /// The counter, if the query is nothing but its rate per second, and the labels that it is summed by.
    pub plain: Option<Plain>,
}

/// A sum of the rates of one selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain {
    /// What is counted.
    pub selector: Selector,
    /// The labels that are kept.
    pub by: Vec<String>,
}

/// Reads a query in which the window stands as `{{.window}}`. The error says what it is that we cannot say.
pub fn templated(text: &str) -> Result<Query, String> {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let (before, tail) = rest.split_at(start);
        replaced.push_str(before);
        let Some((inside, tail)) = tail[2..].split_once("}}") else {
            return Err("`{{` is never closed".to_owned());
        };
        if inside.trim_matches(['-', ' ']) != ".window" {
            return Err(format!("the template `{{{{{}}}}}` is not the window", crate::tree::cut(inside, 40)));
        }
        replaced.push_str(WINDOW);
        rest = tail;
    }
    replaced.push_str(rest);
    parsed(&on_one_line(&replaced))
}

/// Reads a query in our own words, and checks it.
pub fn parsed(text: &str) -> Result<Query, String> {
    let probe = probe(text);
    let selectors = promql::selectors(&probe).map_err(|it| format!("it is not PromQL: {}", it.message))?;
    // What was just read is short and flat enough for the parser's recursion.
    let expression = parser::parse(&probe).map_err(|it| format!("it is not PromQL: {it}"))?;
    let plain = kept_of_plain(&expression).zip(selectors.into_iter().next());
    let plain = plain.map(|(by, selector)| Plain { selector, by });
    Ok(Query { text: text.to_owned(), plain })
}

/// Returns a query with the window replaced by a range, as PromQL itself wants it.
pub fn probe(text: &str) -> String {
    text.replace(WINDOW, SENTINEL)
}

/// Reads a plain selector.
pub fn selector(text: &str) -> Result<Selector, String> {
    promql::selector(text).map_err(|it| it.message)
}

impl Query {
    /// Makes the query of a plain counter's rate.
    pub fn of(selector: Selector, by: Vec<String>) -> Self {
        let sum = if by.is_empty() { "sum".to_owned() } else { format!("sum by ({}) ", by.join(", ")) };
        let text = format!("{sum}(rate({selector}[{WINDOW}]))");
        Self { text, plain: Some(Plain { selector, by }) }
    }

    /// Returns whether the query gives events per second, as far as its functions tell.
    pub fn is_per_second(&self) -> bool {
        ["rate(", "rate (", "deriv("].iter().any(|it| self.text.contains(it))
    }
}

/// Returns the labels that are kept if an expression is `sum(rate(SELECTOR[$window]))`, with or without `by (…)`.
/// An increase is a rate times the length of the window, so that a ratio of two is the same.
fn kept_of_plain(expression: &Expr) -> Option<Vec<String>> {
    let Expr::Aggregate(sum) = bare(expression) else { return None };
    let by = kept(sum.modifier.as_ref())?;
    let Expr::Call(call) = bare(&sum.expr) else { return None };
    let [argument] = call.args.args.as_slice() else { return None };
    let Expr::MatrixSelector(range) = bare(argument) else { return None };
    let summed = sum.op.to_string() == "sum" && ["rate", "increase"].contains(&call.func.name);
    let shifted = range.vs.offset.is_some() || range.vs.at.is_some();
    let windowed = range.range == std::time::Duration::from_mins(5);
    (summed && windowed && !shifted).then_some(by)
}

/// Reads a bare counter, or the sum of one, as its rate.
pub fn counter(text: &str) -> Option<Query> {
    let expression = parser::parse(text).ok()?;
    let (by, inner) = match bare(&expression) {
        Expr::Aggregate(sum) if sum.op.to_string() == "sum" => {
            (kept(sum.modifier.as_ref())?, bare(&sum.expr))
        }
        other => (Vec::new(), other),
    };
    let Expr::VectorSelector(found) = inner else { return None };
    if found.offset.is_some() || found.at.is_some() {
        return None;
    }
    let selector = promql::selectors(text).ok()?.into_iter().next()?;
    Some(Query::of(selector, by))
}

/// Returns the labels that a sum keeps, if it says so.
fn kept(modifier: Option<&LabelModifier>) -> Option<Vec<String>> {
    match modifier {
        None => Some(Vec::new()),
        Some(LabelModifier::Include(labels)) => Some(labels.labels.clone()),
        Some(LabelModifier::Exclude(_)) => None,
    }
}

fn bare(expression: &Expr) -> &Expr {
    match expression {
        Expr::Paren(it) => bare(&it.expr),
        other => other,
    }
}

/// Returns a text with every run of blanks outside of quotes as one blank, and without comments.
pub fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut letters = text.trim().chars().peekable();
    let mut quote = None;
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), '\\') if open != '`' => {
                line.push(letter);
                line.extend(letters.next());
            }
            (Some(open), _) => {
                if letter == open {
                    quote = None;
                }
                line.push(letter);
            }
            (None, '#') => while letters.next_if(|it| *it != '\n').is_some() {},
            (None, it) if it.is_whitespace() => {
                if !line.ends_with([' ', '(']) {
                    line.push(' ');
                }
            }
            (None, ')') => {
                line.truncate(line.trim_end_matches(' ').len());
                line.push(letter);
            }
            (None, _) => {
                if matches!(letter, '"' | '\'' | '`') {
                    quote = Some(letter);
                }
                line.push(letter);
            }
        }
    }
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(text: &str, expected: Result<(&str, Option<&str>), &str>) {
        let found = templated(text);
        let shown = found.as_ref().map(|it| {
            let plain = it.plain.as_ref().map(|it| format!("{} by {:?}", it.selector, it.by));
            (it.text.as_str(), plain)
        });
        let expected = expected.map(|(text, plain)| (text, plain.map(str::to_owned)));
        assert_eq!(shown.map_err(String::as_str), expected);
    }

    #[test]
    fn plain_queries_are_recognised() {
        read(
            "sum(rate(x_total{job=\"a\"}[{{.window}}]))",
            Ok(("sum(rate(x_total{job=\"a\"}[$window]))", Some("x_total{job=\"a\"} by []"))),
        );
        read(
            "(\n  sum by (route) (\n    increase(x_total[{{ .window }}])\n  )\n)\n",
            Ok(("(sum by (route) (increase(x_total[$window])))", Some("x_total by [\"route\"]"))),
        );
        read("sum(rate(x[{{.window}}] offset 5m))", Ok(("sum(rate(x[$window] offset 5m))", None)));
        read("sum(rate(x[1h]))", Ok(("sum(rate(x[1h]))", None)));
        read("1 - avg(rate(x[{{.window}}]))", Ok(("1 - avg(rate(x[$window]))", None)));
        read("x{a=\"( b\"} # {{.window}}\n", Ok(("x{a=\"( b\"}", None)));
    }

    #[test]
    fn what_cannot_be_said_is_said() {
        read("sum(rate(x[{{.range}}]))", Err("the template `{{.range}}` is not the window"));
        read("sum(rate(x[{{.window", Err("`{{` is never closed"));
        assert!(templated("sum(").unwrap_err().starts_with("it is not PromQL: "));
    }
}
