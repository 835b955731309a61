//! YAML files with a header that says where they come from.

use serde::Serialize;

use super::{File, Input};

/// Longer than any line that we write: text is never folded, only broken where it has line ends of its own.
const FOLD_NEVER: usize = usize::MAX;

/// Writes a document below a header of comment lines.
pub fn file(input: &Input<'_>, path: String, about: &str, document: &impl Serialize) -> File {
    let options = serde_yaml::ser_options! {
        min_fold_chars: FOLD_NEVER,
        folded_wrap_chars: FOLD_NEVER,
        compact_list_indent: true,
    };
    let body = serde_yaml::to_string_with_options(document, options)
        .expect("documents are plain maps, lists and strings, which YAML can always hold");
    File { path, text: format!("# {}\n# {about}\n{body}", input.origin()) }
}
