//! A running `sla_exporter`, and the files it reads.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::client::{self, Answer, PATIENCE};

/// A specification with what every specification needs, and `rest`.
pub fn specification(rest: &str) -> String {
    format!(
        "version: sla/v1\nname: shop\nowners:\n  dev: {{webhook: {{url: \"http://pager/dev\"}}}}\n\
         modules:\n  shop: {{owner: dev}}\n{rest}"
    )
}

/// The process. Dropping it ends it and removes its files.
pub struct Exporter {
    process: Child,
    pub address: SocketAddr,
    log: Arc<Mutex<String>>,
    pub folder: TempDir,
}

/// Returns a command that the kernel ends together with this thread, so that no test leaves a process behind.
pub fn tied(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", program]);
    command
}

/// Runs the exporter to its end; returns its exit code and all that it said.
pub fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_sla_exporter"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the exporter runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}

impl Exporter {
    /// Starts with a specification at pace 60.
    pub fn start(specification: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("sla.yaml"), specification).unwrap();
        Self::start_in(folder, &[&["--config.file", "sla.yaml"], arguments].concat())
    }

    /// Starts with files that stand already.
    pub fn start_in(folder: TempDir, arguments: &[&str]) -> Self {
        let mut process = tied(env!("CARGO_BIN_EXE_sla_exporter"))
            .args(["--web.listen-address", "127.0.0.1:0", "--pace", "60"])
            .args(arguments)
            .current_dir(folder.path())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the exporter starts");
        let log = Arc::<Mutex<String>>::default();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let kept = Arc::clone(&log);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut log = kept.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let until = Instant::now() + PATIENCE;
        let address = loop {
            let said = log.lock().unwrap().clone();
            let words = said.split("address=").nth(1).or_else(|| said.split("\"address\":\"").nth(1));
            let found = words.and_then(|it| it.split([' ', '\n', '"']).next()?.parse().ok());
            if let Some(address) = found {
                break address;
            }
            assert!(
                process.try_wait().unwrap().is_none() && Instant::now() < until,
                "it does not start:\n{said}"
            );
            thread::sleep(Duration::from_millis(5));
        };
        Self { process, address, log, folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Sends a signal and waits until it ended well.
    #[track_caller]
    pub fn end(mut self, signal: &str) {
        let sent = Command::new("kill").args([format!("-{signal}"), self.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
        let until = Instant::now() + PATIENCE;
        while self.process.try_wait().expect("it is ours").is_none() {
            assert!(Instant::now() < until, "it does not end; the log:\n{}", self.log());
            thread::sleep(Duration::from_millis(5));
        }
        assert!(self.process.wait().expect("it ended").success(), "{}", self.log());
    }

    #[track_caller]
    pub fn get(&self, path: &str, headers: &str) -> Answer {
        client::request(self.address, "GET", path, headers).unwrap()
    }

    #[track_caller]
    pub fn reload(&self) -> Answer {
        client::request(self.address, "POST", "/-/reload", "").unwrap()
    }

    pub fn page(&self) -> String {
        self.get("/metrics", "").text()
    }

    /// Returns the value of a series on the page, if it is there.
    pub fn value(&self, series: &str) -> Option<f64> {
        value(&self.page(), series)
    }

    /// Waits until the value of a series is what it should be.
    #[track_caller]
    pub fn reaches(&self, series: &str, holds: impl Fn(f64) -> bool) {
        let what = format!("right value of `{series}`");
        self.until(&what, || self.value(series).is_some_and(&holds));
    }

    #[track_caller]
    pub fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < end, "no {what} within {PATIENCE:?}; the log:\n{}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns the value of a series on a page in the text format.
pub fn value(page: &str, series: &str) -> Option<f64> {
    page.lines().find_map(|it| it.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
}
