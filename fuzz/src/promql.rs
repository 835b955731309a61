//! No query makes the reader panic, and a selector that is read prints as itself.

use std::fmt::Write as _;

use sla_spec::promql;

/// Reads a text as a selector, as an expression, and as the query of an objective.
pub fn survives(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let selector = promql::selector(text);
    let _ = promql::selectors(text);
    if let Ok(selector) = &selector {
        assert_eq!(promql::selector(&selector.to_string()).as_ref(), Ok(selector), "{text}");
    }
    let mut quoted = String::new();
    for letter in text.chars() {
        // Writing to a String cannot fail.
        let _ = write!(quoted, "\\U{:08x}", u32::from(letter));
    }
    let spec = format!(
        "version: sla/v1\nname: x\nowners: {{o: {{webhook: {{url: \"http://o/\"}}}}}}\nmodules: {{m: {{owner: o}}}}\n\
         objectives: {{q: {{module: m, target: 99%, indicator: {{ratio: {{bad: \"{quoted}\", total: \"{quoted}\"}}}}}}}}\n"
    );
    crate::spec::survives(spec.as_bytes());
}
