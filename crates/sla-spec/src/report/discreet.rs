//! The report for daemons: where and what, but nothing that stands in the files. It goes to logs and pages, which more
//! people read than the files, and any value may be a secret: a header, a body, a URL, also at a place that is wrong.
//!
//! Nobody marks what is secret, so the words of the language and the keys of the files are told, and whatever else
//! comes from the files is not.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write as _,
};

use sla_model::names;

use super::{Summary, place::Places};
use crate::{
    block,
    decode::value_type::Type,
    diagnostic::{Diagnostic, Severity},
    source_set::SourceSet,
    yaml::{
        self,
        node::{Entry, Kind, Node},
    },
};

/// What stands for what is not told.
const MASKED: &str = "…";

/// Shorter parts of a value tell nothing, and are found everywhere: `30s`, `P1`.
const TOLD_BYTES: usize = 4;

/// Longer texts were cut in the middle, so their quotes need not be pairs.
const CUT_CHARS: usize = 500;

/// Nobody reads further in a log, and what is masked is looked for in all files.
const PROBLEMS_MAX: usize = 100;

/// Returns the whole report.
pub fn render(diagnostics: &[Diagnostic], set: &SourceSet, variables: &BTreeMap<String, String>) -> String {
    let mut report = problems(diagnostics, set, variables).join("\n");
    let more = diagnostics.len().saturating_sub(PROBLEMS_MAX);
    if more > 0 {
        let _ = write!(report, "\n… and {more} more");
    }
    let summary = Summary::of(diagnostics);
    report + &format!("\n{summary}\nto see the lines run `slaforge check` where the files are\n")
}

/// Returns each problem by itself, without a line break at its end; at most [`PROBLEMS_MAX`].
pub fn problems(
    diagnostics: &[Diagnostic],
    set: &SourceSet,
    variables: &BTreeMap<String, String>,
) -> Vec<String> {
    if diagnostics.is_empty() {
        return Vec::new();
    }
    let mask = Mask::new(set, variables);
    let places = Places::new(set);
    diagnostics.iter().take(PROBLEMS_MAX).map(|it| problem(it, &mask, &places)).collect()
}

fn problem(diagnostic: &Diagnostic, mask: &Mask, places: &Places<'_>) -> String {
    let Diagnostic { code, span, severity, message, hint, related } = diagnostic;
    let place = |span| {
        let place = places.place(span);
        format!("{}:{}:{}", place.file, place.line, place.column)
    };
    let severity = if *severity == Severity::Error { "error" } else { "warning" };
    let title = code.title();
    let mut text = format!("{code}: {title}\n  {}: {severity}: {}", place(*span), mask.hide(message));
    for (span, what) in related {
        let _ = write!(text, "\n  {}: {}", place(*span), mask.hide(what));
    }
    if let Some(hint) = hint {
        let _ = write!(text, "\n  help: {}", mask.hide(hint));
    }
    text
}

/// What is told and what is not.
struct Mask {
    /// Words of the language and keys of the files, whole.
    open: HashSet<String>,
    /// The letters and digits of which those are made.
    open_words: HashSet<String>,
    /// Values, as they are.
    values: HashSet<String>,
    /// Values that are long enough to be looked for in a quote, shortest first, as they are and as [`plain`] has them.
    sought: [Vec<String>; 2],
    /// All values, one after another, as they are and as [`plain`] has them.
    all: [String; 2],
    /// All files, as [`plain`] would have them, but with everything between words.
    text: String,
    /// A value holds the sign that quotes values in messages.
    quotes: bool,
}

impl Mask {
    fn new(set: &SourceSet, variables: &BTreeMap<String, String>) -> Self {
        let mut mask = Self {
            open: language(),
            open_words: HashSet::new(),
            values: HashSet::new(),
            sought: [Vec::new(), Vec::new()],
            all: [String::new(), String::new()],
            text: String::new(),
            quotes: false,
        };
        for (file, source) in (0..).zip(set.sources()) {
            mask.text.push_str(&source.text.to_lowercase());
            mask.text.push('\0');
            let broken = set.broken().iter().any(|it| it.span.file == file);
            let tree = (!broken).then(|| yaml::parse::parse(file, &source.text, &mut Vec::new())).flatten();
            match tree {
                Some(tree) => mask.add(&tree, &source.text),
                None => mask.add_broken(&source.text),
            }
        }
        for (name, value) in variables {
            mask.open.insert(name.clone());
            mask.text.push_str(&value.to_lowercase());
            mask.text.push('\0');
            mask.add_value(value);
        }
        mask.open_words = mask.open.iter().flat_map(|it| words(it)).map(str::to_lowercase).collect();
        let both = mask.values.iter().flat_map(|it| [(0, it.clone()), (1, plain(it))]);
        for (form, value) in both {
            mask.all[form].push_str(&value);
            mask.all[form].push('\0');
            if value.len() >= TOLD_BYTES && !mask.open.contains(&value) && !mask.open_words.contains(&value) {
                mask.sought[form].push(value);
            }
        }
        mask.sought.iter_mut().for_each(|it| it.sort_unstable_by_key(String::len));
        mask
    }

    fn add(&mut self, tree: &Node, text: &str) {
        // What aliases share is looked at once.
        let mut seen = HashSet::new();
        let mut waiting = vec![tree];
        while let Some(node) = waiting.pop() {
            if !seen.insert(std::ptr::from_ref(node)) {
                continue;
            }
            match &node.kind {
                Kind::Scalar(scalar) => self.add_value(&scalar.text),
                Kind::List(items) => waiting.extend(items.iter().map(|it| &**it)),
                Kind::Map(entries) => {
                    for entry in entries {
                        if is_key(entry, text) {
                            self.open.insert(entry.key.to_string());
                        } else {
                            self.add_value(&entry.key);
                        }
                        self.quotes |= entry.key.contains('`');
                        waiting.push(&entry.value);
                    }
                }
            }
        }
    }

