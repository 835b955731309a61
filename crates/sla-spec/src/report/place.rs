//! Spans as what programs count: lines and columns.

use serde::Serialize;

use crate::{diagnostic::Span, lines::Lines, source_set::SourceSet};

/// Where something stands. Lines and columns count from 1; a column is a Unicode scalar value, so `药` is one.
/// The end is the first position behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place<'s> {
    /// The path of the file, as it was given or found.
    pub file: &'s str,
    /// The line of the first character.
    pub line: usize,
    /// The column of the first character.
    pub column: usize,
    /// The line in which it ends.
    pub end_line: usize,
    /// The column behind the last character.
    pub end_column: usize,
    /// The bytes of the file before it.
    pub start_byte: usize,
    /// The bytes of the file before its end.
    pub end_byte: usize,
}

/// The files of a set with their lines, found once.
pub struct Places<'s>(Vec<(&'s str, &'s str, Lines)>);

impl<'s> Places<'s> {
    /// Finds the lines of every file.
    pub fn new(set: &'s SourceSet) -> Self {
        Self(set.sources().iter().map(|it| (&*it.path, &*it.text, Lines::new(&it.text))).collect())
    }

    /// Returns where a span stands; a span beyond its file is cut.
    pub fn place(&self, span: Span) -> Place<'s> {
        let (file, text, lines) = match self.0.get(usize::from(span.file)) {
            Some((file, text, lines)) => (*file, *text, Some(lines)),
            None => ("", "", None),
        };
        let start_byte = text.floor_char_boundary(span.start as usize);
        let end_byte = text.floor_char_boundary(span.end as usize).max(start_byte);
        let position = |at: usize| lines.map_or((1, 1), |it| (it.line(at) + 1, it.column(text, at) + 1));
        let (line, column) = position(start_byte);
        let (end_line, end_column) = position(end_byte);
        Place { file, line, column, end_line, end_column, start_byte, end_byte }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_from_one() {
        let set = SourceSet::of_text("a.yaml", "a: 1\n药: 药店\n");
        let place = Places::new(&set).place(Span::new(0, 10, 16));
        let expected = Place {
            file: "a.yaml",
            line: 2,
            column: 4,
            end_line: 2,
            end_column: 6,
            start_byte: 10,
            end_byte: 16,
        };
        assert_eq!(place, expected);
        // A span that nobody should make is cut to what is there.
        let place = Places::new(&set).place(Span::new(0, 11, 99));
        assert_eq!((place.start_byte, place.end_byte, place.end_line), (10, 17, 3));
        assert_eq!(Places::new(&set).place(Span::new(7, 1, 2)).line, 1);
    }
}
