//! PromQL that a person wrote, or that was generated: which series does it select?
//!
//! `promql-parser` decides what is valid. It knows no positions, so `scan` finds the place of an error in the
//! plain selector, and `near` in an expression.

use std::ops::Range;

use promql_parser::{
    label,
    parser::{self, Expr, VectorSelector},
};
use sla_model::selector::{MatchOp, Matcher, Selector};

mod known;
mod near;
pub(crate) mod query;
mod scan;
mod token;

/// The longest expression that is read, in bytes: a generated one stays below 4 KiB.
pub const EXPRESSION_BYTES_MAX: usize = 64 * 1024;

/// The most operations of an expression. The parser's tree is as deep as operations can nest, and is walked and
/// freed by recursion: at 2,000 a thread with 2 MiB overflows in a debug build.
pub const OPERATIONS_MAX: usize = 800;

/// Why a text is not PromQL, or not what is wanted of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PromqlError {
    /// What is wrong.
    pub message: String,
    /// Near which byte of the text.
    pub at: usize,
}

impl PromqlError {
    fn new(message: impl Into<String>, at: usize) -> Self {
        Self { message: message.into(), at }
    }
}

/// A selector with the places of its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located<P> {
    /// The selector.
    pub(crate) selector: Selector,
    /// Where the metric's name stands.
    pub(crate) name: P,
    /// Where each matcher of the selector stands.
    pub(crate) matchers: Vec<P>,
}

/// Parses a plain instant-vector selector.
pub fn selector(text: &str) -> Result<Selector, PromqlError> {
    located(text).map(|it| it.selector)
}

/// Parses a plain instant-vector selector and says where its parts stand.
pub(crate) fn located(text: &str) -> Result<Located<Range<usize>>, PromqlError> {
    bounded(text)?;
    let parts = scan::selector(text)?;
    if let (Some(selector), Some(name)) = (known::selector(text, &parts), &parts.name) {
        let matchers = parts.matchers.iter().map(scan::Compared::place).collect();
        return Ok(Located { selector, name: name.clone(), matchers });
    }
    let expression = parser::parse(text).map_err(|it| refused(text, &parts, it))?;
    let Expr::VectorSelector(found) = expression else {
        return Err(PromqlError::new("this is not a plain selector", 0));
    };
    let mut name = parts.name;
    let mut matchers = Vec::new();
    for (matcher, place) in found.matchers.matchers.iter().zip(parts.matchers) {
        if matcher.name == NAME {
            name = Some(place.place());
        } else {
            matchers.push(place.place());
        }
    }
    let at = name.as_ref().map_or(0, |it| it.start);
    let selector = converted(&found).map_err(|it| PromqlError { at, ..it })?;
    Ok(Located { selector, name: name.unwrap_or(0..text.len()), matchers })
}

/// Says where a selector of the right form is wrong. Patterns are compiled by the parser, in its own dialect, so it
/// is asked about each of them alone; only now, because compiling is what takes time.
fn refused(text: &str, parts: &scan::Parts, message: String) -> PromqlError {
    let wrong = |place: &Range<usize>| {
        let matcher = &text[place.clone()];
        !matcher.starts_with(NAME)
            && matcher.contains('~')
            && parser::parse(&format!("x{{{matcher}}}")).is_err()
    };
    match parts.matchers.iter().map(scan::Compared::place).find(wrong) {
        Some(place) => PromqlError::new("the regular expression is not valid", place.start),
        None => PromqlError::new(message, 0),
    }
}

/// Returns every vector selector of an expression, in the order of the text.
pub fn selectors(expression: &str) -> Result<Vec<Selector>, PromqlError> {
    bounded(expression)?;
    let expression = parser::parse(expression).map_err(|it| PromqlError::new(it, 0))?;
    let mut found = Vec::new();
    collect(&expression, &mut found)?;
    Ok(found)
}

fn bounded(text: &str) -> Result<(), PromqlError> {
    if text.len() > EXPRESSION_BYTES_MAX {
        let message = format!("the expression is longer than {EXPRESSION_BYTES_MAX} bytes");
        return Err(PromqlError::new(message, 0));
    }
    if scan::operations(text) > OPERATIONS_MAX {
        let message = format!("the expression has more than {OPERATIONS_MAX} operations");
        return Err(PromqlError::new(message, 0));
    }
    Ok(())
}

/// Descends by hand, because the parser's own walk leaves out the selector inside a range (`x[5m]`).
fn collect(expression: &Expr, found: &mut Vec<Selector>) -> Result<(), PromqlError> {
    match expression {
        Expr::VectorSelector(it) => found.push(converted(it)?),
        Expr::MatrixSelector(it) => found.push(converted(&it.vs)?),
        Expr::Subquery(it) => collect(&it.expr, found)?,
        Expr::Paren(it) => collect(&it.expr, found)?,
        Expr::Unary(it) => collect(&it.expr, found)?,
        Expr::Binary(it) => {
            collect(&it.lhs, found)?;
            collect(&it.rhs, found)?;
        }
        Expr::Aggregate(it) => {
            if let Some(parameter) = &it.param {
                collect(parameter, found)?;
            }
            collect(&it.expr, found)?;
        }
        Expr::Call(it) => it.args.args.iter().try_for_each(|it| collect(it, found))?,
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
    }
    Ok(())
}

