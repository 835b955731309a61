//! Files that never answer, and signals at any time.

use std::{
    fs,
    os::unix::process::ExitStatusExt as _,
    process::{Command, Stdio},
    time::Instant,
};

use super::{
    client::PATIENCE,
    exporter::{Exporter, run, specification, tied},
};

fn pipe(path: &std::path::Path) {
    // A file of the same name makes way.
    let _ = fs::remove_file(path);
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Without a limit, opening a pipe waits for somebody who writes.
#[test]
fn a_pipe_is_refused_and_the_old_specification_stays() {
    let text = specification("secrets:\n  token: {file: token}\n");
    let exporter = Exporter::start(&text, &[]);
    pipe(&exporter.path("sla.yaml"));
    let answer = exporter.reload();
    assert_eq!(answer.status, 500);
    assert!(answer.text().contains("it is neither a file nor a folder"), "{}", answer.text());
    exporter.reaches("sla_config_last_reload_successful", |it| it < 1.0);
    fs::remove_file(exporter.path("sla.yaml")).unwrap();
    fs::write(exporter.path("sla.yaml"), text).unwrap();
    pipe(&exporter.path("token"));
    assert_eq!(exporter.reload().status, 200);
    exporter.until("word of the secret", || {
        exporter.log().lines().any(|it| it.contains("secret=token") && it.contains("neither a file"))
    });
    let folder = tempfile::tempdir().unwrap();
    pipe(&folder.path().join("sla.yaml"));
    let (code, said) = run(folder.path(), &["--config.file", "sla.yaml"]);
    assert!(code == 2 && said.contains("neither a file nor a folder"), "{code} {said}");
}

#[test]
fn a_pipe_is_no_web_configuration_either() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sla.yaml"), specification("")).unwrap();
    fs::write(folder.path().join("web.yml"), "").unwrap();
    let exporter = Exporter::start_in(folder, &["--config.file", "sla.yaml", "--web.config.file", "web.yml"]);
    pipe(&exporter.path("web.yml"));
    let answer = exporter.reload();
    assert!(
        answer.status == 500 && answer.text().contains("neither a file nor a folder"),
        "{}",
        answer.text()
    );
    exporter.reaches("sla_web_config_last_reload_successful", |it| it < 1.0);
    exporter.end("TERM");
}

/// A hangup that comes before anything was read must not kill, and a request to end must be heard at any time: the
/// specification of this one is large enough to be read for a while.
#[test]
fn signals_are_heard_from_the_beginning() {
    let probe = |it| {
        format!("  p{it}: {{http: {{get: \"http://127.0.0.1:1/\"}}, every: 1h, timeout: 5s, module: shop}}\n")
    };
    let probes: Vec<_> = (0..30_000).map(probe).collect();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sla.yaml"), specification(&format!("probes:\n{}", probes.concat())))
        .unwrap();
    // After a hangup it goes on to the end; after a request to end it does not.
    for (signal, expected) in [("HUP", "ok: `shop`; "), ("TERM", "")] {
        let process = tied(env!("CARGO_BIN_EXE_sla_exporter"))
            .args(["--web.listen-address", "127.0.0.1:0", "--config.file", "sla.yaml", "--config.check"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for_handlers(process.id());
        let sent = Command::new("kill").args([&format!("-{signal}"), &process.id().to_string()]).status();
        assert!(sent.unwrap().success());
        let output = process.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.status.signal()), (Some(0), None), "{signal}");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.starts_with(expected) && said.is_empty() == expected.is_empty(), "{signal}: {said}");
    }
}

/// Waits until the kernel says that the process handles hangups: the bit of signal 1 in `SigCgt`, while it still reads.
fn wait_for_handlers(process: u32) {
    let until = Instant::now() + PATIENCE;
    loop {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let caught = status.lines().find_map(|it| it.strip_prefix("SigCgt:")).unwrap_or("0");
        if u64::from_str_radix(caught.trim(), 16).unwrap() & 1 == 1 {
            return;
        }
        assert!(Instant::now() < until, "it never handles SIGHUP: {status}");
    }
}

/// The limit is that of the process, as the kernel has it.
#[test]
fn the_limit_of_open_files_is_raised() {
    let exporter = Exporter::start(&specification(""), &[]);
    let limits = fs::read_to_string(format!("/proc/{}/limits", exporter.id())).unwrap();
    let files = limits.lines().find(|it| it.starts_with("Max open files")).unwrap();
    let numbers: Vec<&str> = files.split_whitespace().skip(3).take(2).collect();
    assert_eq!(numbers[0], numbers[1], "{files}");
}
