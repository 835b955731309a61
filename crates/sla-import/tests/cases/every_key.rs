//! Goal: nothing is dropped silently. Method: every value of every case is changed, one at a time; then either
//! the specification or the report must be another one, or the report must name the value, or what it stands in,
//! as lost, changed or not needed.

use std::sync::Arc;

use sla_import::{
    Import,
    finding::{Finding, Kind},
};
use sla_spec::{
    SourceSet,
    diagnostic::Span,
    yaml::node::{Kind as NodeKind, Node, Style},
};

use crate::{Case, cases};

/// A value with its way from the document.
struct Leaf {
    document: usize,
    path: String,
    span: Span,
    style: Style,
}

fn leaves(node: &Node, document: usize, path: &str, found: &mut Vec<Leaf>) {
    match &node.kind {
        NodeKind::Scalar(it) if !node.is_null() => {
            found.push(Leaf { document, path: path.to_owned(), span: node.span, style: it.style });
        }
        NodeKind::Scalar(_) => {}
        NodeKind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, document, &format!("{path}[{index}]"), found);
            }
        }
        NodeKind::Map(entries) => {
            for entry in entries {
                let dot = if path.is_empty() { "" } else { "." };
                leaves(&entry.value, document, &format!("{path}{dot}{}", entry.key), found);
            }
        }
    }
}

/// Returns the document in which a finding stands.
fn document_of(span: Span, documents: &[Arc<Node>]) -> Option<usize> {
    documents.iter().rposition(|it| it.span.file == span.file && it.span.start <= span.start)
}

fn is_named(leaf: &Leaf, findings: &[Finding], documents: &[Arc<Node>]) -> bool {
    findings.iter().any(|it| {
        // Words about a whole promise do not name each of its values.
        let names = it.kind != Kind::Changed || !it.value.is_empty();
        let here = it.span.and_then(|it| document_of(it, documents)) == Some(leaf.document);
        let rest = leaf.path.strip_prefix(&it.path);
        let within = rest.is_some_and(|it| it.is_empty() || it.starts_with(['.', '[']));
        names && here && (within || it.path == "document")
    })
}

/// Returns the text with another value of the same notation in the place of one.
fn changed(text: &str, leaf: &Leaf) -> String {
    let (start, end) = (leaf.span.start as usize, leaf.span.end as usize);
    let value = &text[start..end];
    let other = match leaf.style {
        Style::Quoted => format!("{}7{}", &value[..value.len() - 1], &value[value.len() - 1..]),
        Style::Plain | Style::Block => format!("{value}7"),
    };
    format!("{}{other}{}", &text[..start], &text[end..])
}

/// What an import says, without the places, which every change moves.
fn said(import: &Import) -> (String, Vec<(Kind, String, String, String)>) {
    let findings = import.report.findings.iter();
    let findings = findings.map(|it| (it.kind, it.path.clone(), it.value.clone(), it.why.clone()));
    (import.spec.clone(), findings.collect())
}

fn silent(case: &Case) -> (usize, Vec<String>) {
    let before = case.import().unwrap();
    let documents = sla_spec::documents(&SourceSet::new(case.files.clone())).unwrap();
    let mut all = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        leaves(document, index, "", &mut all);
    }
    let mut silent = Vec::new();
    for leaf in &all {
        let mut files = case.files.clone();
        let (name, bytes) = files[usize::from(leaf.span.file)].clone();
        files[usize::from(leaf.span.file)].1 =
            changed(std::str::from_utf8(&bytes).unwrap(), leaf).into_bytes();
        let noticed = case.import_files(files).map_or(true, |it| said(&it) != said(&before));
        if !noticed && !is_named(leaf, &before.report.findings, &documents) {
            silent.push(format!("{}/{name}: {}", case.folder.display(), leaf.path));
        }
    }
    (all.len(), silent)
}

#[test]
fn every_value_matters_or_is_named() {
    let mut values = 0;
    let mut all = Vec::new();
    for case in cases() {
        let (count, silent) = silent(&case);
        values += count;
        all.extend(silent);
    }
    assert!(all.is_empty(), "{} of {values} values are dropped silently:\n{}", all.len(), all.join("\n"));
    assert!(values > 300, "only {values} values: the cases say too little");
}
