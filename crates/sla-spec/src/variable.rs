//! Variables: `vars: {shop: …}` and `--var shop=…`, used as `${shop}`.

use std::{borrow::Cow, collections::BTreeMap};

use crate::{
    diagnostic::{Code, Diagnostic, Span},
    suggest,
};

/// Why a text is not `NAME=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not NAME=VALUE; write for example `shop=http://127.0.0.1:8080`")]
pub struct VariableError(String);

/// Parses one `NAME=VALUE` of `--var`, in the form that command line parsers want.
pub fn variable(text: &str) -> Result<(String, String), VariableError> {
    let (name, value) = text.split_once('=').ok_or_else(|| VariableError(text.to_owned()))?;
    if !is_name(name) {
        return Err(VariableError(text.to_owned()));
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// Returns whether a text can be the name of a variable.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '_' || it == '-')
}

/// The most bytes that replacing may produce in all: a long value that is used often would fill the memory.
const REPLACED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The variables of a specification.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables {
    defined: BTreeMap<String, Variable>,
    /// A part of the specification could not be read: a name that is missing may stand there.
    pub(crate) incomplete: bool,
    replaced_bytes: usize,
}

#[derive(Clone, Debug)]
struct Variable {
    /// `None`: it is defined, but not well.
    value: Option<String>,
    span: Span,
    used: bool,
}

impl Variables {
    /// Adds a variable; `None` stands for a value that was already reported.
    pub(crate) fn define(&mut self, name: &str, value: Option<String>, span: Span) {
        self.defined.insert(name.to_owned(), Variable { value, span, used: false });
    }

    /// Takes the values of `--var`; a name that is not defined is reported at `whole`.
    pub(crate) fn override_with(
        &mut self,
        overrides: &BTreeMap<String, String>,
        whole: Span,
    ) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        for (name, value) in overrides {
            if let Some(variable) = self.defined.get_mut(name) {
                variable.value = Some(value.clone());
            } else if !self.incomplete {
                let message = format!("`--var {name}=…` names a variable that `vars` does not define");
                let none = format!("add `vars: {{{name}: …}}`");
                let hint = suggest::hint(name, self.names(), &none);
                problems.push(Diagnostic::error(Code::Override, whole, message).hint(hint));
            }
        }
        problems
    }

    /// Returns the text with every `${name}` replaced; `Ok(None)` if a value was already reported as wrong.
    pub(crate) fn replace<'t>(&mut self, text: &'t str) -> Result<Option<Cow<'t, str>>, Unresolved> {
        if !text.contains("${") {
            return Ok(Some(Cow::Borrowed(text)));
        }
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        let mut known = true;
        while let Some(start) = rest.find("${") {
            replaced.push_str(&rest[..start]);
            let tail = &rest[start + 2..];
            let at = text.len() - rest.len() + start;
            let name = tail.split_once('}').map(|it| it.0).filter(|it| is_name(it));
            let Some(name) = name else {
                return Err(Unresolved::Shape { at });
            };
            match self.defined.get_mut(name) {
                Some(variable) => {
                    variable.used = true;
                    known &= variable.value.is_some();
                    let value = variable.value.as_deref().unwrap_or("");
                    self.replaced_bytes = self.replaced_bytes.saturating_add(value.len());
                    if self.replaced_bytes > REPLACED_BYTES_MAX {
                        return Err(Unresolved::TooLong);
                    }
                    replaced.push_str(value);
                }
                None if self.incomplete => known = false,
                None => return Err(Unresolved::Unknown { at, name: name.to_owned() }),
            }
            rest = &tail[name.len() + 1..];
        }
        replaced.push_str(rest);
        Ok(known.then_some(Cow::Owned(replaced)))
    }

    /// Takes over what a copy was used for.
    pub(crate) fn join(&mut self, copy: Self) {
        self.replaced_bytes = self.replaced_bytes.max(copy.replaced_bytes);
        for (name, variable) in copy.defined {
            if let Some(known) = self.defined.get_mut(&name) {
                known.used |= variable.used;
            }
        }
    }

    /// Returns the names, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.defined.keys().map(String::as_str)
    }

    /// Returns the variables that no text used.
    pub(crate) fn unused(&self) -> impl Iterator<Item = (&str, Span)> {
        self.defined.iter().filter(|it| !it.1.used).map(|(name, it)| (name.as_str(), it.span))
    }
}

/// Why a text with `${…}` has no value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unresolved {
    /// There is no such variable.
    Unknown {
        /// Where the `$` stands in the text.
        at: usize,
        /// The name.
        name: String,
    },
    /// What follows `${` is no name with a closing brace.
    Shape {
        /// Where the `$` stands in the text.
        at: usize,
    },
    /// All texts together grew beyond what is reasonable.
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn replaced(text: &str, expected: Result<&str, Unresolved>) {
        let mut variables = Variables::default();
        variables.define("shop", Some("http://shop".into()), Span::new(0, 0, 0));
        let found = variables.replace(text).map(|it| it.unwrap().into_owned());
        assert_eq!(found, expected.map(str::to_owned));
    }

    #[test]
    fn only_braces_are_replaced() {
        replaced("${shop}/api?x=${shop}", Ok("http://shop/api?x=http://shop"));
        replaced("$.path and $window and {{token}}", Ok("$.path and $window and {{token}}"));
        replaced("a ${shopp}", Err(Unresolved::Unknown { at: 2, name: "shopp".into() }));
        replaced("药 ${", Err(Unresolved::Shape { at: 4 }));
        replaced("${}", Err(Unresolved::Shape { at: 0 }));
        replaced("${a b}", Err(Unresolved::Shape { at: 0 }));
    }

    #[test]
    fn overrides_are_name_and_value() {
        assert_eq!(variable("shop=a=b"), Ok(("shop".into(), "a=b".into())));
        assert_eq!(variable("shop="), Ok(("shop".into(), String::new())));
        assert!(variable("shop").is_err());
        assert!(variable("=x").is_err());
    }
}
