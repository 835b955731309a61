//! Foreign names as names that our language allows, each given once.

use std::collections::BTreeSet;

use sla_model::id::ID_BYTES_MAX;

/// Names that mean something of their own, in any place where a foreign name could stand.
const RESERVED: [&str; 2] = ["module-dev", "sla-platform"];

/// The room that is kept for what makes a name unique.
const SUFFIX_BYTES: usize = 8;

/// Returns the nearest name that is allowed: it starts with a letter, then letters, digits, `-` and `_`.
pub fn identifier(text: &str) -> String {
    let mut name = String::new();
    let mut replaced = false;
    for letter in text.trim().chars() {
        let allowed = letter.is_ascii_alphanumeric() || letter == '_';
        match letter {
            _ if name.len() >= ID_BYTES_MAX - SUFFIX_BYTES => break,
            _ if name.is_empty() && letter.is_ascii_digit() => {
                name.push_str("x-");
                name.push(letter);
            }
            _ if name.is_empty() && !letter.is_ascii_alphabetic() => {}
            _ if allowed => name.push(letter),
            // What stands for several letters that are not allowed is one `-`.
            _ if letter != '-' && name.ends_with('-') => {}
            '-' if replaced => {}
            _ => name.push('-'),
        }
        replaced = !allowed && letter != '-';
    }
    let name = name.trim_end_matches(['-', '_']);
    let name = if name.is_empty() { "unnamed" } else { name };
    if RESERVED.contains(&name) { format!("{name}-imported") } else { name.to_owned() }
}

/// Names that are taken.
#[derive(Clone, Debug, Default)]
pub struct Taken(BTreeSet<String>);

impl Taken {
    /// Returns an allowed name that was not given before.
    pub fn give(&mut self, text: &str) -> String {
        let name = identifier(text);
        let mut unique = name.clone();
        let mut count = 1_u32;
        while !self.0.insert(unique.clone()) {
            count += 1;
            unique = format!("{name}-{count}");
        }
        unique
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sla_model::id::ObjectiveId;

    #[track_caller]
    fn named(text: &str, expected: &str) {
        assert_eq!(identifier(text), expected);
        assert!(expected.parse::<ObjectiveId>().is_ok());
    }

    #[test]
    fn any_text_becomes_a_name() {
        named("requests-availability", "requests-availability");
        named("my service (v2)", "my-service-v2");
        named("openslo.com/x", "openslo-com-x");
        named("a)-b--c", "a-b--c");
        named("2xx", "x-2xx");
        named("支付", "unnamed");
        named("", "unnamed");
        named("module-dev", "module-dev-imported");
        named(&"a".repeat(100), &"a".repeat(55));
    }

    #[test]
    fn a_name_is_given_once() {
        let mut taken = Taken::default();
        assert_eq!(["a b", "a-b", "a.b"].map(|it| taken.give(it)), ["a-b", "a-b-2", "a-b-3"]);
    }
}
