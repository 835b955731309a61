//! Every text that fuzzing ever found interesting is imported again: none of them makes the importer panic, and
//! what it writes always passes the check.

use std::fs;

use sla_import::{Format, Options, Refused};
use sla_spec::SourceSet;

use crate::{root, sorted};

#[track_caller]
fn replayed(folder: &str, format: Format) {
    let files = sorted(&root().join("fuzz/corpus").join(folder));
    assert!(files.len() >= 3, "{folder} has only {} texts", files.len());
    for path in files {
        let set = SourceSet::new([("x.yaml".to_owned(), fs::read(&path).unwrap())]);
        match sla_import::import(format, set, Options::default()) {
            Ok(import) => assert_eq!(sla_import::check(&import.spec), Ok(()), "{}", path.display()),
            Err(refused) => assert!(!matches!(refused, Refused::Unsound(_)), "{}: {refused}", path.display()),
        }
    }
}

#[test]
fn the_texts_of_sloth_are_survived() {
    replayed("import_sloth", Format::Sloth);
}

#[test]
fn the_texts_of_pyrra_are_survived() {
    replayed("import_pyrra", Format::Pyrra);
}

#[test]
fn the_texts_of_openslo_are_survived() {
    replayed("import_openslo", Format::OpenSlo);
}
