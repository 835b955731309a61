//! Cuts an expression into tokens, to say near which of them an error is: the parser knows no positions.

use std::ops::Range;

use super::PromqlError;

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub place: Range<usize>,
}

/// The kinds of tokens, as far as the place of an error needs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name, a number, a duration, `$window`.
    Word,
    /// A text in quotes.
    Text,
    /// `{…}` as a whole.
    Labels,
    /// `[…]` as a whole.
    Range,
    /// `(`
    Open,
    /// `)`
    Close,
    /// Anything else: operators, commas.
    Sign,
}

/// Cuts a text. Quotes and brackets of every kind are balanced then.
pub fn cut(text: &str) -> Result<Vec<Token>, PromqlError> {
    let mut tokens = Vec::new();
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let Some(kind) = kind(letter) else {
            at = comment_or_blank(text, at, letter);
            continue;
        };
        let end = match kind {
            Kind::Text => quoted(text, at)?,
            Kind::Labels => enclosed(text, at, '}')?,
            Kind::Range => enclosed(text, at, ']')?,
            Kind::Word => at + text[at..].find(|it: char| !in_word(it)).unwrap_or(text.len() - at),
            Kind::Open | Kind::Close => at + 1,
            Kind::Sign => at + sign(&text[at..]),
        };
        match kind {
            Kind::Open => open.push(at),
            Kind::Close if open.pop().is_none() => {
                return Err(PromqlError::new("this `)` closes nothing", at));
            }
            _ => {}
        }
        tokens.push(Token { kind, place: at..end });
        at = end;
    }
    match open.last() {
        Some(place) => Err(PromqlError::new("this `(` is never closed", *place)),
        None => Ok(tokens),
    }
}

fn kind(letter: char) -> Option<Kind> {
    Some(match letter {
        '#' => return None,
        _ if letter.is_whitespace() => return None,
        '"' | '\'' | '`' => Kind::Text,
        '{' => Kind::Labels,
        '[' => Kind::Range,
        '(' => Kind::Open,
        ')' => Kind::Close,
        _ if in_word(letter) => Kind::Word,
        _ => Kind::Sign,
    })
}

fn in_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | ':' | '.' | '$')
}

/// How long a sign is: `==`, `!=`, `<=`, `>=`, `=~` and `!~` have two letters.
fn sign(rest: &str) -> usize {
    let two = ["==", "!=", "<=", ">=", "=~", "!~"].iter().any(|it| rest.starts_with(it));
    if two { 2 } else { rest.chars().next().map_or(1, char::len_utf8) }
}

fn comment_or_blank(text: &str, at: usize, letter: char) -> usize {
    if letter == '#' {
        text[at..].find('\n').map_or(text.len(), |it| at + it)
    } else {
        at + letter.len_utf8()
    }
}

/// Returns where a quoted text ends.
pub fn quoted(text: &str, start: usize) -> Result<usize, PromqlError> {
    let mut letters = text[start..].char_indices();
    let quote = letters.next().map_or('"', |it| it.1);
    let mut escaped = false;
    for (place, letter) in letters {
        if escaped {
            escaped = false;
        } else if letter == '\\' && quote != '`' {
            escaped = true;
        } else if letter == quote {
            return Ok(start + place + 1);
        }
    }
    Err(PromqlError::new("the quote is never closed", start))
}

fn enclosed(text: &str, start: usize, close: char) -> Result<usize, PromqlError> {
    let mut at = start + 1;
    while let Some(letter) = text[at..].chars().next() {
        match letter {
            '"' | '\'' | '`' => at = quoted(text, at)?,
            _ if letter == close => return Ok(at + 1),
            _ => at += letter.len_utf8(),
        }
    }
    let open = &text[start..=start];
    Err(PromqlError::new(format!("this `{open}` is never closed"), start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn cuts(text: &str, expected: &[&str]) {
        let tokens = cut(text).unwrap();
        let found: Vec<&str> = tokens.iter().map(|it| &text[it.place.clone()]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn tokens_are_found() {
        cuts(
            "sum by (a) (rate(x{b=\"}\"}[$window]))",
            &["sum", "by", "(", "a", ")", "(", "rate", "(", "x", "{b=\"}\"}", "[$window]", ")", ")"],
        );
        cuts("a>=bool 1.5 # so", &["a", ">=", "bool", "1.5"]);
        cuts("药 + \"'\"", &["药", "+", "\"'\""]);
    }

    #[test]
    fn what_is_not_balanced_is_found() {
        let wrong = |text: &str| cut(text).map_err(|it| format!("{} {}", it.at, it.message)).unwrap_err();
        assert_eq!(wrong("sum(rate(x)"), "3 this `(` is never closed");
        assert_eq!(wrong("x) + 1"), "1 this `)` closes nothing");
        assert_eq!(wrong("x{a=\"b\""), "1 this `{` is never closed");
        assert_eq!(wrong("x[5m"), "1 this `[` is never closed");
        assert_eq!(wrong("x{a=\"b}"), "4 the quote is never closed");
    }
}
