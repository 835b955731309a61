//! Goal: whenever `cargo xtask` is killed, nothing that it started lives on.
//! Method: every process that it starts inherits a mark in its environment; after the kill, /proc is searched.

use std::{
    fs,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use xtask::{packages, process::tied};

const MARK: &str = "SLAFORGE_LEFTOVER_TEST";

/// How long the kernel and the children themselves may take to end.
const GONE_WITHIN: Duration = Duration::from_secs(10);

fn start(mark: &str, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).current_dir(packages::root()).env(MARK, mark);
    tied(&command).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Returns the commands of all processes with the mark, without zombies that nobody has waited for.
fn marked(mark: &str) -> Vec<String> {
    let wanted = format!("{MARK}={mark}");
    let processes = fs::read_dir("/proc").unwrap().flatten().map(|it| it.path());
    let is_marked = |it: &std::path::PathBuf| {
        let environment = fs::read(it.join("environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|it| it == wanted.as_bytes())
    };
    processes.filter(is_marked).map(|it| fs::read_to_string(it.join("comm")).unwrap_or_default()).collect()
}

/// Waits until a process of this name runs, so that the kill comes in the middle of things.
#[track_caller]
fn wait_for(mark: &str, name: &str) {
    let until = Instant::now() + Duration::from_mins(10);
    while !marked(mark).iter().any(|it| it.starts_with(name)) {
        assert!(Instant::now() < until, "{name} never ran among {:?}", marked(mark));
        thread::sleep(Duration::from_millis(20));
    }
}

#[track_caller]
fn leaves_nothing(arguments: &[&str], in_the_midst_of: &str, signal: Signal) {
    let mark = format!("{}-{in_the_midst_of}-{}", arguments.join("-"), signal.as_raw());
    let mut child = start(&mark, arguments);
    wait_for(&mark, in_the_midst_of);
    let id = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    kill_process(id, signal).unwrap();
    child.wait().unwrap();
    let until = Instant::now() + GONE_WITHIN;
    while !marked(&mark).is_empty() {
        assert!(Instant::now() < until, "still alive after {arguments:?}: {:?}", marked(&mark));
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_killed_demo_leaves_no_process() {
    let _alone = crate::alone();
    for signal in [Signal::KILL, Signal::INT] {
        leaves_nothing(&["demo"], "sla-shop", signal);
        leaves_nothing(&["demo"], "prometheus", signal);
    }
}

#[test]
fn a_killed_test_run_leaves_no_process() {
    let _alone = crate::alone();
    for signal in [Signal::KILL, Signal::INT] {
        leaves_nothing(&["test", "rules"], "promtool", signal);
        leaves_nothing(&["test", "sla-model"], "cargo", signal);
    }
}
