//! The located tree.

use std::sync::Arc;

use crate::diagnostic::Span;

/// A value and its place. Aliases share the node that they name, so a tree of aliases costs no memory.
#[derive(Debug)]
pub struct Node {
    /// Where it stands. A collection that is the value of a key stands where the key does, because "the block
    /// `P1`" is easier to find than "the mapping that begins behind it".
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// How many nodes it stands for, aliases expanded.
    pub weight: usize,
    /// How many collections are nested in it, itself included, aliases expanded.
    pub height: usize,
}

/// The kinds of nodes.
#[derive(Debug)]
pub enum Kind {
    /// One text.
    Scalar(Scalar),
    /// A list.
    List(Vec<Arc<Node>>),
    /// A mapping, in the order of the text; each key stands once.
    Map(Vec<Entry>),
}

/// A text with its notation.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The text, escapes resolved. Plain text is exactly what was written: `99.9%`, `yes`, `0.10`.
    pub text: String,
    /// How it was written.
    pub style: Style,
}

/// How a text was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: its look decides whether it is a number, a truth value or nothing.
    Plain,
    /// In quotes: always text.
    Quoted,
    /// After `|` or `>`: always text.
    Block,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Arc<str>,
    /// Where the key stands.
    pub span: Span,
    /// The value.
    pub value: Arc<Node>,
}

impl Node {
    /// Returns what the node is, for messages.
    pub fn what(&self) -> &'static str {
        match &self.kind {
            _ if self.is_null() => "nothing",
            Kind::Scalar(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }

    /// Returns whether another node says the same, wherever it stands.
    pub fn same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Scalar(left), Kind::Scalar(right)) => {
                left.text == right.text && (left.style == Style::Plain) == (right.style == Style::Plain)
            }
            (Kind::List(left), Kind::List(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.same(right))
            }
            (Kind::Map(left), Kind::Map(right)) => {
                let same =
                    |(left, right): (&Entry, &Entry)| left.key == right.key && left.value.same(&right.value);
                left.len() == right.len() && left.iter().zip(right).all(same)
            }
            _ => false,
        }
    }

    /// Returns whether it is YAML's null: nothing, `~` or `null`, without quotes.
    pub fn is_null(&self) -> bool {
        let Kind::Scalar(scalar) = &self.kind else { return false };
        scalar.style == Style::Plain && matches!(scalar.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}

#[cfg(test)]
mod tests {
    #[track_caller]
    fn same(left: &str, right: &str, expected: bool) {
        assert_eq!(crate::same(left, right), expected, "{left:?} and {right:?}");
    }

    #[test]
    fn layout_and_comments_say_nothing() {
        same("a: [1, 2] # x\nb: 'c'\n", "# y\na:\n  - 1\n  - 2\nb: \"c\"\n", true);
        same("a: {b: 1, c: 2}", "a: {c: 2, b: 1}", false);
        same("a: 1", "a: '1'", false);
        same("a: 1", "a: 2", false);
        same("a: [1]", "a: [1, 1]", false);
        same("a: [", "a: [", false);
    }
}
