//! Every text that fuzzing starts from or ever failed on is imported again.

use std::fs;

use sla_import::Format;

use crate::{root, sorted};

#[path = "../../../../fuzz/src/import.rs"]
mod import;

#[track_caller]
fn replayed(folder: &str, format: Format) {
    let files = sorted(&root().join("fuzz/corpus").join(folder));
    assert!(files.len() >= 3, "{folder} has only {} texts", files.len());
    for path in files {
        println!("{}", path.display());
        import::survives(format, &fs::read(&path).unwrap());
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
