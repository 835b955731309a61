//! What decoding knows and collects: the problems, the variables, and what later checks need.

use std::{borrow::Cow, sync::Arc, time::Duration};

use jiff::tz::TimeZone;

use crate::{
    check::{Collected, Known, Noun, Reference},
    diagnostic::{Code, Diagnostic, Severity, Span},
    source_set::SourceSet,
    suggest,
    variable::{Unresolved, Variables},
    yaml::node::{Kind, Node, Scalar, Style},
};

/// The state of one decoding.
pub struct Context<'s> {
    set: &'s SourceSet,
    problems: Vec<Diagnostic>,
    /// The variables, with what was used of them.
    pub(crate) variables: Variables,
    /// The zone in which dates are read.
    pub zone: TimeZone,
    /// How long Prometheus keeps its data, and where that is said.
    pub retention: Option<(Duration, Span)>,
    /// What is known of the whole specification.
    pub known: Arc<Known>,
    /// What the checks over the whole specification need.
    pub collected: Collected,
}

impl<'s> Context<'s> {
    /// Makes the state before anything is decoded.
    pub fn new(set: &'s SourceSet) -> Self {
        Self {
            set,
            problems: Vec::new(),
            variables: Variables::default(),
            zone: TimeZone::UTC,
            retention: None,
            known: Arc::default(),
            collected: Collected::default(),
        }
    }

    /// Returns a state for a part of the work: it knows the same, and has found nothing yet.
    pub fn fork(&self) -> Self {
        Self {
            set: self.set,
            problems: Vec::new(),
            variables: self.variables.clone(),
            zone: self.zone.clone(),
            retention: self.retention,
            known: Arc::clone(&self.known),
            collected: Collected::default(),
        }
    }

    /// Takes what a part of the work has found.
    pub fn join(&mut self, part: Self) {
        self.problems.extend(part.problems);
        self.variables.join(part.variables);
        self.collected.extend(part.collected);
    }

    /// Returns what is known, to add to it.
    pub fn known_mut(&mut self) -> &mut Known {
        Arc::make_mut(&mut self.known)
    }

    /// Adds a problem.
    pub fn report(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// Adds several problems.
    pub fn report_all(&mut self, problems: impl IntoIterator<Item = Diagnostic>) {
        self.problems.extend(problems);
    }

    /// Adds a problem and returns nothing, for the last line of a decoding function.
    pub fn refuse<T>(&mut self, problem: Diagnostic) -> Option<T> {
        self.problems.push(problem);
        None
    }

    /// Returns whether any problem so far is an error.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|it| it.severity == Severity::Error)
    }

    /// Ends decoding: every problem, sorted by place, each once. Aliases are decoded where they are used, so
    /// the same problem may have been found several times.
    pub fn into_problems(mut self) -> Vec<Diagnostic> {
        self.problems.sort();
        self.problems.dedup();
        self.problems
    }

    /// Notes that `name` refers to something, to be checked when everything was decoded.
    pub fn refer(&mut self, noun: Noun, name: &str, span: Span) {
        self.collected.references.push(Reference { noun, name: name.to_owned(), span });
    }

    /// Returns the path of the file in which something stands.
    pub fn path(&self, span: Span) -> &str {
        self.set.sources().get(usize::from(span.file)).map_or("", |it| &it.path)
    }

    /// Returns the text of a scalar, variables replaced.
    pub fn text<'n>(&mut self, node: &'n Node) -> Option<Cow<'n, str>> {
        let Kind::Scalar(scalar) = &node.kind else {
            return self.wrong_kind(node, "one text");
        };
        if node.is_null() {
            return self.wrong_kind(node, "a value");
        }
        self.replaced(node, scalar)
    }

    /// Returns a scalar's text with variables replaced, whatever it looks like.
    pub fn replaced<'n>(&mut self, node: &Node, scalar: &'n Scalar) -> Option<Cow<'n, str>> {
        match self.variables.replace(&scalar.text) {
            Ok(text) => text,
            Err(unresolved) => {
                let problem = self.unresolved(node, unresolved);
                self.refuse(problem)
            }
        }
    }

    fn unresolved(&self, node: &Node, unresolved: Unresolved) -> Diagnostic {
        match unresolved {
            Unresolved::Unknown { at, name } => {
                let span = self.within(node, at, name.len() + 3);
                let fallback = format!("define it with `vars: {{{name}: …}}`");
                let hint = suggest::hint(&name, self.variables.names(), &fallback);
                let message = format!("the variable `{name}` is not defined");
                Diagnostic::error(Code::Variable, span, message).hint(hint)
            }
            Unresolved::Shape { at } => {
                let span = self.within(node, at, 2);
                let message = "`${` is not followed by a name and `}`";
                Diagnostic::error(Code::Variable, span, message).hint("write `${name}`")
            }
            Unresolved::TooLong => {
                Diagnostic::error(Code::TooLarge, node.span, "variables make the texts too long")
                    .hint("a variable is a short text that differs between installations")
            }
        }
    }

    /// Reports that a node is of the wrong kind.
    pub fn wrong_kind<T>(&mut self, node: &Node, expected: &str) -> Option<T> {
        let message = format!("{expected} is expected here, not {}", node.what());
        let hint = match expected {
            _ if node.is_null() => "write a value, or remove the key",
            "a list" => "write `[a, b]`, or one `- item` per line",
            "a mapping" => "write `{key: value}`, or one `key: value` per line",
            _ => "write a single value; quote text that begins with `{` or `[`",
        };
        self.refuse(Diagnostic::error(Code::Kind, node.span, message).hint(hint))
    }

    /// Returns the place of a part of a scalar's text; if escapes or variables moved it, the whole scalar.
    pub fn within(&self, node: &Node, start: usize, length: usize) -> Span {
        let Kind::Scalar(scalar) = &node.kind else { return node.span };
        let written = self.set.slice(node.span);
        let quoted = written.strip_prefix(['"', '\'']).and_then(|it| it.strip_suffix(['"', '\'']));
        let (quote, inner) = match quoted {
            Some(inner) if scalar.style == Style::Quoted => (1, inner),
            _ => (0, written),
        };
        if inner != scalar.text || inner.get(start..start + length).is_none() {
            return node.span;
        }
        let start = node.span.start as usize + quote + start;
        Span::new(node.span.file, start, start + length)
    }
}