/// The label that holds the metric's name.
const NAME: &str = "__name__";

fn converted(found: &VectorSelector) -> Result<Selector, PromqlError> {
    let error = |message: String| PromqlError::new(message, 0);
    if !found.matchers.or_matchers.is_empty() {
        return Err(error("`or` between labels is not PromQL that Prometheus accepts".to_owned()));
    }
    let mut metric = found.name.clone();
    let mut matchers = Vec::new();
    for matcher in &found.matchers.matchers {
        let op = match matcher.op {
            label::MatchOp::Equal => MatchOp::Equal,
            label::MatchOp::NotEqual => MatchOp::NotEqual,
            label::MatchOp::Re(_) => MatchOp::Matches,
            label::MatchOp::NotRe(_) => MatchOp::NotMatches,
        };
        if matcher.name == NAME {
            if op != MatchOp::Equal || metric.is_some() {
                return Err(error("the metric must be given once, by its plain name".to_owned()));
            }
            metric = Some(matcher.value.clone());
            continue;
        }
        let label = matcher.name.parse().map_err(|it| error(format!("label `{}`: {it}", matcher.name)))?;
        matchers.push(Matcher { label, op, value: matcher.value.clone() });
    }
    let metric = metric.ok_or_else(|| error("the selector names no metric".to_owned()))?;
    let metric = metric.parse().map_err(|it| error(format!("metric `{metric}`: {it}")))?;
    Ok(Selector { metric, matchers })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn parsed(text: &str, expected: &str) {
        let found = selector(text).map_or_else(|it| format!("{} {}", it.at, it.message), |it| it.to_string());
        assert_eq!(found, expected);
    }

    #[test]
    fn plain_selectors_are_read() {
        parsed("up", "up");
        parsed(" up { job = 'a' , } ", "up{job=\"a\"}");
        parsed(r#"x_total{status!="a\"b",route=~`/api/.*`}"#, r#"x_total{status!="a\"b",route=~"/api/.*"}"#);
        parsed(r#"x{a=~"b.c",d!~'e|f',g!="h",i=~"b.c"}"#, r#"x{a=~"b.c",d!~"e|f",g!="h",i=~"b.c"}"#);
        parsed(r#"{a=~"b.c",__name__="x"}"#, r#"x{a=~"b.c"}"#);
        parsed(r#"{__name__="up",job="a"}"#, "up{job=\"a\"}");
        parsed("slo:events:rate5m{slo=\"药\"}", "slo:events:rate5m{slo=\"药\"}");
    }

    #[test]
    fn an_error_is_near_its_place() {
        parsed("x{a=\"b\"", "7 `}` is missing");
        parsed("x{a=b}", "4 a value must stand in quotes");
        parsed("x{a:\"b\"}", "3 `=`, `!=`, `=~` or `!~` must follow the label");
        parsed("rate(x[5m])", "4 a plain selector is wanted, without functions");
        parsed("x[5m]", "1 a plain selector is wanted, without a range");
        parsed("x / y", "2 a plain selector is wanted, without operators");
        parsed("x offset 5m", "2 a plain selector is wanted, and nothing after it");
        parsed("x{a=\"b}", "4 the quote is never closed");
        parsed("x{a=~\"(\"}", "2 the regular expression is not valid");
        parsed("x{a=~\"b\",c!~\"(\"}", "9 the regular expression is not valid");
        parsed("x{__name__=~\"b\"}", "0 metric name must not be set twice: 'x' or 'b'");
        parsed("{a=\"b\"}", "0 the selector names no metric");
        parsed("{__name__=~\"a.*\"}", "1 the metric must be given once, by its plain name");
        parsed("", "0 the selector is empty");
        parsed("{}", "0 vector selector must contain at least one non-empty matcher");
        parsed("1", "0 a metric's name is wanted");
    }

    #[track_caller]
    fn all(expression: &str, expected: &[&str]) {
        let found: Vec<String> = selectors(expression).unwrap().iter().map(Selector::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_selector_is_found() {
        all("sum by (a) (rate(x{b=\"c\"}[5m])) / on (a) group_left y", &["x{b=\"c\"}", "y"]);
        all("max_over_time((-z)[1h:5m]) > bool scalar(w)", &["z", "w"]);
        all("topk(scalar(k), t) or {__name__=\"n\"} @ end()", &["k", "t", "n"]);
        all("histogram_quantile(0.9, rate(h_bucket[5m] offset 1m))", &["h_bucket"]);
        all("1 + 2", &[]);
        all("label_replace(a, \"b\", \"$1\", \"c\", \"(.*)\")", &["a"]);
        assert!(selectors("{__name__=~\"x.*\"}").is_err());
        assert!(selectors("rate(x)").is_err());
    }
}
