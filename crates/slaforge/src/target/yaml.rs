//! YAML files with a header that says where they come from.

use serde::Serialize;

use super::{File, Input};

/// Longer than any line that we write: text is never folded, only broken where it has line ends of its own.
const FOLD_NEVER: usize = usize::MAX;

/// Writes a document below a header of comment lines.
pub fn file(input: &Input<'_>, path: String, about: &str, document: &impl Serialize) -> File {
    let mut text = header(input, about);
    text += &body(document);
    File { path, text }
}

/// Returns the comment lines at the top of a file.
pub fn header(input: &Input<'_>, about: &str) -> String {
    format!("# {}\n# {about}\n", input.origin())
}

/// Writes a document.
pub fn body(document: &impl Serialize) -> String {
    let options = serde_yaml::ser_options! {
        min_fold_chars: FOLD_NEVER,
        folded_wrap_chars: FOLD_NEVER,
        compact_list_indent: true,
    };
    serde_yaml::to_string_with_options(document, options)
        .expect("documents are plain maps, lists and strings, which YAML can always hold")
}
