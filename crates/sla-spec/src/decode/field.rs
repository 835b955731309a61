//! Blocks: mappings with a fixed set of keys, each described by a table.
//!
//! The table is the one place that says which keys exist: unknown keys, missing keys, did-you-mean and the
//! documentation come from it.

use super::{context::Context, value_type::Type};
use crate::{
    diagnostic::{Code, Diagnostic, Span},
    suggest,
    yaml::node::{Entry, Kind, Node},
};

/// The keys of a block.
#[derive(Debug)]
pub struct Table {
    /// What the block is, with its article: "an objective".
    pub what: &'static str,
    /// Its keys, in the order in which people write them.
    pub fields: &'static [Field],
    /// Keys that people write by mistake, with what to write instead.
    pub mistakes: &'static [(&'static str, &'static str)],
}

/// One key of a block.
#[derive(Debug)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// A value, as it is written.
    pub example: &'static str,
    /// What it says; for an optional key also what holds without it.
    pub about: &'static str,
    /// What kind of value belongs to it.
    pub kind: Type,
    /// Whether it is an alternative to other keys.
    pub group: Group,
}

/// How many of a block's alternatives must be there. A block has one group of them at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The key stands for itself.
    None,
    /// Exactly one of the keys that are so marked is there.
    ExactlyOne,
    /// At least one of them is.
    AtLeastOne,
}

/// Describes a key that must be there.
pub const fn required(key: &'static str, example: &'static str, about: &'static str) -> Field {
    Field { key, required: true, example, about, kind: Type::Any, group: Group::None }
}

/// Describes a key that may be left out.
pub const fn optional(key: &'static str, example: &'static str, about: &'static str) -> Field {
    Field { key, required: false, example, about, kind: Type::Any, group: Group::None }
}

impl Field {
    /// Says what kind of value belongs to the key.
    pub const fn of(self, kind: Type) -> Self {
        Self { kind, ..self }
    }

    /// Makes the key one of those of its block of which exactly one is there.
    pub const fn exactly_one(self) -> Self {
        Self { group: Group::ExactlyOne, ..self }
    }

    /// Makes the key one of those of its block of which at least one is there.
    pub const fn at_least_one(self) -> Self {
        Self { group: Group::AtLeastOne, ..self }
    }
}

/// The keys that were found in a block.
pub struct Fields<'n> {
    /// Where the block stands.
    pub span: Span,
    found: Vec<(&'static Field, &'n Entry)>,
    /// Some key is unknown, and was reported: one that seems to be missing may be written differently.
    pub doubtful: bool,
}

impl Table {
    /// Returns what the block is, without its article: "objective".
    pub fn name(&self) -> &'static str {
        let articles = ["an ", "a ", "the "];
        articles.iter().find_map(|it| self.what.strip_prefix(it)).unwrap_or(self.what)
    }

    /// Returns the name in letters, digits and hyphens: `scraped-metric`. The reference page and the schema link
    /// by it.
    pub fn anchor(&self) -> String {
        let words = self.name().split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty());
        words.collect::<Vec<_>>().join("-").to_lowercase()
    }

    /// Returns the key's line in the table.
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().find(|it| it.key == key)
    }

    /// Makes the problem of a key that the table does not have.
    pub fn unknown(&self, entry: &Entry) -> Diagnostic {
        let key = &*entry.key;
        let hint = match self.mistakes.iter().find(|it| it.0 == key) {
            Some((_, hint)) => (*hint).to_owned(),
            None => suggest::hint(key, self.fields.iter().map(|it| it.key), ""),
        };
        Diagnostic::error(Code::UnknownKey, entry.span, format!("{} has no key `{key}`", self.what))
            .hint(hint)
    }

    /// Returns whether somebody who wrote this unknown key probably meant the field, so that the field is not
    /// also missing.
    fn meant(&self, written: &str, field: &Field) -> bool {
        match self.mistakes.iter().find(|it| it.0 == written) {
            Some((_, hint)) => {
                let (word, block) = (format!("`{}`", field.key), format!("`{}:", field.key));
                hint.contains(&word) || hint.contains(&block)
            }
            None => suggest::nearest(written, self.fields.iter().map(|it| it.key)) == Some(field.key),
        }
    }

    /// Makes the problem of a key that is missing in a block.
    pub fn missing(&self, field: &Field, span: Span) -> Diagnostic {
        let message = format!("{} needs `{}`", self.what, field.key);
        let hint = format!("add `{}: {}`", field.key, field.example);
        Diagnostic::error(Code::MissingKey, span, message).hint(hint)
    }
}

