//! A plain instant-vector selector: a metric and what its labels must look like.

use std::fmt;

use crate::id::{LabelName, MetricName};

/// How a label is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Matches,
    /// `!~`
    NotMatches,
}

/// One label comparison.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Matcher {
    /// The label.
    pub label: LabelName,
    /// The comparison.
    pub op: MatchOp,
    /// The value or the regular expression.
    pub value: String,
}

/// A metric with label comparisons, printed as `PromQL` writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selector {
    /// The metric.
    pub metric: MetricName,
    /// The comparisons in the order in which they were written.
    pub matchers: Vec<Matcher>,
}

impl Selector {
    /// Selects every series of a metric.
    pub fn all(metric: MetricName) -> Self {
        Self { metric, matchers: Vec::new() }
    }
}

impl fmt::Display for MatchOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Matches => "=~",
            Self::NotMatches => "!~",
        })
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}\"", self.label, self.op)?;
        // In pieces, without a text of its own: ten million of these are written for ten thousand objectives.
        let mut rest = self.value.as_str();
        while let Some(at) = rest.find(['\\', '"', '\n']) {
            f.write_str(&rest[..at])?;
            f.write_str(match rest.as_bytes()[at] {
                b'\\' => "\\\\",
                b'"' => "\\\"",
                _ => "\\n",
            })?;
            rest = &rest[at + 1..];
        }
        write!(f, "{rest}\"")
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.metric)?;
        if self.matchers.is_empty() {
            return Ok(());
        }
        for (index, matcher) in self.matchers.iter().enumerate() {
            f.write_str(if index == 0 { "{" } else { "," })?;
            write!(f, "{matcher}")?;
        }
        f.write_str("}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped() {
        let selector = Selector {
            metric: "up".parse().unwrap(),
            matchers: vec![Matcher {
                label: "job".parse().unwrap(),
                op: MatchOp::Matches,
                value: "a\"b\\.c\n".into(),
            }],
        };
        assert_eq!(selector.to_string(), r#"up{job=~"a\"b\\.c\n"}"#);
    }
}
