//! Every text that fuzzing starts from or ever failed on is read again.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its texts should stop at once")]

use std::{fs, path::Path};

#[path = "../../../fuzz/src/promql.rs"]
mod promql;
#[path = "../../../fuzz/src/spec.rs"]
mod spec;

#[track_caller]
fn replayed(folder: &str, survives: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(folder);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 3, "only {} texts", paths.len());
    for path in paths {
        println!("{}", path.display());
        survives(&fs::read(&path).unwrap());
    }
}

#[test]
fn the_specifications_are_survived() {
    replayed("spec", spec::survives);
}

#[test]
fn the_queries_are_survived() {
    replayed("promql", promql::survives);
}
