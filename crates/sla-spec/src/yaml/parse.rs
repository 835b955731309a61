//! Builds the tree from the parser's events. A syntax error ends its file; everything else goes on.
//!
//! The events come from the parser below `serde-saphyr`, not through serde: a serde map hides duplicate keys
//! and the place of keys, and stops at the first wrong type.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use serde_yaml::granit_parser::{self, Event, Parser, ScalarStyle, Tag};

use super::{
    ahead::ahead,
    merge,
    node::{Entry, Kind, Node, Scalar, Style},
    syntax,
};
use crate::diagnostic::{Code, Diagnostic, Span};

/// The most values of one file, with everything that aliases repeat: ten thousand objectives are 150,000.
pub const NODES_MAX: usize = 1_000_000;

/// The deepest nesting, with everything that aliases repeat. A specification nests ten deep; JSON bodies may
/// nest further.
pub const DEPTH_MAX: usize = 64;

/// Reads one file that is one document. `None` comes with at least one problem.
pub fn parse(file: u16, text: &str, problems: &mut Vec<Diagnostic>) -> Option<Arc<Node>> {
    let roots = read(file, text, Documents::One, problems)?;
    let root = roots.into_iter().next();
    if root.is_none() {
        let problem = Diagnostic::error(Code::EmptyFile, Span::new(file, 0, 0), "the file says nothing");
        problems.push(problem.hint("start with `version: sla/v1` and `name: my-shop`"));
    }
    root
}

/// Reads one file with any number of documents, as other tools write them; an empty document is none. `None`
/// comes with at least one problem.
pub fn documents(file: u16, text: &str, problems: &mut Vec<Diagnostic>) -> Option<Vec<Arc<Node>>> {
    read(file, text, Documents::Many, problems)
}

/// How many documents a file may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Documents {
    One,
    Many,
}

fn read(
    file: u16,
    text: &str,
    documents: Documents,
    problems: &mut Vec<Diagnostic>,
) -> Option<Vec<Arc<Node>>> {
    let mut builder = Builder {
        file,
        text,
        documents,
        problems,
        open: Vec::new(),
        anchors: BTreeMap::new(),
        keys: HashSet::new(),
        nodes: 0,
        roots: Vec::new(),
    };
    match builder.read() {
        Ok(()) => Some(builder.roots),
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

/// Ends the file; boxed because it is large and rare.
type Fatal = Box<Diagnostic>;

struct Builder<'t> {
    file: u16,
    text: &'t str,
    documents: Documents,
    problems: &'t mut Vec<Diagnostic>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Arc<Node>>,
    /// Every key once: ten thousand objectives have ten different ones, their names apart.
    keys: HashSet<Arc<str>>,
    /// Nodes that were made or copied, against [`NODES_MAX`].
    nodes: usize,
    roots: Vec<Arc<Node>>,
}

/// A collection that has begun.
struct Open {
    span: Span,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Arc<Node>>),
    Map { entries: Vec<Entry>, key: Option<(Arc<str>, Span)>, merges: Vec<Arc<Node>> },
}

