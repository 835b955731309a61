//! Goal: foreign specifications become ours on standard output or in a new file, the report goes to standard error,
//! and the exit code tells what happened.

use std::{
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::bench::Outcome;

const SLOTH: &str = "version: prometheus/v1\nservice: shop\nslos:\n  - name: orders\n    objective: 99.9\n    description: Orders are taken.\n    sli:\n      events:\n        error_query: sum(rate(orders_failed_total[{{.window}}]))\n        total_query: sum(rate(orders_total[{{.window}}]))\n";

/// A folder with one foreign file.
struct Desk(TempDir);

impl Desk {
    fn with(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("in.yaml"), text).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str], input: &str) -> Outcome {
        let mut command = Command::new(env!("CARGO_BIN_EXE_slaforge"));
        command.args(arguments).current_dir(self.0.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        Outcome {
            exit: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

#[test]
fn an_import_passes_the_check_and_gives_rules() {
    let desk = Desk::with(SLOTH);
    let outcome = desk.run(&["import", "sloth", "in.yaml", "--out", "sla.yaml"], "");
    assert_eq!((outcome.exit, outcome.stdout.as_str()), (Some(0), ""), "{}", outcome.stderr);
    assert!(outcome.stderr.ends_with("1 objective from 1 file: 0 lost, 0 changed, 0 notes, 4 to do\n"));
    let outcome = desk.run(&["check", "sla.yaml"], "");
    assert_eq!((outcome.exit, outcome.stderr.as_str()), (Some(0), ""));
    assert_eq!(desk.run(&["fmt", "sla.yaml", "--check"], "").exit, Some(0));
    let outcome = desk.run(&["generate", "sla.yaml", "--out", "out"], "");
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    let rules = fs::read_to_string(desk.path("out/rules/shop-orders.rules.yaml")).unwrap();
    assert!(rules.contains("orders_failed_total"), "{rules}");
}

#[test]
fn standard_input_goes_to_standard_output() {
    let desk = Desk::with("");
    let outcome = desk.run(&["import", "sloth", "-", "--window", "28d", "--format", "json"], SLOTH);
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("\n    window: 28d\n"), "{}", outcome.stdout);
    let report: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!((&report["format"], &report["objectives"]), (&"Sloth".into(), &1.into()));
    assert_eq!(report["findings"][0]["kind"], "to_do");
}

#[test]
fn a_file_is_never_replaced_unasked() {
    let desk = Desk::with(SLOTH);
    fs::write(desk.path("sla.yaml"), "mine\n").unwrap();
    let outcome = desk.run(&["import", "sloth", "in.yaml", "--out", "sla.yaml"], "");
    assert_eq!(outcome.exit, Some(2));
    assert!(outcome.stderr.contains("`sla.yaml` exists; `--force` replaces it"), "{}", outcome.stderr);
    assert_eq!(fs::read_to_string(desk.path("sla.yaml")).unwrap(), "mine\n");
    let outcome = desk.run(&["import", "sloth", "in.yaml", "--out", "sla.yaml", "--force"], "");
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    assert!(fs::read_to_string(desk.path("sla.yaml")).unwrap().contains("version: sla/v1"));
}

#[test]
fn exit_codes_tell_a_loss_from_another_language_and_a_missing_file() {
    let desk = Desk::with(&SLOTH.replace("service: shop", "service: shop\nlabels: {cluster: eu}"));
    assert_eq!(desk.run(&["import", "sloth", "in.yaml"], "").exit, Some(0));
    let strict = desk.run(&["import", "sloth", "in.yaml", "--strict"], "");
    assert_eq!(strict.exit, Some(1));
    assert!(strict.stderr.contains("in.yaml:3:1: lost `labels`: {cluster: eu}"), "{}", strict.stderr);
    let other = desk.run(&["import", "pyrra", "in.yaml"], "");
    assert_eq!((other.exit, other.stdout.as_str()), (Some(1), ""));
    assert!(other.stderr.contains("kind: ServiceLevelObjective"), "{}", other.stderr);
    let broken = desk.run(&["import", "sloth", "-"], "a: [\n");
    assert_eq!(broken.exit, Some(1));
    assert!(broken.stderr.contains("-:1:4"), "{}", broken.stderr);
    assert_eq!(desk.run(&["import", "sloth", "missing.yaml"], "").exit, Some(2));
    assert_eq!(desk.run(&["import", "sloth"], "").exit, Some(2));
    assert_eq!(desk.run(&["import", "sloth", "in.yaml", "--window", "3d"], "").exit, Some(2));
}
