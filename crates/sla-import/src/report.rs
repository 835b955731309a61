//! The report of an import: as text for people, as JSON for programs.

use std::fmt::Write as _;

use serde::Serialize;
use sla_spec::{SourceSet, lines::Lines};

use crate::finding::{Finding, Kind};

/// What an import found, together with the files in which it stands.
#[derive(Clone, Debug)]
pub struct Report {
    /// The language that was read.
    pub format: &'static str,
    /// How many promises our specification has.
    pub objectives: usize,
    /// What was found, in the order of the text.
    pub findings: Vec<Finding>,
    /// The files.
    pub set: SourceSet,
}

/// A finding with its place.
#[derive(Serialize)]
struct Shown<'r> {
    /// `None` for what the foreign text does not say.
    #[serde(flatten)]
    place: Option<Place<'r>>,
    kind: Kind,
    path: &'r str,
    value: &'r str,
    why: &'r str,
    instead: &'r str,
}

/// Line and column count from 1, columns in characters.
#[derive(Serialize)]
struct Place<'r> {
    file: &'r str,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Document<'r> {
    format: &'r str,
    objectives: usize,
    lost: usize,
    changed: usize,
    notes: usize,
    to_do: usize,
    findings: Vec<Shown<'r>>,
}

impl Report {
    /// Returns how many findings are of a kind.
    pub fn count(&self, kind: Kind) -> usize {
        self.findings.iter().filter(|it| it.kind == kind).count()
    }

    /// Returns whether something was lost or means something else than before.
    pub fn has_losses(&self) -> bool {
        self.count(Kind::Lost) + self.count(Kind::Changed) > 0
    }

    /// Returns the report for people; its last line counts.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for it in self.shown() {
            let value = if it.value.is_empty() { String::new() } else { format!(": {}", it.value) };
            let place =
                it.place.map_or(String::new(), |it| format!("{}:{}:{}: ", it.file, it.line, it.column));
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{place}{} `{}`{value}", word(it.kind), it.path);
            let _ = writeln!(text, "    {}", it.why);
            let _ = writeln!(text, "    help: {}", it.instead);
        }
        text.push_str(&self.summary());
        text.push('\n');
        text
    }

    /// Returns the report for programs.
    pub fn json(&self) -> String {
        let document = Document {
            format: self.format,
            objectives: self.objectives,
            lost: self.count(Kind::Lost),
            changed: self.count(Kind::Changed),
            notes: self.count(Kind::Note),
            to_do: self.count(Kind::ToDo),
            findings: self.shown(),
        };
        // Texts and numbers always have a JSON form.
        serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
    }

    /// Returns `2 objectives from 1 file: 1 lost, 0 changed, 0 notes, 3 to do`.
    pub fn summary(&self) -> String {
        let counted =
            |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        format!(
            "{} from {}: {} lost, {} changed, {}, {} to do",
            counted(self.objectives, "objective"),
            counted(self.set.sources().len(), "file"),
            self.count(Kind::Lost),
            self.count(Kind::Changed),
            counted(self.count(Kind::Note), "note"),
            self.count(Kind::ToDo),
        )
    }

    fn shown(&self) -> Vec<Shown<'_>> {
        let lines: Vec<Lines> = self.set.sources().iter().map(|it| Lines::new(&it.text)).collect();
        let place = |it: &Finding| {
            let span = it.span?;
            let source = self.set.sources().get(usize::from(span.file))?;
            let lines = lines.get(usize::from(span.file))?;
            let at = span.start as usize;
            let (line, column) = (lines.line(at) + 1, lines.column(&source.text, at) + 1);
            Some(Place { file: &source.path, line, column })
        };
        let mut shown = Vec::with_capacity(self.findings.len());
        for it in &self.findings {
            let Finding { kind, path, value, why, instead, .. } = it;
            shown.push(Shown { place: place(it), kind: *kind, path, value, why, instead });
        }
        shown
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Lost => "lost",
        Kind::Changed => "changed",
        Kind::Note => "note",
        Kind::ToDo => "to do",
    }
}
