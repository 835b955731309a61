//! What is made of the tables stands in `docs/` as it would be made now.
//!
//! `SLA_BLESS=1 cargo test -p sla-spec` writes it anew; review the difference as code.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its files should stop at once")]

use std::{fs, path::Path};

use sla_spec::{manual, schema};

/// Compares a file of `docs/` with what it should be.
#[track_caller]
fn stands(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    if std::env::var_os("SLA_BLESS").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/{name} is out of date; SLA_BLESS=1 cargo test -p sla-spec writes it anew"
    );
}

#[test]
fn the_schema_is_up_to_date() {
    stands("sla-v1.schema.json", &schema::text());
}

#[test]
fn the_reference_of_keys_is_up_to_date() {
    stands("spec.md", &manual::keys());
}

#[test]
fn the_reference_of_problems_is_up_to_date() {
    stands("problems.md", &manual::problems());
}