impl Builder<'_> {
    fn read(&mut self) -> Result<(), Fatal> {
        let text = self.text;
        ahead(Parser::new_from_str(text), text.len(), |next| {
            let (event, at) = next.map_err(|it| Box::new(syntax::error(self.file, text, &it)))?;
            self.take(event, at)
        })
    }

    fn take(&mut self, event: Event<'_>, at: granit_parser::Span) -> Result<(), Fatal> {
        let span = self.span(at);
        match event {
            Event::DocumentStart(..) if self.documents == Documents::One && !self.roots.is_empty() => {
                let problem = Diagnostic::error(Code::Syntax, span, "a second document begins here");
                Err(Box::new(problem.hint("remove `---`, or move what follows to another file")))
            }
            Event::Alias(id) => self.alias(id, span),
            Event::Scalar(text, style, anchor, tag) => {
                let style = style_of(style, tag.as_deref(), span)?;
                // The parser writes `~` for nothing at all.
                let nothing = span.start == span.end;
                let text = if nothing { String::new() } else { text.into_owned() };
                // Nothing has no place of its own; its key does.
                let span = if nothing { self.key().unwrap_or(span) } else { span };
                let kind = Kind::Scalar(Scalar { text, style });
                self.add(Node { span, kind, weight: 1, height: 0 }, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.begin(span, anchor, tag.as_deref(), Content::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                let content = Content::Map { entries: Vec::new(), key: None, merges: Vec::new() };
                self.begin(span, anchor, tag.as_deref(), content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            _ => Ok(()),
        }
    }

    fn span(&self, at: granit_parser::Span) -> Span {
        let range = at.byte_range().unwrap_or(0..0);
        // The span of a block text runs into the indentation of the next line.
        let length = self.text.get(range.clone()).map_or(range.len(), |it| it.trim_end().len());
        Span::new(self.file, range.start, range.start + length)
    }

    fn begin(&mut self, span: Span, anchor: usize, tag: Option<&Tag>, content: Content) -> Result<(), Fatal> {
        if let Some(tag) = tag {
            return Err(Box::new(unknown_tag(tag, span)));
        }
        if self.open.len() >= DEPTH_MAX {
            return Err(Box::new(too_deep(span)));
        }
        self.open.push(Open { span: self.key().unwrap_or(span), anchor, content });
        Ok(())
    }

    /// Returns the place of the key whose value comes next, if one is open.
    fn key(&self) -> Option<Span> {
        match self.open.last() {
            Some(Open { content: Content::Map { key: Some((_, span)), .. }, .. }) => Some(*span),
            _ => None,
        }
    }

    fn end(&mut self) -> Result<(), Fatal> {
        let Some(Open { mut span, anchor, content }) = self.open.pop() else { return Ok(()) };
        let kind = match content {
            Content::List(items) => Kind::List(items),
            Content::Map { entries, merges, .. } => {
                // Before it is done: merging one large mapping a thousand times takes long.
                self.count(span, merges.iter().fold(0, |sum, it| sum.saturating_add(it.weight)))?;
                let entries = merge::unique(entries, self.problems);
                let entries = merge::merged(entries, &merges, self.problems);
                // A block mapping begins with its first key; a place without width is hard to see.
                if let (true, Some(first)) = (span.start == span.end, entries.first()) {
                    span = first.span;
                }
                Kind::Map(entries)
            }
        };
        let children: Vec<&Node> = match &kind {
            Kind::Scalar(_) => Vec::new(),
            Kind::List(items) => items.iter().map(|it| &**it).collect(),
            Kind::Map(entries) => entries.iter().map(|it| &*it.value).collect(),
        };
        let weight = children.iter().fold(1, |sum: usize, it| sum.saturating_add(it.weight));
        let height = 1 + children.iter().map(|it| it.height).max().unwrap_or(0);
        self.add(Node { span, kind, weight, height }, anchor)
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), Fatal> {
        let Some(node) = self.anchors.get(&id).cloned() else {
            let message = "an alias cannot stand inside the value that it repeats";
            let problem = Diagnostic::error(Code::Syntax, span, message);
            return Err(Box::new(problem.hint("write the value out")));
        };
        self.place(node, span)
    }

    fn count(&mut self, span: Span, nodes: usize) -> Result<(), Fatal> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > NODES_MAX { Err(Box::new(too_many(span))) } else { Ok(()) }
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Fatal> {
        self.count(node.span, 1)?;
        if node.weight > NODES_MAX {
            return Err(Box::new(too_many(node.span)));
        }
        if self.open.len() + node.height > DEPTH_MAX {
            return Err(Box::new(too_deep(node.span)));
        }
        let node = Arc::new(node);
        if anchor != 0 {
            self.anchors.insert(anchor, Arc::clone(&node));
        }
        let span = node.span;
        self.place(node, span)
    }

    /// Documents that repeat much by aliases count together: each is read with everything that it repeats.
    fn end_document(&mut self, root: Arc<Node>) -> Result<(), Fatal> {
        let weight = self.roots.iter().fold(root.weight, |sum, it| sum.saturating_add(it.weight));
        if weight > NODES_MAX {
            return Err(Box::new(too_many(root.span)));
        }
        if self.documents == Documents::One || !root.is_null() {
            self.roots.push(root);
        }
        Ok(())
    }

    /// Puts a finished node where it belongs; `span` is where it is written, which for an alias is not where
    /// the node stands.
    fn place(&mut self, node: Arc<Node>, span: Span) -> Result<(), Fatal> {
        let Some(open) = self.open.last_mut() else {
            return self.end_document(node);
        };
        match &mut open.content {
            Content::List(items) => items.push(node),
            Content::Map { entries, key, merges } => match key.take() {
                None => match &node.kind {
                    Kind::Scalar(scalar) => *key = Some((shared(&mut self.keys, &scalar.text), span)),
                    _ => return Err(Box::new(complex_key(span))),
                },
                Some((key, _)) if &*key == "<<" => merges.push(node),
                Some((key, span)) => entries.push(Entry { key, span, value: node }),
            },
        }
        Ok(())
    }
}

fn shared(keys: &mut HashSet<Arc<str>>, text: &str) -> Arc<str> {
    if let Some(known) = keys.get(text) {
        return Arc::clone(known);
    }
    let key: Arc<str> = text.into();
    keys.insert(Arc::clone(&key));
    key
}

fn style_of(style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Result<Style, Fatal> {
    let style = match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    };
    match tag {
        None => Ok(style),
        Some(tag) if tag.is_yaml_core_schema_tag("str") => Ok(Style::Quoted),
        Some(tag) => Err(Box::new(unknown_tag(tag, span))),
    }
}

fn unknown_tag(tag: &Tag, span: Span) -> Diagnostic {
    let message = format!("the tag `{}` has no meaning here", tag.original());

    Diagnostic::error(Code::Syntax, span, message).hint("remove it, or quote a text that begins with `!`")
}

fn too_many(span: Span) -> Diagnostic {
    let message = format!("here the specification grows beyond {NODES_MAX} values");
    let problem = Diagnostic::error(Code::TooLarge, span, message);
    problem.hint("aliases count with everything that they repeat; repeat less")
}

fn too_deep(span: Span) -> Diagnostic {
    let message = format!("more than {DEPTH_MAX} collections are nested here");
    Diagnostic::error(Code::TooLarge, span, message)
        .hint("a specification nests ten deep; is a bracket too many?")
}

fn complex_key(span: Span) -> Diagnostic {
    let problem = Diagnostic::error(Code::Syntax, span, "a key must be a text");
    problem.hint("quote a text that begins with `{` or `[`: `\"{{token}}\"`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(text: &str, expected: Result<usize, &str>) {
        let mut problems = Vec::new();
        let found = documents(0, text, &mut problems).map(|it| it.len());
        let problem = problems.first().map_or("", |it| it.message.as_str());
        assert_eq!(found.ok_or(problem), expected);
    }

    #[test]
    fn a_file_of_another_tool_may_hold_many_documents() {
        read("a: 1\n---\nb: 2\n", Ok(2));
        read("---\na: 1\n---\n---\nb: 2\n...\n", Ok(2));
        read("", Ok(0));
        read("a: &x 1\nb: *x\n---\nb: &x 2\nc: *x\n", Ok(2));
        read("a: 1\n---\nb: [\n", Err("the bracket that begins here is never closed"));
    }

    #[test]
    fn documents_that_repeat_much_count_together() {
        let bomb: String = (1..17).fold("a0: &a0 [x, x]\n".to_owned(), |text, it| {
            format!("{text}a{it}: &a{it} [*a{}, *a{}]\n", it - 1, it - 1)
        });
        read(&bomb, Ok(1));
        read(&[bomb.as_str(); 4].join("---\n"), Err("here the specification grows beyond 1000000 values"));
    }
}
