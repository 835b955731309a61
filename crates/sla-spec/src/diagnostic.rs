//! One problem of a specification, as a value: what, where, and what to write instead.

pub use crate::code::Code;

/// Where a piece of text stands: a range of bytes in one file of the set. Line and column are computed when
/// printed, never stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The position of the file in the set.
    pub file: u16,
    /// The first byte.
    pub start: u32,
    /// The first byte after it.
    pub end: u32,
}

impl Span {
    /// Makes a span from byte offsets; files are bounded, so the numbers always fit.
    pub fn new(file: u16, start: usize, end: usize) -> Self {
        let clamp = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        Self { file, start: clamp(start), end: clamp(end) }
    }
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// There is no model.
    Error,
    /// The model is usable.
    Warning,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Where it stands; problems are sorted by this.
    pub span: Span,
    /// What kind it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
    /// Other places that matter, with what they are.
    pub related: Vec<(Span, String)>,
}

impl Diagnostic {
    /// Makes an error.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        let message = brief(message.into());
        Self { span, code, severity: Severity::Error, message, hint: None, related: Vec::new() }
    }

    /// Makes a warning.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Says what to write instead.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(brief(hint.into()));
        self
    }

    /// Points at another place that matters.
    pub fn related(mut self, span: Span, what: impl Into<String>) -> Self {
        self.related.push((span, what.into()));
        self
    }
}

/// Longer sentences quote something that was not written by hand; its beginning and the sentence's end say enough.
const CHARS_MAX: usize = 500;

fn brief(text: String) -> String {
    let count = text.chars().count();
    if count <= CHARS_MAX {
        return text;
    }
    let half = CHARS_MAX / 2;
    let head: String = text.chars().take(half).collect();
    let tail: String = text.chars().skip(count - half).collect();
    format!("{head}…{tail}")
}
