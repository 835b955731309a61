//! Children that never outlive us, and ports that are free.

use std::{
    fs::File,
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::packages;

/// How long a child may take to end in its own way before it is killed; the exporter lets journeys end for 5 s.
const GRACE: Duration = Duration::from_secs(7);

/// How long after one look at a server comes the next.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A child in a process group of its own. It is killed when this is dropped, and by the kernel when we die.
pub struct Service {
    /// What people call it.
    pub name: &'static str,
    /// Where its output goes.
    pub log: PathBuf,
    child: Child,
}

impl Service {
    /// Starts a child whose output goes to a file below `folder`.
    pub fn start(name: &'static str, folder: &Path, command: &mut Command) -> anyhow::Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let output = File::create(&log).with_context(|| format!("{} cannot be made", log.display()))?;
        let child = tied(command)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0)
            .spawn()
            .with_context(|| format!("{name} cannot be started"))?;
        Ok(Self { name, log, child })
    }

    /// Returns the number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Fails with the end of its log when the child has ended.
    pub fn check(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => Err(self.ended(status)),
        }
    }

    /// Waits until it answers well at an address.
    pub async fn answers(&mut self, url: &str, within: Duration) -> anyhow::Result<()> {
        let until = Instant::now() + within;
        loop {
            self.check()?;
            // Who listens may yet say nothing.
            let left = until.saturating_duration_since(Instant::now());
            let answer = tokio::time::timeout(left, reqwest::get(url)).await;
            if answer.is_ok_and(|it| it.is_ok_and(|it| it.status().is_success())) {
                return Ok(());
            }
            anyhow::ensure!(
                Instant::now() < until,
                "{} does not answer at {url} within {within:?}; see {}",
                self.name,
                self.log.display()
            );
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    fn ended(&self, status: ExitStatus) -> anyhow::Error {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let end = lines[lines.len().saturating_sub(12)..].join("\n");
        anyhow::anyhow!("{} ended ({status}):\n{end}", self.name)
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // It may have ended by itself: nothing left to signal is what we want.
            let _ = kill_process_group(group, signal);
        }
    }

    /// Asks the child to end, and waits for it.
    pub fn stop(&mut self) {
        self.signal(Signal::TERM);
        let until = Instant::now() + GRACE;
        while Instant::now() < until {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Wraps a command so that the kernel kills it when the thread that starts it dies, however that happens.
pub fn tied(command: &Command) -> Command {
    wrapped(packages::SETPRIV.command, &["--pdeathsig", "KILL", "--"], command)
}

/// Wraps a command that starts others, such as cargo: it gets a process namespace of its own, and when we die
/// the kernel kills all of it, down to the last compiler. Where the system allows no namespaces (a container
/// without the right), only the command itself is tied to us.
pub fn enclosed(command: &Command) -> Command {
    static ALLOWED: OnceLock<bool> = OnceLock::new();
    const FLAGS: [&str; 5] = ["--pid", "--fork", "--mount-proc", "--kill-child=KILL", "--"];
    let allowed = ALLOWED.get_or_init(|| {
        let trial =
            Command::new(packages::UNSHARE.command).args(FLAGS).arg("true").stderr(Stdio::null()).status();
        trial.is_ok_and(|it| it.success())
    });
    // unshare itself must die with us too, or nothing would tell its child.
    if *allowed { tied(&wrapped(packages::UNSHARE.command, &FLAGS, command)) } else { tied(command) }
}

/// What a command said.
pub struct Captured {
    /// Its standard output, as text.
    pub stdout: String,
    /// Its standard error, as text.
    pub stderr: String,
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
}

/// Runs a command to its end, tied to us.
pub fn captured(command: &Command) -> anyhow::Result<Captured> {
    let program = command.get_program().to_string_lossy();
    let output = tied(command).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("{program} cannot be run"))?;
    let text = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
    Ok(Captured { stdout: text(&output.stdout), stderr: text(&output.stderr), code: output.status.code() })
}

fn wrapped(wrapper: &str, flags: &[&str], command: &Command) -> Command {
    let mut outer = Command::new(wrapper);
    outer.args(flags).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    outer
}

/// Returns so many different ports that are free on loopback right now.
pub fn free_ports<const N: usize>() -> anyhow::Result<[u16; N]> {
    let mut ports = [0; N];
    let mut held = Vec::new();
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}
