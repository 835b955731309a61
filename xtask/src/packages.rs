//! Programs that come from the system's packages.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context as _;

/// A program and the Debian package that holds it.
pub struct Program {
    /// The command, or its path where it is not on PATH.
    pub command: &'static str,
    /// The package.
    pub package: &'static str,
}

/// Prometheus and its checker.
pub const PROMETHEUS: Program = Program { command: "prometheus", package: "prometheus" };
/// Checks rules, runs their tests.
pub const PROMTOOL: Program = Program { command: "promtool", package: "prometheus" };
/// Alertmanager, under Debian's name.
pub const ALERTMANAGER: Program =
    Program { command: "prometheus-alertmanager", package: "prometheus-alertmanager" };
/// Checks Alertmanager's configuration.
pub const AMTOOL: Program = Program { command: "amtool", package: "prometheus-alertmanager" };
/// Checks compose files.
pub const COMPOSE: Program = Program { command: "docker-compose", package: "docker-compose" };
/// A server for the shop's tables; Debian keeps it off PATH.
pub const POSTGRES: Program =
    Program { command: "/usr/lib/postgresql/15/bin/postgres", package: "postgresql-15" };
/// Another one.
pub const MARIADB: Program = Program { command: "mariadbd", package: "mariadb-server-core" };
/// What MariaDB's installer calls and its package does not bring.
pub const MARIADB_DEFAULTS: Program =
    Program { command: "my_print_defaults", package: "mariadb-client-core" };
/// Speaks TLS with the exporter.
pub const OPENSSL: Program = Program { command: "openssl", package: "openssl" };
/// Ties the life of a child to ours; part of every Debian.
pub const SETPRIV: Program = Program { command: "setpriv", package: "util-linux" };

/// Gives a command and all its descendants a life of their own; part of every Debian.
pub const UNSHARE: Program = Program { command: "unshare", package: "util-linux" };

/// Lays out pages as a person sees them.
pub const CHROMIUM: Program = Program { command: "chromium", package: "chromium" };
/// Chinese letters, for their widths.
pub const CHINESE: Program =
    Program { command: "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", package: "fonts-wqy-microhei" };

/// Fetches Go modules; any version can.
pub const GO: Program = Program { command: "go", package: "golang-go" };
/// Compiles libFuzzer.
pub const COMPILER: Program = Program { command: "g++", package: "g++" };

/// Returns where a program is, if it is installed.
pub fn find(command: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|it| it.join(command)).find(|it| it.is_file())
}

/// Installs what is missing with one call, and nothing where nothing is. Where that cannot be done, the error
/// holds the exact words that do it.
pub fn ensure(programs: &[Program]) -> anyhow::Result<()> {
    let mut missing: Vec<&str> =
        programs.iter().filter(|it| find(it.command).is_none()).map(|it| it.package).collect();
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    let by_hand = format!("apt-get update && apt-get install -y --no-install-recommends {list}");
    let root = rustix::process::geteuid().is_root();
    anyhow::ensure!(
        root && find("apt-get").is_some(),
        "missing: {list}; install with root's rights:\n  {by_hand}\n(on another system: Prometheus ≥ 2.42, Alertmanager ≥ 0.25, promtool and amtool on PATH)"
    );
    eprintln!("installing {list}");
    for arguments in [&["update", "-qq"][..], &["install", "-y", "-qq", "--no-install-recommends"]] {
        let packages = if arguments[0] == "install" { &missing[..] } else { &[] };
        let status = Command::new("apt-get")
            .args(arguments)
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .context("apt-get cannot be run")?;
        anyhow::ensure!(status.success(), "apt-get failed; try by hand:\n  {by_hand}");
    }
    for program in programs {
        anyhow::ensure!(
            find(program.command).is_some(),
            "`{}` is still missing after installing {list}",
            program.command
        );
    }
    Ok(())
}

/// Returns the first line that a program says about its version.
pub fn version(program: &str, flag: &str) -> String {
    let output = Command::new(program).arg(flag).output();
    let text = output.map(|it| [it.stdout, it.stderr].concat()).unwrap_or_default();
    String::from_utf8_lossy(&text).lines().next().unwrap_or(program).to_owned()
}

/// Returns the root of the checkout.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