impl Context<'_> {
    /// Reads a mapping by its table: reports unknown and missing keys, and returns those that are there.
    pub fn fields<'n>(&mut self, node: &'n Node, table: &Table) -> Option<Fields<'n>> {
        let Kind::Map(entries) = &node.kind else {
            return self.wrong_kind(node, "a mapping");
        };
        let mut found = Vec::new();
        let mut unknown = Vec::new();
        for entry in entries {
            match table.field(&entry.key) {
                Some(field) => found.push((field, entry)),
                None => unknown.push(entry),
            }
        }
        for field in table.fields.iter().filter(|it| it.required) {
            let there = found.iter().any(|it| it.0.key == field.key);
            if !there && !unknown.iter().any(|it| table.meant(&it.key, field)) {
                self.report(table.missing(field, node.span));
            }
        }
        let doubtful = !unknown.is_empty();
        self.report_all(unknown.into_iter().map(|it| table.unknown(it)));
        Some(Fields { span: node.span, found, doubtful })
    }
}

/// Two keys of which exactly one must be there, and what is said otherwise.
pub struct Either {
    /// The keys.
    pub keys: [&'static str; 2],
    /// The kind of the problem of both.
    pub code: Code,
    /// The problem of both, and what to do.
    pub both: (&'static str, &'static str),
    /// The problem of none, and what to write.
    pub none: (&'static str, &'static str),
}

impl<'n> Fields<'n> {
    /// Returns the only one of two keys that is there. Where a key is unknown, one of them may be meant by it, so
    /// that none is missing.
    pub fn either(&self, either: &Either, cx: &mut Context<'_>) -> Option<&'static str> {
        let [one, other] = either.keys;
        match (self.entry(one), self.entry(other)) {
            (Some(_), None) => Some(one),
            (None, Some(_)) => Some(other),
            (Some(first), Some(second)) => {
                let problem = Diagnostic::error(either.code, second.span, either.both.0).hint(either.both.1);
                cx.refuse(problem.related(first.span, "the first one"))
            }
            (None, None) if self.doubtful => None,
            (None, None) => {
                let problem = Diagnostic::error(Code::MissingKey, self.span, either.none.0);
                cx.refuse(problem.hint(either.none.1))
            }
        }
    }

    /// Returns a key's entry.
    pub fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.found.iter().find(|it| it.0.key == key).map(|it| it.1)
    }

    /// Returns where a key's value stands; the block's place if the key is missing.
    pub fn value_span(&self, key: &str) -> Span {
        self.entry(key).map_or(self.span, |it| it.value.span)
    }

    /// Decodes the value of a key that must be there; that it is missing was reported already.
    pub fn get<T>(
        &self,
        cx: &mut Context<'_>,
        key: &str,
        decode: impl FnOnce(&'n Node, &mut Context<'_>) -> Option<T>,
    ) -> Option<T> {
        let (field, entry) = self.found.iter().find(|it| it.0.key == key)?;
        if entry.value.is_null() {
            let message = format!("`{key}` has no value");
            let hint = format!("write `{key}: {}`, or remove the line", field.example);
            return cx.refuse(Diagnostic::error(Code::Kind, entry.span, message).hint(hint));
        }
        decode(&entry.value, cx)
    }

    /// Decodes the value of a key that may be left out; `Some(None)` if it is.
    #[expect(clippy::option_option, reason = "the outer one is failure as everywhere, the inner one absence")]
    pub fn maybe<T>(
        &self,
        cx: &mut Context<'_>,
        key: &str,
        decode: impl FnOnce(&'n Node, &mut Context<'_>) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.entry(key) {
            None => Some(None),
            Some(_) => self.get(cx, key, decode).map(Some),
        }
    }

    /// Decodes the value of a key that may be left out, with what holds then.
    pub fn or<T>(
        &self,
        cx: &mut Context<'_>,
        key: &str,
        default: T,
        decode: impl FnOnce(&'n Node, &mut Context<'_>) -> Option<T>,
    ) -> Option<T> {
        Some(self.maybe(cx, key, decode)?.unwrap_or(default))
    }
}
