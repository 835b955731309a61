//! The located tree.

use std::rc::Rc;

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
    List(Vec<Rc<Node>>),
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
    pub key: Rc<str>,
    /// Where the key stands.
    pub span: Span,
    /// The value.
    pub value: Rc<Node>,
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

    /// Returns whether it is YAML's null: nothing, `~` or `null`, without quotes.
    pub fn is_null(&self) -> bool {
        let Kind::Scalar(scalar) = &self.kind else { return false };
        scalar.style == Style::Plain && matches!(scalar.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}
