//! What a parser's complaint means for a person, and what to write instead.

use serde_yaml::granit_parser::{ErrorKind, ScanError};

use crate::diagnostic::{Code, Diagnostic, Span};

/// Makes the problem of a syntax error.
pub fn error(file: u16, text: &str, error: &ScanError) -> Diagnostic {
    let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    let at = place(text, at);
    let width = text[at..].chars().next().filter(|it| *it != '\n').map_or(0, char::len_utf8);
    let (message, hint) = explain(error, line(text, at));
    Diagnostic::error(Code::Syntax, Span::new(file, at, at + width), message).hint(hint)
}

/// An error at the end of the text is shown at the end of the last line that says something.
fn place(text: &str, at: usize) -> usize {
    if text[at..].trim().is_empty() { text[..at].trim_end().len() } else { at }
}

fn line(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |it| it + 1);
    let end = text[at..].find('\n').map_or(text.len(), |it| at + it);
    &text[start..end]
}

fn explain(error: &ScanError, line: &str) -> (String, &'static str) {
    use ErrorKind as E;
    let bare_variable = line.contains("${") || line.contains("{{");
    let (message, hint) = match error.kind() {
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabAtBlockScalarStart
        | E::TabInPlainScalar => ("a tab stands where only spaces may stand", "indent with spaces"),
        E::ExpectedFlowMappingSeparator | E::ExpectedFlowSequenceSeparator | E::InvalidColonPlacement
            if bare_variable =>
        {
            ("a text ends at `{`, which begins a mapping", "quote text that holds `${…}` or `{{…}}`")
        }
        E::ExpectedFlowMappingSeparator | E::UnexpectedEofFlowMapping => (
            "the mapping goes on without `,` or `}`",
            "separate keys with `,` and close the mapping with `}`",
        ),
        E::ExpectedFlowSequenceSeparator | E::UnexpectedEofFlowSequence => {
            ("the list goes on without `,` or `]`", "separate items with `,` and close the list with `]`")
        }
        E::UnclosedFlowCollection { .. } => {
            ("the bracket that begins here is never closed", "close each `[` with `]` and each `{` with `}`")
        }
        E::MismatchedFlowCollectionEnd { .. } | E::InvalidColonPlacement => {
            ("a bracket before this place is not closed", "close each `[` with `]` and each `{` with `}`")
        }
        E::UnclosedQuotedScalar => {
            ("the quote that begins here is never closed", "close it with the same quote")
        }
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            ("the quoted text ends before this place", "inside single quotes write `''` for one quote")
        }
        E::UnknownQuotedScalarEscape => {
            ("`\\` begins an escape that does not exist", "use single quotes, in which `\\` means itself")
        }
        E::MappingValueNotAllowed => (
            "a second `: ` cannot stand in this place",
            "quote text that holds `: `, and indent keys that belong together equally",
        ),
        E::SimpleKeyExpected | E::InvalidSimpleKey => {
            ("a key is not followed by `: `", "write `key: value`, with a space after the colon")
        }
        E::ExpectedBlockMappingKey | E::ExpectedBlockSequenceEntry | E::InvalidIndentation => {
            ("this line is indented unlike its neighbours", "indent lines that belong together equally")
        }
        E::BlockSequenceEntryNotAllowed => {
            ("a list cannot begin in this place", "begin it on a new line below its key")
        }
        E::InvalidBlockScalarHeader => {
            ("a text that begins with `>` or `|` needs quotes", "write `\"> 3s\"`")
        }
        E::UnexpectedCharacter { .. } => ("a text cannot begin with this character", "quote the text"),
        E::UnknownAnchor => {
            ("no anchor of this name stands above", "define it with `&name` before it is used")
        }
        other => {
            return (
                other.to_string(),
                "look at this line and the one before; quote text with special signs",
            );
        }
    };
    (message.to_owned(), hint)
}

#[cfg(test)]
mod tests {
    use crate::{source_set::SourceSet, yaml::parse::parse};

    #[track_caller]
    fn found(text: &str, expected: &str) {
        let set = SourceSet::of_text("x.yaml", text);
        let mut problems = Vec::new();
        parse(0, text, &mut problems);
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        let start = problem.span.start as usize;
        let line = text[..start].matches('\n').count() + 1;
        let column = text[..start].rsplit('\n').next().unwrap().chars().count() + 1;
        assert_eq!(format!("{line}:{column} {}", problem.message), expected, "{}", set.slice(problem.span));
    }

    #[test]
    fn errors_stand_where_a_person_looks() {
        found("a: 1\nb:\n\tc: 2\n", "3:2 a tab stands where only spaces may stand");
        found("a: 1\n b: 2\n", "2:3 a second `: ` cannot stand in this place");
        found("a: [1, 2\nb: 3\n", "2:2 a bracket before this place is not closed");
        found("a: \"x\nb: 3\n", "1:4 the quote that begins here is never closed");
        found("a: {get: ${shop}/}\n", "1:11 a text ends at `{`, which begins a mapping");
        found("a: > 3s\n", "1:4 a text that begins with `>` or `|` needs quotes");
        found("a: 1\nb 2\nc: 3\n", "2:1 a key is not followed by `: `");
        found("a:\n  - x\n - y\n", "3:2 this line is indented unlike its neighbours");
        found("a: @x\n", "1:4 a text cannot begin with this character");
        found("a: *nope\n", "1:4 no anchor of this name stands above");
        found("a: &x [*x]\n", "1:8 an alias cannot stand inside the value that it repeats");
        found("a: 1\n---\nb: 2\n", "2:1 a second document begins here");
        found("a: {{token}}\n", "1:5 a key must be a text");
        found("a: [1,\n\n", "1:4 the bracket that begins here is never closed");
        found("a: !x 1\n", "1:7 the tag `!x` has no meaning here");
        found("", "1:1 the file says nothing");
        found("# only\n", "1:1 the file says nothing");
    }
}
