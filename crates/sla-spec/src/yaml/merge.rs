//! Keys that stand twice, and merge keys (`<<: *defaults`).

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::node::{Entry, Kind, Node};
use crate::diagnostic::{Code, Diagnostic, Span};

/// So few keys are compared with one another sooner than they are hashed, and most mappings have fewer.
const FEW: usize = 16;

/// Returns the entries with the first of each key, and reports the others.
pub fn unique(entries: Vec<Entry>, problems: &mut Vec<Diagnostic>) -> Vec<Entry> {
    let again = |(number, it): (usize, &Entry)| entries[..number].iter().any(|before| before.key == it.key);
    if entries.len() <= FEW && !entries.iter().enumerate().any(again) {
        return entries;
    }
    let mut seen: HashMap<Arc<str>, Span> = HashMap::with_capacity(entries.len());
    let mut kept = Vec::with_capacity(entries.len());
    for entry in entries {
        if let Some(first) = seen.get(&entry.key) {
            problems.push(duplicate(&entry.key, entry.span, *first));
        } else {
            seen.insert(Arc::clone(&entry.key), entry.span);
            kept.push(entry);
        }
    }
    kept
}

/// Makes the problem of a key that stands twice.
pub fn duplicate(key: &str, second: Span, first: Span) -> Diagnostic {
    Diagnostic::error(Code::DuplicateKey, second, format!("`{key}` is defined twice"))
        .hint("keep one of them")
        .related(first, "first defined here")
}

/// Adds the entries of merged mappings whose keys do not stand in the mapping itself; of several, the first
/// mapping wins.
pub fn merged(mut entries: Vec<Entry>, merges: &[Arc<Node>], problems: &mut Vec<Diagnostic>) -> Vec<Entry> {
    if merges.is_empty() {
        return entries;
    }
    let mut seen: BTreeSet<Arc<str>> = entries.iter().map(|it| Arc::clone(&it.key)).collect();
    let mut add = |map: &Node| {
        let Kind::Map(more) = &map.kind else {
            let message = format!("`<<` takes a mapping, not {}", map.what());
            problems.push(Diagnostic::error(Code::Merge, map.span, message).hint("write `<<: *defaults`"));
            return;
        };
        for entry in more {
            if seen.insert(Arc::clone(&entry.key)) {
                entries.push(entry.clone());
            }
        }
    };
    for merge in merges {
        match &merge.kind {
            Kind::List(maps) => maps.iter().for_each(|it| add(it)),
            _ => add(merge),
        }
    }
    entries
}
