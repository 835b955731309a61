//! No specification makes the reader panic, and a text without a model has a reason with a place.

use std::collections::BTreeMap;

use sla_spec::{SourceSet, report};

/// Loads some bytes and renders whatever is said of them.
pub fn survives(bytes: &[u8]) {
    let set = SourceSet::new([("x.yaml".to_owned(), bytes.to_vec())]);
    let problems = match sla_spec::load(&set, &BTreeMap::new()) {
        Ok(loaded) => loaded.warnings,
        Err(problems) => {
            assert!(!problems.is_empty(), "no model and no reason");
            problems
        }
    };
    let text = report::text(&problems, &set, false);
    assert!(text.matches("[x.yaml:").count() >= problems.len(), "a problem without a place: {text}");
    assert!(problems.is_sorted_by_key(|it| it.span), "{text}");
}
