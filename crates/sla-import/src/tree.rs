//! A foreign document that remembers which of its values were looked at, so that what nobody understood is found
//! by the machine and not by care.

use std::{cell::Cell, fmt::Write as _, ops::Range, sync::Arc};

use sla_spec::{
    diagnostic::Span,
    yaml::node::{Kind, Node},
};

/// The most letters of a value that a report shows.
const SHOWN_MAX: usize = 120;

/// The most letters of a path that a report shows.
const PATH_MAX: usize = 240;

/// Every value of some documents; aliases are expanded, because each place that repeats a value is read on its
/// own.
#[derive(Debug)]
pub struct Tree {
    items: Vec<Item>,
    roots: usize,
}

#[derive(Debug)]
struct Item {
    parent: Option<usize>,
    name: Name,
    span: Span,
    node: Arc<Node>,
    children: Range<usize>,
    read: Cell<bool>,
}

#[derive(Debug)]
enum Name {
    Document,
    Key(Arc<str>),
    Position(usize),
}

/// A place in a tree.
#[derive(Clone, Copy, Debug)]
pub struct At<'t> {
    tree: &'t Tree,
    index: usize,
}

impl Tree {
    /// Makes a tree of documents, of which nothing was read yet.
    pub fn new(documents: Vec<Arc<Node>>) -> Self {
        let item = |parent, name, span, node| Item {
            parent,
            name,
            span,
            node,
            children: 0..0,
            read: Cell::new(false),
        };
        let mut items: Vec<Item> =
            documents.into_iter().map(|it| item(None, Name::Document, it.span, it)).collect();
        let roots = items.len();
        let mut next = 0;
        while next < items.len() {
            let node = Arc::clone(&items[next].node);
            let start = items.len();
            match &node.kind {
                Kind::Scalar(_) => {}
                Kind::List(list) => {
                    let children = list.iter().enumerate();
                    items.extend(
                        children
                            .map(|(at, it)| item(Some(next), Name::Position(at), it.span, Arc::clone(it))),
                    );
                }
                Kind::Map(entries) => items.extend(entries.iter().map(|it| {
                    item(Some(next), Name::Key(Arc::clone(&it.key)), it.span, Arc::clone(&it.value))
                })),
            }
            items[next].children = start..items.len();
            next += 1;
        }
        Self { items, roots }
    }

    /// Returns the documents. A document that is a list stands for one document an item, as some tools write it.
    pub fn documents(&self) -> Vec<At<'_>> {
        let roots = (0..self.roots).map(|index| At { tree: self, index });
        let unfolded = |root: At<'_>| {
            let items = root.items();
            if items.is_empty() { vec![root.index] } else { items.iter().map(|it| it.index).collect() }
        };
        roots.flat_map(unfolded).map(|index| At { tree: self, index }).collect()
    }

    /// Returns the topmost values that nobody looked at.
    pub fn unread(&self) -> Vec<At<'_>> {
        let unread = |index: &usize| {
            let item = &self.items[*index];
            !item.read.get() && item.parent.is_none_or(|it| self.items[it].read.get())
        };
        (0..self.items.len()).filter(unread).map(|index| At { tree: self, index }).collect()
    }
}

