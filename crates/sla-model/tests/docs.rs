//! The reference page of metrics stands in `docs/` as it would be made now.
//!
//! `SLA_BLESS=1 cargo test -p sla-model` writes it anew; review the difference as code.

use std::{fs, path::Path};

#[test]
fn the_reference_of_metrics_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/metrics.md");
    let expected = sla_model::names::manual();
    if std::env::var_os("SLA_BLESS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/metrics.md is out of date; SLA_BLESS=1 cargo test -p sla-model writes it anew"
    );
}
