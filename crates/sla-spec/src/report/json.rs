//! The report for programs: one JSON document, whose shape changes only with its `format`.

use serde::Serialize;

use super::{
    Summary,
    place::{Place, Places},
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    source_set::SourceSet,
};

/// The name of the shape. Keys may be added to it; a changed or removed one makes it `v2`.
const FORMAT: &str = "slaforge.report/v1";

#[derive(Serialize)]
struct Document<'r> {
    format: &'static str,
    summary: Summary,
    problems: Vec<Problem<'r>>,
}

#[derive(Serialize)]
struct Problem<'r> {
    code: String,
    severity: &'static str,
    title: &'static str,
    message: &'r str,
    hint: Option<&'r str>,
    place: Place<'r>,
    related: Vec<Related<'r>>,
}

#[derive(Serialize)]
struct Related<'r> {
    message: &'r str,
    place: Place<'r>,
}

/// Returns the document, ending in a line break.
pub fn render(diagnostics: &[Diagnostic], set: &SourceSet) -> String {
    let places = Places::new(set);
    let document = Document {
        format: FORMAT,
        summary: Summary::of(diagnostics),
        problems: diagnostics.iter().map(|it| problem_of(it, &places)).collect(),
    };
    let text = serde_json::to_string_pretty(&document).expect("texts and numbers can always be written");
    text + "\n"
}

fn problem_of<'r>(diagnostic: &'r Diagnostic, places: &Places<'r>) -> Problem<'r> {
    let related = |(span, what): &'r (_, String)| Related { message: what, place: places.place(*span) };
    Problem {
        code: diagnostic.code.to_string(),
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        title: diagnostic.code.title(),
        message: &diagnostic.message,
        hint: diagnostic.hint.as_deref(),
        place: places.place(diagnostic.span),
        related: diagnostic.related.iter().map(related).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::diagnostic::{Code, Span};

    #[test]
    fn a_problem_has_every_key() {
        let set = SourceSet::of_text("a.yaml", "a: 1\na: 2\n");
        let problem = Diagnostic::error(Code::DuplicateKey, Span::new(0, 5, 6), "`a` is defined twice")
            .hint("keep one of them")
            .related(Span::new(0, 0, 1), "first defined here");
        let warning = Diagnostic::warning(Code::Unused, Span::new(0, 0, 1), "nobody uses it");
        let found: Value = serde_json::from_str(&render(&[problem, warning], &set)).unwrap();
        assert_eq!(found["format"], "slaforge.report/v1");
        assert_eq!(found["summary"], json!({"errors": 1, "warnings": 1}));
        assert_eq!(
            found["problems"][0],
            json!({
                "code": "SLA008",
                "severity": "error",
                "title": "the same key stands twice",
                "message": "`a` is defined twice",
                "hint": "keep one of them",
                "place": {
                    "file": "a.yaml", "line": 2, "column": 1, "end_line": 2, "end_column": 2,
                    "start_byte": 5, "end_byte": 6
                },
                "related": [{
                    "message": "first defined here",
                    "place": {
                        "file": "a.yaml", "line": 1, "column": 1, "end_line": 1, "end_column": 2,
                        "start_byte": 0, "end_byte": 1
                    }
                }]
            })
        );
        assert_eq!(found["problems"][1]["hint"], Value::Null);
        assert_eq!(found["problems"][1]["severity"], "warning");
    }
}