    /// Of a text that is no YAML nobody knows which words are values.
    fn add_broken(&mut self, text: &str) {
        self.quotes |= text.contains('`');
        for line in text.lines() {
            self.add_value(line.trim());
        }
        for word in words(text).chain(text.split_whitespace()) {
            self.add_value(word);
        }
    }

    fn add_value(&mut self, text: &str) {
        if !text.is_empty() && !self.values.contains(text) {
            self.quotes |= text.contains('`');
            self.values.insert(text.to_owned());
        }
    }

    /// Returns a sentence without what is not told.
    fn hide(&self, text: &str) -> String {
        let quotes = text.matches('`').count();
        let (Some(first), Some(last)) = (text.find('`'), text.rfind('`')) else {
            return self.hide_words(text, &mut false);
        };
        let mut strict = false;
        if self.quotes || quotes % 2 == 1 || text.chars().count() > CUT_CHARS {
            // Which quote ends what cannot be told, so everything between the first and the last is one.
            let last = if quotes % 2 == 1 { text.len() } else { last + 1 };
            let before = self.hide_words(&text[..first], &mut strict);
            return format!("{before}`{MASKED}`{}", self.hide_words(&text[last..], &mut strict));
        }
        let mut hidden = String::new();
        for (number, part) in text.split('`').enumerate() {
            if number % 2 == 0 {
                hidden.push_str(&self.hide_words(part, &mut strict));
            } else {
                let told = part.split(MASKED).all(|it| self.may_tell(it));
                let _ = write!(hidden, "`{}`", if told { part } else { MASKED });
            }
        }
        hidden
    }

    /// Returns whether what stands in quotes may be told.
    fn may_tell(&self, part: &str) -> bool {
        if self.open.contains(part) {
            return true;
        }
        if self.values.contains(part) {
            return false;
        }
        let forms = [part, &plain(part)];
        let from_values = forms.into_iter().zip(&self.all).zip(&self.sought).any(|((part, all), sought)| {
            let mut shorter = sought.iter().take_while(|it| it.len() <= part.len());
            part.len() >= TOLD_BYTES && all.contains(part) || shorter.any(|it| part.contains(it.as_str()))
        });
        !from_values && !words(part).any(|it| self.is_taken(it))
    }

    /// Returns whether a word comes from the files and is none of the language.
    fn is_taken(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        word.len() >= TOLD_BYTES && !self.open_words.contains(&word) && self.text.contains(&word)
    }

    /// Hides words outside of quotes. Those are ours, up to a colon: what comes after it may be of another program,
    /// which quotes as it likes.
    fn hide_words(&self, text: &str, strict: &mut bool) -> String {
        let mut whole = text.to_owned();
        for value in self.sought[0].iter().take_while(|it| it.len() <= text.len()) {
            // One word of small letters may well be ours: `date`.
            if whole.contains(value.as_str()) && !value.bytes().all(|it| it.is_ascii_lowercase()) {
                whole = whole.replace(value.as_str(), MASKED);
            }
        }
        let mut hidden = String::with_capacity(whole.len());
        let mut rest = whole.as_str();
        while let Some(start) = rest.find(char::is_alphanumeric) {
            let word = rest[start..].split(|it: char| !it.is_alphanumeric()).next().unwrap_or("");
            let before = &rest[..start];
            *strict |= before.contains(':');
            hidden.push_str(before);
            let ours = word.bytes().all(|it| it.is_ascii_lowercase()) && !*strict;
            hidden.push_str(if !ours && self.is_taken(word) { MASKED } else { word });
            rest = &rest[start + word.len()..];
        }
        *strict |= rest.contains(':');
        hidden + rest
    }
}

/// Returns whether an entry's key is one, and no value that a slip of the pen made a key: `{Bearer 123}`.
fn is_key(entry: &Entry, text: &str) -> bool {
    let followed = text.get(entry.span.end as usize..).is_some_and(|it| it.trim_start().starts_with(':'));
    let strange = |it: char| it.is_whitespace() || it.is_control();
    followed && !entry.key.contains(strange) && !entry.key.contains("://")
}

/// Returns a text's letters and digits, small: what is left of a value in whatever form a message has it.
fn plain(text: &str) -> String {
    text.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty())
}

/// Returns every word that the language knows.
fn language() -> HashSet<String> {
    let mut known: HashSet<String> = names::exported().map(|it| it.name.to_owned()).collect();
    for table in block::TABLES {
        for field in table.fields {
            known.insert(field.key.to_owned());
            add_words(&field.kind, &mut known);
        }
        known.extend(table.mistakes.iter().map(|it| it.0.to_owned()));
    }
    known.extend(["true", "false"].map(str::to_owned));
    known
}

fn add_words(kind: &Type, known: &mut HashSet<String>) {
    match kind {
        Type::Constant(word) => {
            known.insert((*word).to_owned());
        }
        Type::Choice(words) => known.extend(words.iter().map(|it| (*it).to_owned())),
        Type::Map(key, item) | Type::Single(key, item) => {
            add_words(key, known);
            add_words(item, known);
        }
        Type::List(item) | Type::Filled(item) | Type::Distinct(item) => add_words(item, known),
        Type::OneOf(kinds) => kinds.iter().for_each(|it| add_words(it, known)),
        // Blocks are in the list of tables themselves; the others have no words of their own.
        _ => {}
    }
}
