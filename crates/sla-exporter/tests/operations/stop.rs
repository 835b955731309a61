//! The end of a process that was asked to end.

use std::{process::Command, time::Duration};

use super::{
    exporter::{Exporter, specification},
    target::{Target, ok},
};

/// A step takes longer than answers in the making may, and shorter than what is waited for.
const STEP: Duration = Duration::from_millis(1200);

#[test]
fn a_journey_cleans_up_behind_itself() {
    let target = Target::open(STEP, ok("text/plain", "ok"));
    let url = target.url();
    // Ten minutes are ten seconds at this pace.
    let exporter = Exporter::start(
        &specification(&format!(
            "journeys:\n  a:\n    module: shop\n    every: 10m\n    timeout: 30s\n    steps:\n      \
             - order: {{http: {{post: \"{url}order\"}}}}\n      \
             - cancel: {{http: {{post: \"{url}cancel\"}}, always: true}}\n"
        )),
        &[],
    );
    let asked = |path: &str| target.last.lock().unwrap().starts_with(&format!("POST /{path} "));
    exporter.until("first step", || asked("order"));
    let sent = Command::new("kill").args(["-TERM", &exporter.id().to_string()]).status().unwrap();
    assert!(sent.success());
    exporter.until("clean-up", || asked("cancel"));
}