impl<'t> At<'t> {
    fn item(self) -> &'t Item {
        &self.tree.items[self.index]
    }

    fn children(self) -> impl Iterator<Item = At<'t>> {
        let tree = self.tree;
        self.item().children.clone().map(move |index| At { tree, index })
    }

    /// Returns where it stands: its key, or the value itself in a list.
    pub fn span(self) -> Span {
        self.item().span
    }

    /// Returns the value of a key of a mapping, if it has one that is not null.
    pub fn get(self, key: &str) -> Option<At<'t>> {
        let is_mapping = matches!(self.item().node.kind, Kind::Map(_));
        if is_mapping {
            self.item().read.set(true);
        }
        let found = self.look(key)?;
        if found.item().node.is_null() {
            found.item().read.set(true);
            return None;
        }
        if !matches!(found.item().node.kind, Kind::Scalar(_)) {
            found.item().read.set(true);
        }
        Some(found)
    }

    /// Returns the text of a scalar.
    pub fn text(self) -> Option<&'t str> {
        let Kind::Scalar(scalar) = &self.item().node.kind else { return None };
        self.item().read.set(true);
        (!self.item().node.is_null()).then_some(scalar.text.as_str())
    }

    /// Returns the text of a key.
    pub fn string(self, key: &str) -> Option<&'t str> {
        self.get(key)?.text()
    }

    /// Returns the value of a key without counting as read, to recognise a document.
    pub fn look(self, key: &str) -> Option<At<'t>> {
        self.children().find(|it| matches!(&it.item().name, Name::Key(name) if **name == *key))
    }

    /// Returns the text of a key without counting as read.
    pub fn peek(self, key: &str) -> Option<&'t str> {
        match &self.look(key)?.item().node.kind {
            Kind::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// Returns whether a key has the truth value that YAML 1.1 knows, which Go's readers accept.
    pub fn flag(self, key: &str) -> Option<bool> {
        let value = match self.peek(key)?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => true,
            "false" | "no" | "off" | "n" => false,
            _ => return None,
        };
        // What is neither stays unread, and is reported.
        self.string(key);
        Some(value)
    }

    /// Returns the items of a list.
    pub fn items(self) -> Vec<At<'t>> {
        if !matches!(self.item().node.kind, Kind::List(_)) {
            return Vec::new();
        }
        self.item().read.set(true);
        let children = self.children();
        children.inspect(|it| it.enter()).collect()
    }

    /// Returns the keys and values of a mapping.
    pub fn entries(self) -> Vec<(&'t str, At<'t>)> {
        self.enter();
        let named = |it: At<'t>| match &it.item().name {
            Name::Key(key) => Some((&**key, it)),
            _ => None,
        };
        self.children().filter_map(named).collect()
    }

    /// A collection counts as read when somebody goes through it; what stands in it is on its own.
    fn enter(self) {
        if !matches!(self.item().node.kind, Kind::Scalar(_)) {
            self.item().read.set(true);
        }
    }

    /// Marks the value with everything in it as dealt with.
    pub fn take(self) {
        self.item().read.set(true);
        self.children().for_each(At::take);
    }

    /// Reads the text of a key if it is one of these words; else it stays unread, and is reported.
    pub fn word(self, key: &str, words: &[&str]) -> Option<&'t str> {
        self.peek(key).filter(|it| words.contains(it))?;
        self.string(key)
    }

    /// Returns whether somebody looked at it.
    pub fn is_read(self) -> bool {
        self.item().read.get()
    }

    /// Returns the way from its document: `slos[0].alerting.labels`; `document` for the whole.
    pub fn path(self) -> String {
        let mut way = Vec::new();
        let mut next = Some(self.index);
        while let Some(index) = next {
            let item = &self.tree.items[index];
            way.push(&item.name);
            next = item.parent;
        }
        let mut path = String::new();
        for name in way.iter().rev() {
            match name {
                Name::Document => {}
                Name::Key(key) if path.is_empty() => path.push_str(key),
                Name::Key(key) => {
                    path.push('.');
                    path.push_str(key);
                }
                Name::Position(at) => {
                    // Writing to a String cannot fail.
                    let _ = write!(path, "[{at}]");
                }
            }
        }
        if path.is_empty() { "document".to_owned() } else { cut(&path, PATH_MAX) }
    }

    /// Returns the value in one line, cut to what a report can show.
    pub fn shown(self) -> String {
        let mut text = String::new();
        show(&self.item().node, &mut text);
        cut(&text, SHOWN_MAX)
    }
}

/// Writes a value in one line; stops when a report would cut it anyway.
fn show(node: &Node, text: &mut String) {
    if text.len() > 4 * SHOWN_MAX {
        return;
    }
    let mut separator = "";
    match &node.kind {
        Kind::Scalar(scalar) => {
            let words = scalar.text.split(|it: char| it.is_whitespace() || it.is_control());
            for word in words.filter(|it| !it.is_empty()).take(SHOWN_MAX) {
                text.push_str(separator);
                text.push_str(&cut(word, SHOWN_MAX));
                separator = " ";
            }
        }
        Kind::List(items) => {
            text.push('[');
            for item in items.iter().take(SHOWN_MAX) {
                text.push_str(separator);
                show(item, text);
                separator = ", ";
            }
            text.push(']');
        }
        Kind::Map(entries) => {
            text.push('{');
            for entry in entries.iter().take(SHOWN_MAX) {
                text.push_str(separator);
                text.push_str(&cut(&entry.key, SHOWN_MAX));
                text.push_str(": ");
                show(&entry.value, text);
                separator = ", ";
            }
            text.push('}');
        }
    }
}

/// Returns at most so many letters of a text, on one line, and says with `…` that there were more.
pub fn cut(text: &str, letters: usize) -> String {
    let mut cut: String =
        text.chars().take(letters).map(|it| if it.is_control() { ' ' } else { it }).collect();
    if text.chars().nth(letters).is_some() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use sla_spec::SourceSet;

    fn tree(text: &str) -> Tree {
        Tree::new(sla_spec::documents(&SourceSet::of_text("x.yaml", text)).unwrap())
    }

    #[test]
    fn what_nobody_read_is_found() {
        let tree = tree("a: 1\nb: {c: 2, d: [3, {e: 4}]}\nf: {}\ng: ~\nh: {i: 5}\n");
        let root = tree.documents()[0];
        assert_eq!(root.string("a"), Some("1"));
        assert_eq!(root.get("g").map(At::path), None);
        let b = root.get("b").unwrap();
        let d = b.get("d").unwrap().items();
        assert_eq!(d[0].text(), Some("3"));
        let unread: Vec<_> = tree.unread().into_iter().map(|it| (it.path(), it.shown())).collect();
        let expected = [("f", "{}"), ("h", "{i: 5}"), ("b.c", "2"), ("b.d[1].e", "4")];
        assert_eq!(unread, expected.map(|(path, shown)| (path.to_owned(), shown.to_owned())));
        root.take();
        assert!(tree.unread().is_empty());
    }

    #[test]
    fn a_list_of_documents_is_unfolded() {
        let tree = tree("- {kind: A}\n- {kind: B}\n---\nkind: C\n");
        let kinds: Vec<_> = tree.documents().iter().map(|it| it.peek("kind")).collect();
        assert_eq!(kinds, [Some("A"), Some("B"), Some("C")]);
    }
}
