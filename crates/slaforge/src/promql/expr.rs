//! `PromQL` as a tree, with every duration typed, so that a pace can be applied to a finished plan.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{Pace, counter::Query, selector::Selector};

/// An expression that we write ourselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// A number that no pace divides: a limit, a ratio, a count.
    Number(Decimal),
    /// Minus infinity: every number is at least that.
    Lowest,
    /// A duration used as a number of seconds; the pace divides it.
    Seconds(Duration),
    /// A string argument.
    Text(String),
    /// The newest sample of each series, `offset` ago.
    Instant {
        /// The series.
        of: Selector,
        /// How long ago; zero for now.
        offset: Duration,
    },
    /// The samples of each series over a range.
    Range {
        /// The series.
        of: Selector,
        /// How far back.
        range: Duration,
    },
    /// The values of an expression over a range, at every multiple of a step.
    Subquery {
        /// The expression.
        of: Box<Expr>,
        /// How far back.
        range: Duration,
        /// The distance of its evaluations.
        step: Duration,
    },
    /// A function call.
    Call(&'static str, Vec<Expr>),
    /// An aggregation; no labels means over everything.
    Aggregate {
        /// The operator, for example `sum`.
        op: &'static str,
        /// The labels that are kept.
        by: Vec<String>,
        /// What is aggregated.
        of: Box<Expr>,
    },
    /// Counts equal values: each value becomes the value of a label.
    CountValues {
        /// The label.
        label: &'static str,
        /// Whose values.
        of: Box<Expr>,
    },
    /// What a person wrote, checked by the parser; it stands in parentheses.
    Written {
        /// The expression.
        query: Query,
        /// What its window is.
        window: Duration,
    },
    /// Two operands.
    Binary {
        /// The left operand.
        left: Box<Expr>,
        /// The operator, for example `/` or `unless`.
        op: &'static str,
        /// How series are matched.
        matching: Matching,
        /// The right operand.
        right: Box<Expr>,
    },
}

/// How the series of two operands are matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matching {
    /// By all labels.
    All,
    /// By all labels, and a comparison gives 0 or 1 instead of filtering.
    Bool,
    /// By these labels only.
    On(Vec<String>),
    /// By these labels only, and each series on the right may match many on the left, which take these labels
    /// from it.
    GroupLeft {
        /// The labels that are compared.
        on: Vec<String>,
        /// The labels that are taken over.
        carry: Vec<String>,
    },
}

impl Expr {
    /// Returns every selector, but those of a person's own query: that reads nothing of ours.
    pub fn selectors(&self) -> Vec<&Selector> {
        let mut found = Vec::new();
        self.walk(&mut |it| match it {
            Self::Instant { of, .. } | Self::Range { of, .. } => found.push(of),
            _ => {}
        });
        found
    }

    /// Visits the expression and all its parts.
    pub fn walk<'e>(&'e self, visit: &mut impl FnMut(&'e Self)) {
        visit(self);
        match self {
            Self::Call(_, arguments) => arguments.iter().for_each(|it| it.walk(visit)),
            Self::Aggregate { of, .. } | Self::CountValues { of, .. } | Self::Subquery { of, .. } => {
                of.walk(visit);
            }
            Self::Binary { left, right, .. } => {
                left.walk(visit);
                right.walk(visit);
            }
            Self::Number(_)
            | Self::Lowest
            | Self::Seconds(_)
            | Self::Text(_)
            | Self::Written { .. }
            | Self::Instant { .. }
            | Self::Range { .. } => {}
        }
    }

    /// Returns the expression with every duration divided by the pace.
    pub fn at(&self, pace: Pace) -> Self {
        let child = |it: &Self| Box::new(it.at(pace));
        match self {
            Self::Number(_) | Self::Lowest | Self::Text(_) => self.clone(),
            Self::Seconds(nominal) => Self::Seconds(pace.real(*nominal)),
            Self::Instant { of, offset } => Self::Instant { of: of.clone(), offset: pace.real(*offset) },
            Self::Range { of, range } => Self::Range { of: of.clone(), range: pace.real(*range) },
            Self::Subquery { of, range, step } => {
                Self::Subquery { of: child(of), range: pace.real(*range), step: pace.real(*step) }
            }
            Self::Call(name, arguments) => Self::Call(name, arguments.iter().map(|it| it.at(pace)).collect()),
            Self::Aggregate { op, by, of } => Self::Aggregate { op, by: by.clone(), of: child(of) },
            Self::CountValues { label, of } => Self::CountValues { label, of: child(of) },
            Self::Written { query, window } => {
                Self::Written { query: query.clone(), window: pace.real(*window) }
            }
            Self::Binary { left, op, matching, right } => {
                Self::Binary { left: child(left), op, matching: matching.clone(), right: child(right) }
            }
        }
    }
}
