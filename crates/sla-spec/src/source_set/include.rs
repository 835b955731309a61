//! `include`: files that a file names.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use super::{ReadError, is_directory, specifications};
use crate::{
    block::root::INCLUDE,
    diagnostic::{Code, Diagnostic, Span},
    yaml::{self, node::Kind},
};

/// One item of the list.
pub struct Item {
    /// What is written.
    pub path: String,
    span: Span,
}

/// Returns what a file includes. Most files include nothing, so the text is parsed only where the key stands;
/// what is wrong with it is reported when the whole set is decoded.
pub fn items(file: u16, bytes: &[u8]) -> Vec<Item> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    if !text.contains(INCLUDE) {
        return Vec::new();
    }
    let Some(tree) = yaml::parse::parse(file, text, &mut Vec::new()) else { return Vec::new() };
    let Kind::Map(entries) = &tree.kind else { return Vec::new() };
    let Some(entry) = entries.iter().find(|it| &*it.key == INCLUDE) else { return Vec::new() };
    let Kind::List(list) = &entry.value.kind else { return Vec::new() };
    let item = |it: &std::sync::Arc<yaml::node::Node>| match &it.kind {
        Kind::Scalar(scalar) if !scalar.text.trim().is_empty() => {
            Some(Item { path: scalar.text.clone(), span: it.span })
        }
        _ => None,
    };
    list.iter().filter_map(item).collect()
}

/// Returns the files that a path stands for.
pub fn files(target: &Path) -> Result<Vec<PathBuf>, ReadError> {
    if is_directory(target)? {
        return specifications(target);
    }
    match File::open(target) {
        Ok(_) => Ok(vec![target.to_owned()]),
        Err(source) => Err(ReadError::Io { path: target.to_owned(), source }),
    }
}

impl Item {
    /// Makes the problem of an item that cannot be read.
    pub fn problem(&self, target: &Path, error: &ReadError) -> Diagnostic {
        let why = match error {
            ReadError::Io { source, .. } => source.to_string(),
            other => other.to_string(),
        };
        let message = format!("`{}` cannot be included: {why}", self.path);
        let hint = format!("it is looked for at `{}`, relative to this file", target.display());
        Diagnostic::error(Code::Include, self.span, message).hint(hint)
    }
}
