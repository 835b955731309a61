//! Walks through a plain selector to find where its parts stand, and near what an error is.

use std::ops::Range;

use sla_model::selector::MatchOp;

use super::{PromqlError, token};

/// Where the parts of a selector stand.
pub struct Parts {
    /// The name before `{`.
    pub name: Option<Range<usize>>,
    /// Each comparison, in order.
    pub matchers: Vec<Compared>,
}

/// Where the parts of a comparison stand.
pub struct Compared {
    /// The label.
    pub label: Range<usize>,
    /// How it is compared.
    pub op: MatchOp,
    /// With what, quotes included.
    pub value: Range<usize>,
}

impl Compared {
    /// Returns where the whole stands.
    pub fn place(&self) -> Range<usize> {
        self.label.start..self.value.end
    }
}

/// The longer signs first.
const OPS: [(&str, MatchOp); 4] =
    [("=~", MatchOp::Matches), ("!~", MatchOp::NotMatches), ("!=", MatchOp::NotEqual), ("=", MatchOp::Equal)];

struct Scan<'t> {
    text: &'t str,
    at: usize,
}

/// Walks through `name{label="value",…}`.
pub fn selector(text: &str) -> Result<Parts, PromqlError> {
    let mut scan = Scan { text, at: 0 };
    scan.blanks();
    if scan.rest().is_empty() {
        return Err(scan.error("the selector is empty"));
    }
    let name = scan.word(|it| it.is_ascii_alphanumeric() || it == '_' || it == ':');
    let digit = text[name.clone()].starts_with(|it: char| it.is_ascii_digit());
    if digit || (name.is_empty() && !scan.rest().starts_with('{')) {
        return Err(PromqlError::new("a metric's name is wanted", name.start));
    }
    scan.blanks();
    let matchers = if scan.take("{") { scan.matchers()? } else { Vec::new() };
    scan.blanks();
    let message = match scan.rest().chars().next() {
        None => return Ok(Parts { name: (!name.is_empty()).then_some(name), matchers }),
        Some('(') => "a plain selector is wanted, without functions",
        Some('[') => "a plain selector is wanted, without a range",
        Some('+' | '-' | '*' | '/' | '%' | '^' | '<' | '>' | '=' | '!') => {
            "a plain selector is wanted, without operators"
        }
        Some(_) => "a plain selector is wanted, and nothing after it",
    };
    Err(scan.error(message))
}

/// Returns at least as many operations as an expression has: signs and brackets outside of quotes and label
/// lists, and words that combine.
pub fn operations(text: &str) -> usize {
    let mut quote = None;
    let mut escaped = false;
    let mut in_labels = false;
    let mut count = 0;
    for letter in text.chars() {
        match (quote, letter) {
            (Some(_), _) if escaped => escaped = false,
            (Some(open), '\\') if open != '`' => escaped = true,
            (Some(open), _) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(letter),
            (None, '{' | '}') => in_labels = letter == '{',
            (None, _) => count += usize::from(!in_labels && "([+-*/%^<>=!".contains(letter)),
        }
    }
    let words = text.split(|it: char| !it.is_ascii_alphanumeric());
    let combining =
        |it: &&str| ["or", "and", "unless", "atan2"].iter().any(|word| it.eq_ignore_ascii_case(word));
    count + words.filter(combining).count()
}

impl<'t> Scan<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn error(&self, message: &str) -> PromqlError {
        PromqlError::new(message, self.at)
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn take(&mut self, what: &str) -> bool {
        let found = self.rest().starts_with(what);
        if found {
            self.at += what.len();
        }
        found
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> Range<usize> {
        let start = self.at;
        self.at += self.rest().find(|it| !belongs(it)).unwrap_or(self.rest().len());
        start..self.at
    }

    fn matchers(&mut self) -> Result<Vec<Compared>, PromqlError> {
        let mut matchers = Vec::new();
        loop {
            self.blanks();
            if self.take("}") {
                return Ok(matchers);
            }
            matchers.push(self.matcher()?);
            self.blanks();
            if !self.take(",") && !self.rest().starts_with('}') {
                return Err(self.error(if self.rest().is_empty() {
                    "`}` is missing"
                } else {
                    "`,` or `}` must follow a comparison"
                }));
            }
        }
    }

    fn matcher(&mut self) -> Result<Compared, PromqlError> {
        let label = self.word(|it| it.is_ascii_alphanumeric() || it == '_');
        if label.is_empty() {
            return Err(self.error(if self.rest().is_empty() {
                "`}` is missing"
            } else {
                "a label is wanted"
            }));
        }
        self.blanks();
        let Some((_, op)) = OPS.into_iter().find(|(sign, _)| self.take(sign)) else {
            return Err(self.error("`=`, `!=`, `=~` or `!~` must follow the label"));
        };
        self.blanks();
        if !self.rest().starts_with(['"', '\'', '`']) {
            return Err(self.error("a value must stand in quotes"));
        }
        let start = self.at;
        self.at = token::quoted(self.text, start)?;
        Ok(Compared { label, op, value: start..self.at })
    }
}
