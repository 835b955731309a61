//! Short words for the expressions that the compiler writes.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{
    id::{LabelName, MetricName},
    names::Metric,
    selector::{MatchOp, Matcher, Selector},
};

use super::expr::{Expr, Matching};

/// Selects series of a metric whose labels equal the given values.
pub fn series(metric: &str, labels: &[(&str, &str)]) -> Selector {
    let matcher = |(label, value): &(&str, &str)| equal(label, value);
    Selector { metric: name(metric), matchers: labels.iter().map(matcher).collect() }
}

/// Selects series of a catalogued metric whose labels equal the given values.
pub fn exported(metric: &Metric, labels: &[(&str, &str)]) -> Selector {
    debug_assert!(labels.iter().all(|(label, _)| metric.labels.contains(label)), "{}", metric.name);
    series(metric.name, labels)
}

/// Compares a label with a value.
pub fn equal(label: &str, value: &str) -> Matcher {
    Matcher { label: label_name(label), op: MatchOp::Equal, value: value.to_owned() }
}

/// Compares a label with a pattern that matches exactly the given values.
pub fn one_of<'v>(label: &str, values: impl IntoIterator<Item = &'v str>) -> Matcher {
    let values: Vec<_> = values.into_iter().collect();
    match values[..] {
        [single] => equal(label, single),
        _ => Matcher { label: label_name(label), op: MatchOp::Matches, value: values.join("|") },
    }
}

/// Compares the bucket label with a bound. Prometheus 3 writes whole numbers as `1.0`, so for those both ways of
/// writing are meant.
pub fn at_bound(bound: Decimal) -> Matcher {
    let text = bound.normalize().to_string();
    if bound.is_integer() {
        Matcher { label: label_name("le"), op: MatchOp::Matches, value: format!("{text}(\\.0)?") }
    } else {
        equal("le", &text)
    }
}

/// Returns the metric name with an ending, for example `_sum`.
pub fn ending(of: &Selector, end: &str) -> Selector {
    Selector { metric: name(&format!("{}{end}", of.metric)), matchers: of.matchers.clone() }
}

fn name(metric: &str) -> MetricName {
    metric.parse().expect("metric names come from the catalogue or from the checked specification")
}

fn label_name(label: &str) -> LabelName {
    label.parse().expect("label names are written in the compiler")
}

/// A number that no pace divides.
pub fn number(value: impl Into<Decimal>) -> Expr {
    Expr::Number(value.into())
}

/// A duration as a number of seconds.
pub fn seconds(duration: Duration) -> Expr {
    Expr::Seconds(duration)
}

/// The newest sample of each series.
pub fn select(of: &Selector) -> Expr {
    before(of, Duration::ZERO)
}

/// The sample of each series so long ago.
pub fn before(of: &Selector, offset: Duration) -> Expr {
    Expr::Instant { of: of.clone(), offset }
}

/// A function over a range of each series, for example `rate`.
pub fn over_time(function: &'static str, of: &Selector, range: Duration) -> Expr {
    Expr::Call(function, vec![Expr::Range { of: of.clone(), range }])
}

/// The sum over everything.
pub fn sum(of: Expr) -> Expr {
    aggregate("sum", &[], of)
}

/// An aggregation that keeps some labels.
pub fn aggregate(op: &'static str, by: &[&str], of: Expr) -> Expr {
    Expr::Aggregate { op, by: owned(by), of: Box::new(of) }
}

fn owned(labels: &[&str]) -> Vec<String> {
    labels.iter().map(|it| (*it).to_owned()).collect()
}

/// Several expressions as one vector. The label keeps them apart, so that one that is missing is simply not
/// there; a sum of terms would be empty when one of them is.
pub fn union(terms: impl IntoIterator<Item = Expr>) -> Option<Expr> {
    let text = |it: &str| Expr::Text(it.to_owned());
    let labelled = |(k, term): (usize, Expr)| match k {
        0 => term,
        _ => Expr::Call("label_replace", vec![term, text("k"), text(&k.to_string()), text(""), text("")]),
    };
    terms.into_iter().enumerate().map(labelled).reduce(Expr::or)
}

