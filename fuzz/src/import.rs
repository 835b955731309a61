//! No foreign text makes the importer panic, and what it writes passes the check.

use sla_import::{Format, Options, Refused};
use sla_spec::SourceSet;

/// Imports some bytes and renders the report.
pub fn survives(format: Format, bytes: &[u8]) {
    let set = SourceSet::new([("x.yaml".to_owned(), bytes.to_vec())]);
    match sla_import::import(format, set, Options::default()) {
        Ok(import) => {
            assert_eq!(sla_import::check(&import.spec), Ok(()), "{}", import.spec);
            assert!(import.report.text().ends_with("to do\n"));
            assert!(import.report.json().ends_with("}\n"));
        }
        Err(refused) => {
            assert!(!matches!(refused, Refused::Unsound(_)), "{refused}");
            assert!(!refused.to_string().is_empty());
        }
    }
}
