//! The report for people: the code, what is wrong, where, with the lines around it, and a hint.

use std::fmt::{self, Display};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};

use crate::{
    diagnostic::{Diagnostic, Severity, Span},
    lines::Lines,
    report::Summary,
    source_set::SourceSet,
};

/// So much is shown before and after a place, and of the place itself, whatever the lines are.
const AROUND_BYTES_MAX: u32 = 1000;

/// How wide a report is; nothing here knows the terminal.
const WIDTH: usize = 110;

/// Returns every problem with its frame, and a line that counts them.
pub fn render(diagnostics: &[Diagnostic], set: &SourceSet, colour: bool) -> String {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    // Links would write terminal escapes even without colour.
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(WIDTH);
    let files: Vec<Frame<'_>> = set.sources().iter().map(|it| Frame::new(&it.path, &it.text)).collect();
    let mut report = String::new();
    for problem in diagnostics {
        let problem = Problem::new(problem, &files);
        // Writing to a String cannot fail, and every span was cut to its file.
        if handler.render_report(&mut report, &problem).is_err() {
            report.push_str(&problem.to_string());
        }
        report.push('\n');
    }
    report.push_str(&Summary::of(diagnostics).to_string());
    report.push('\n');
    report
}

/// A problem in the form that the renderer wants.
#[derive(Debug)]
struct Problem<'r> {
    diagnostic: &'r Diagnostic,
    file: Option<&'r Frame<'r>>,
    labels: Vec<LabeledSpan>,
    /// Places in other files, each with a frame of its own.
    elsewhere: Vec<Elsewhere<'r>>,
}

#[derive(Debug)]
struct Elsewhere<'r> {
    what: &'r str,
    file: Option<&'r Frame<'r>>,
    label: LabeledSpan,
}

impl<'r> Problem<'r> {
    fn new(diagnostic: &'r Diagnostic, files: &'r [Frame<'r>]) -> Self {
        let frame = |span: Span| files.get(usize::from(span.file));
        let file = frame(diagnostic.span);
        let here = (!diagnostic.related.is_empty()).then(|| "here".to_owned());
        let mut labels = vec![LabeledSpan::new_primary_with_span(here, cut(diagnostic.span, file))];
        let mut elsewhere = Vec::new();
        for (span, what) in &diagnostic.related {
            let file = frame(*span);
            if span.file == diagnostic.span.file {
                labels.push(LabeledSpan::new_with_span(Some(what.clone()), cut(*span, file)));
            } else {
                let label = LabeledSpan::new_primary_with_span(None, cut(*span, file));
                elsewhere.push(Elsewhere { what, file, label });
            }
        }
        Self { diagnostic, file, labels, elsewhere }
    }
}

/// Returns a span that lies in its file; without a width nothing would be drawn, so it gets one if it can.
fn cut(span: Span, file: Option<&Frame<'_>>) -> SourceSpan {
    let text = file.map_or("", |it| it.text);
    let boundary = |at: u32| (0..=(at as usize).min(text.len())).rev().find(|it| text.is_char_boundary(*it));
    let start = boundary(span.start).unwrap_or(0);
    // Nobody looks along an underline of a thousand letters.
    let end = boundary(span.end.min(span.start.saturating_add(AROUND_BYTES_MAX))).unwrap_or(0).max(start);
    (start, end - start).into()
}

impl Display for Problem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Problem<'_> {}

impl miette::Diagnostic for Problem<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        let code = format!("{}: {}", self.diagnostic.code, self.diagnostic.code.title());
        Some(Box::new(code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.diagnostic.hint.as_ref().map(|it| Box::new(it) as Box<dyn Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.file.map(|it| it as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.elsewhere.is_empty() {
            return None;
        }
        Some(Box::new(self.elsewhere.iter().map(|it| it as &dyn miette::Diagnostic)))
    }
}

impl Display for Elsewhere<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }
}

impl std::error::Error for Elsewhere<'_> {}

impl miette::Diagnostic for Elsewhere<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(miette::Severity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.file.map(|it| it as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(self.label.clone())))
    }
}

/// A file whose lines are indexed once. The renderer's own reader walks from the first byte for every span,
/// which makes a thousand problems in a large file slow.
#[derive(Debug)]
struct Frame<'r> {
    path: &'r str,
    text: &'r str,
    lines: Lines,
}

impl<'r> Frame<'r> {
    fn new(path: &'r str, text: &'r str) -> Self {
        Self { path, text, lines: Lines::new(text) }
    }
}

impl Frame<'_> {
    /// The nearest place before an offset where a letter begins.
    fn boundary(&self, offset: usize) -> usize {
        (0..=offset.min(self.text.len())).rev().find(|it| self.text.is_char_boundary(*it)).unwrap_or(0)
    }
}

impl SourceCode for Frame<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        if end > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let first = self.lines.line(span.offset());
        let last = self.lines.line(end.saturating_sub(1).max(span.offset()));
        let shown = first.saturating_sub(lines_before)..=last + lines_after;
        // Without context the renderer asks for the place itself, to print it.
        let (from, column) = if lines_before == 0 {
            (span.offset(), self.lines.column(self.text, span.offset()))
        } else {
            (self.lines.start(*shown.start()), 0)
        };
        let to = self.lines.end(self.text, *shown.end()).max(end);
        // Of a line of a megabyte the neighbourhood will do.
        let near = self.boundary(span.offset().saturating_sub(AROUND_BYTES_MAX as usize));
        let (from, column, first_shown) = if from < near {
            (near, self.lines.column(self.text, near), self.lines.line(near))
        } else {
            (from, column, *shown.start())
        };
        let to = to.min(self.boundary(end + AROUND_BYTES_MAX as usize));
        let name = self.path.to_owned();
        let data = &self.text.as_bytes()[from..to];
        let span = (from, to - from).into();
        Ok(Box::new(MietteSpanContents::new_named(
            name,
            data,
            span,
            first_shown,
            column,
            last.saturating_sub(first_shown) + 1,
        )))
    }
}