/// The time now as a number.
pub fn time() -> Expr {
    Expr::Call("time", Vec::new())
}

/// A vector of one sample without labels.
pub fn vector(of: Expr) -> Expr {
    Expr::Call("vector", vec![of])
}

/// Keeps what is a number: NaN compares with nothing, and every number is at least minus infinity.
pub fn numbers(of: Expr) -> Expr {
    of.at_least(Expr::Lowest)
}

impl Expr {
    /// Joins two expressions with an operator.
    pub fn binary(self, op: &'static str, matching: Matching, right: Self) -> Self {
        Self::Binary { left: Box::new(self), op, matching, right: Box::new(right) }
    }

    /// `self - right`
    pub fn minus(self, right: Self) -> Self {
        self.binary("-", Matching::All, right)
    }

    /// `self * right`
    pub fn times(self, right: Self) -> Self {
        self.binary("*", Matching::All, right)
    }

    /// `of % divisor`
    pub fn modulo(of: Self, divisor: u32) -> Self {
        of.binary("%", Matching::All, number(Decimal::from(divisor)))
    }

    /// `self + right`
    pub fn plus(self, right: Self) -> Self {
        self.binary("+", Matching::All, right)
    }

    /// `self * on () group_left () right`: each series times the only one on the right.
    pub fn times_only(self, right: Self) -> Self {
        self.binary("*", Matching::GroupLeft { on: Vec::new(), carry: Vec::new() }, right)
    }

    /// `self * on () group_left (carry) right`: takes labels from the only series on the right.
    pub fn labelled(self, carry: &str, right: Self) -> Self {
        self.binary("*", Matching::GroupLeft { on: Vec::new(), carry: owned(&[carry]) }, right)
    }

    /// `self / right`
    pub fn over(self, right: Self) -> Self {
        self.binary("/", Matching::All, right)
    }

    /// `self > right`
    pub fn above(self, right: Self) -> Self {
        self.binary(">", Matching::All, right)
    }

    /// `self > bool right`
    pub fn above_bool(self, right: Self) -> Self {
        self.binary(">", Matching::Bool, right)
    }

    /// `self < bool right`
    pub fn below_bool(self, right: Self) -> Self {
        self.binary("<", Matching::Bool, right)
    }

    /// `self >= bool right`
    pub fn at_least_bool(self, right: Self) -> Self {
        self.binary(">=", Matching::Bool, right)
    }

    /// `self == bool right`
    pub fn equals_bool(self, right: Self) -> Self {
        self.binary("==", Matching::Bool, right)
    }

    /// `self <= right`
    pub fn at_most(self, right: Self) -> Self {
        self.binary("<=", Matching::All, right)
    }

    /// `self >= right`
    pub fn at_least(self, right: Self) -> Self {
        self.binary(">=", Matching::All, right)
    }

    /// `self < right`
    pub fn below(self, right: Self) -> Self {
        self.binary("<", Matching::All, right)
    }

    /// `self == right`
    pub fn equals(self, right: Self) -> Self {
        self.binary("==", Matching::All, right)
    }

    /// `self and right`
    pub fn and(self, right: Self) -> Self {
        self.binary("and", Matching::All, right)
    }

    /// `self and on (labels) right`
    pub fn and_on(self, labels: &[&str], right: Self) -> Self {
        self.binary("and", Matching::On(owned(labels)), right)
    }

    /// `self or right`
    pub fn or(self, right: Self) -> Self {
        self.binary("or", Matching::All, right)
    }

    /// `self or on (labels) right`
    pub fn or_on(self, labels: &[&str], right: Self) -> Self {
        self.binary("or", Matching::On(owned(labels)), right)
    }

    /// `self unless on (labels) right`
    pub fn unless_on(self, labels: &[&str], right: Self) -> Self {
        self.binary("unless", Matching::On(owned(labels)), right)
    }
}
