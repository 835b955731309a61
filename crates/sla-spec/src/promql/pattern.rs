//! Regular expressions that were found valid: the parser compiles each one that it meets, which takes longer than
//! everything else, and ten thousand objectives share a handful.

use std::{cell::RefCell, collections::BTreeSet};

use promql_parser::parser;

use super::scan::Parts;

/// A specification has few; whoever writes more of them waits for them.
const KNOWN_MAX: usize = 1000;

thread_local! {
    static KNOWN: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// A selector that compares by `=` and `!=` where it compared by `=~` and `!~`, every part in its place.
pub struct Plain {
    /// The text.
    pub text: String,
    /// Which comparisons were replaced, by their number.
    pub replaced: Vec<usize>,
}

/// Rewrites a selector whose patterns are all valid. `None`: the parser must see it as it is.
pub fn plain(text: &str, parts: &Parts) -> Option<Plain> {
    // Without a name it depends on the patterns whether a selector selects too much.
    parts.name.as_ref()?;
    let mut plain = Plain { text: text.to_owned(), replaced: Vec::new() };
    for (number, place) in parts.matchers.iter().enumerate() {
        let matcher = &text[place.clone()];
        let sign = matcher.find(['=', '!'])?;
        let (equal, at) = match matcher.get(sign..sign + 2) {
            Some("=~") => ("= ", place.start + sign),
            Some("!~") => ("!=", place.start + sign),
            _ => continue,
        };
        if !is_valid(&matcher[sign + 2..]) {
            return None;
        }
        plain.text.replace_range(at..at + 2, equal);
        plain.replaced.push(number);
    }
    Some(plain)
}

fn is_valid(quoted: &str) -> bool {
    let known = KNOWN.with_borrow(|it| it.contains(quoted));
    let valid = known || parser::parse(&format!("x{{x=~{quoted}}}")).is_ok();
    if valid && !known {
        KNOWN.with_borrow_mut(|it| {
            if it.len() == KNOWN_MAX {
                it.clear();
            }
            it.insert(quoted.to_owned());
        });
    }
    valid
}
