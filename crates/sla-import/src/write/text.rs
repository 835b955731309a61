//! Texts as YAML that our reader gives back unchanged, whatever stands in them.

use std::fmt::Write as _;

/// The variable that stands for a dollar sign where `${` must not begin a variable.
pub const DOLLAR: &str = "dollar";

/// How wide a comment is.
const COMMENT_WIDTH: usize = 96;

/// Words that YAML 1.1 or 1.2 reads as something else than text.
const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// Returns a text as one YAML scalar: plain, if it is a simple word; in single quotes, if it is one line of
/// printable letters with quotes or backslashes in it; else in double quotes, with escapes. This is how
/// `slaforge fmt` quotes too. A `${` becomes `${dollar}{`.
pub fn quoted(text: &str) -> String {
    scalar(&text.replace("${", &format!("${{{DOLLAR}}}{{")))
}

/// Returns whether [`quoted`] uses the variable [`DOLLAR`].
pub fn needs_dollar(text: &str) -> bool {
    text.contains("${")
}

/// Returns a text of our own as one YAML scalar: variables in it stay variables.
pub fn scalar(text: &str) -> String {
    let inside = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.' | '/');
    let word = text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.chars().all(inside)
        && !WORDS.iter().any(|it| it.eq_ignore_ascii_case(text));
    if word {
        return text.to_owned();
    }
    if text.contains(['"', '\\']) && text.chars().all(is_printable) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            it if is_printable(it) => quoted.push(it),
            it => {
                // Writing to a String cannot fail.
                let _ = write!(quoted, "\\U{:08x}", u32::from(it));
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Returns words as lines of a comment, each after an indentation.
pub fn comment(words: &str, indentation: &str) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    for word in words.split_whitespace() {
        let word: String = word.chars().filter(|it| is_printable(*it)).collect();
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > COMMENT_WIDTH {
            let _ = writeln!(lines, "{indentation}# {line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    if !line.is_empty() {
        let _ = writeln!(lines, "{indentation}# {line}");
    }
    lines
}

/// Returns whether a letter may stand in YAML as it is, on one line, and looks like itself.
fn is_printable(letter: char) -> bool {
    let invisible = matches!(
        letter,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}'
            | '\u{e0000}'..='\u{10ffff}'
    );
    !letter.is_control() && !invisible
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sla_spec::{SourceSet, yaml::node::Kind};

    use super::*;

    #[track_caller]
    fn written(text: &str, expected: &str) {
        assert_eq!(quoted(text), expected);
    }

    #[test]
    fn a_text_is_quoted_as_little_as_possible() {
        written("requests-availability", "requests-availability");
        written("yes", "\"yes\"");
        written("it's", "\"it's\"");
        written("it's \"x\"", "'it''s \"x\"'");
        written("a: b # c", "\"a: b # c\"");
        written("", "\"\"");
        written("a\nb\u{7}\u{85}", "\"a\\nb\\U00000007\\U00000085\"");
        written("药", "\"药\"");
        written("${x}", "\"${dollar}{x}\"");
    }

    #[test]
    fn a_comment_never_ends_early() {
        assert_eq!(comment("a\nb: c\r\u{2028}d\u{7}", "  "), "  # a b: c d\n");
        assert_eq!(comment(" \n ", ""), "");
        assert!(comment(&"word ".repeat(60), "").lines().all(|it| it.chars().count() <= COMMENT_WIDTH + 2));
    }

    /// Reads `key: TEXT` and returns the text.
    fn read_back(written: &str, text: &str) -> Option<String> {
        let set = SourceSet::of_text(
            "x.yaml",
            format!("{}a: {written}\nb: [{written}, {{c: {written}}}]\n", comment(text, "")),
        );
        let documents = sla_spec::documents(&set).ok()?;
        let Kind::Map(entries) = &documents.first()?.kind else { return None };
        let Kind::Scalar(scalar) = &entries.first()?.value.kind else { return None };
        let Kind::List(items) = &entries.get(1)?.value.kind else { return None };
        let Kind::Scalar(item) = &items.first()?.kind else { return None };
        (item.text == scalar.text && !entries[0].value.is_null()).then(|| scalar.text.clone())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn every_text_reads_back(text in prop_oneof![any::<String>(), "[-a-z0-9 :#'\"\\\\{}\\[\\],&*!|>%@`~?=$\n\r\t\u{85}\u{2028}\u{feff}]{0,20}"]) {
            prop_assert_eq!(read_back(&scalar(&text), &text), Some(text.clone()));
        }
    }
}
