//! Byte offsets as lines and columns.

/// Where each line of a text begins.
#[derive(Clone, Debug)]
pub struct Lines(Vec<usize>);

impl Lines {
    /// Finds the lines of a text.
    pub fn new(text: &str) -> Self {
        let starts = text.match_indices('\n').map(|it| it.0 + 1);
        Self(std::iter::once(0).chain(starts).collect())
    }

    /// Returns the line of an offset, from 0.
    pub fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|it| *it <= offset).saturating_sub(1)
    }

    /// Returns where a line begins.
    pub fn start(&self, line: usize) -> usize {
        self.0.get(line).copied().unwrap_or(0)
    }

    /// Returns where a line ends, without its line break; a line beyond the last ends with the text.
    pub fn end(&self, text: &str, line: usize) -> usize {
        let end = self.0.get(line + 1).map_or(text.len(), |it| it - 1);
        if text[..end].ends_with('\r') { end - 1 } else { end }
    }

    /// Returns the column of an offset in characters, from 0.
    pub fn column(&self, text: &str, offset: usize) -> usize {
        text[self.start(self.line(offset))..offset].chars().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn at(text: &str, offset: usize, expected: (usize, usize)) {
        let lines = Lines::new(text);
        assert_eq!((lines.line(offset), lines.column(text, offset)), expected);
    }

    #[test]
    fn columns_count_characters() {
        at("a\n药b\n", 0, (0, 0));
        at("a\n药b\n", 2, (1, 0));
        at("a\n药b\n", 5, (1, 1));
        at("a\n药b\n", 7, (2, 0));
        at("", 0, (0, 0));
    }
}
