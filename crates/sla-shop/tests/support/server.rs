//! Real database servers: on their own socket folder and free port, gone with the test.

use std::{
    fs,
    io::Read,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// How long a server may take to start; far more than it takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// What installs the servers.
const INSTALL: &str = "apt-get install -y --no-install-recommends postgresql-15 mariadb-server-core \
    mariadb-client-core";

/// The user of every Unix that owns nothing: `PostgreSQL` refuses to run as root.
const NOBODY: u32 = 65_534;

/// A running server, killed when dropped or when the thread of the test ends.
pub struct Server {
    child: Child,
    url: String,
    _folder: TempDir,
}

impl Server {
    /// Starts an empty `PostgreSQL`.
    pub fn postgres() -> Self {
        let bin = newest_postgres();
        let folder = folder();
        let data = folder.path().join("data");
        let init = unprivileged(&bin.join("initdb"))
            .args(["--username=shop", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
        let port = free_port();
        let mut command = unprivileged(&bin.join("postgres"));
        command.arg("-D").arg(&data).arg("-p").arg(port.to_string()).arg("-k").arg(folder.path());
        // No power is cut during a test: waiting for the disk would prove nothing.
        command.args(["-h", "127.0.0.1", "-c", "fsync=off", "-c", "max_connections=50"]);
        // In its folder, which goes with it: a server that is killed leaves shared memory behind.
        command.args(["-c", "dynamic_shared_memory_type=mmap"]);
        let url = format!("postgres://shop@127.0.0.1:{port}/postgres");
        Self::start(command, folder, port, url)
    }

    /// Starts an empty `MariaDB` with a database `shop`.
    pub fn mariadb() -> Self {
        let (server, install) = (find("mariadbd"), find("mariadb-install-db"));
        // The installer calls it, and Debian keeps it in another package.
        find("my_print_defaults");
        let folder = folder();
        let data = folder.path().join("data");
        let init = unprivileged(&install)
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"])
            .arg(format!("--datadir={}", data.display()))
            .output()
            .unwrap();
        assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stdout));
        let start = folder.path().join("start.sql");
        fs::write(&start, "CREATE DATABASE shop;\n").unwrap();
        let port = free_port();
        let mut command = unprivileged(&server);
        command.arg("--no-defaults").arg(format!("--datadir={}", data.display()));
        command.arg(format!("--socket={}", folder.path().join("socket").display()));
        command.arg(format!("--port={port}")).arg(format!("--init-file={}", start.display()));
        // As above; and one test needs little memory.
        command.args(["--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=0"]);
        command.args(["--innodb-flush-method=nosync", "--innodb-buffer-pool-size=32M"]);
        Self::start(command, folder, port, format!("mysql://root@127.0.0.1:{port}/shop"))
    }

    /// Returns the URL of a database that the shop may have.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn start(mut command: Command, folder: TempDir, port: u16, url: String) -> Self {
        let log = folder.path().join("log");
        let output = fs::File::create(&log).unwrap();
        command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
        let mut server = Self { child: command.spawn().unwrap(), url, _folder: folder };
        let end = Instant::now() + PATIENCE;
        while !answers(port) {
            let ended = server.child.try_wait().unwrap();
            let log = || fs::read_to_string(&log).unwrap_or_default();
            assert!(ended.is_none() && Instant::now() < end, "the server does not start:\n{}", log());
            thread::sleep(Duration::from_millis(50));
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether something on that port speaks: `MariaDB` greets, and `PostgreSQL`, which listens once it is ready,
/// waits for us to begin.
fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else {
        return false;
    };
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let greeting = stream.read(&mut [0; 1]);
    matches!(greeting, Ok(1)) || greeting.is_err()
}

/// Runs a program as nobody, whose end is ours.
fn unprivileged(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if is_root() {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    }
    command.args(["--pdeathsig", "KILL"]).arg(program).current_dir("/").env_remove("HOME");
    command
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    if is_root() {
        chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    folder
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

fn newest_postgres() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut bins: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    bins.retain(|bin| bin.join("initdb").is_file());
    bins.sort();
    bins.pop().unwrap_or_else(|| panic!("no PostgreSQL server in /usr/lib/postgresql; run: {INSTALL}"))
}

fn find(program: &str) -> PathBuf {
    let places = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"];
    places
        .map(|place| Path::new(place).join(program))
        .into_iter()
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("`{program}` is not installed; run: {INSTALL}"))
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
