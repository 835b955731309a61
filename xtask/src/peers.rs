//! Programs that Debian does not package, built from the Go modules that `tools/peers/` pins.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::Context as _;

use crate::{
    packages::{self, find},
    process::enclosed,
};

/// A program of a Go module.
pub struct Peer {
    /// The name of the built program.
    pub name: &'static str,
    /// The folder below `tools/peers/` whose `go.mod` pins it.
    module: &'static str,
    /// The package that is built.
    package: &'static str,
    /// The requirement whose version is the program's.
    requirement: &'static str,
}

/// Generates rules from objectives.
pub const SLOTH: Peer = Peer {
    name: "sloth",
    module: "sloth",
    package: "github.com/slok/sloth/cmd/sloth",
    requirement: "github.com/slok/sloth",
};

/// Generates rules from objectives; a small program of ours around its library.
pub const PYRRA: Peer =
    Peer { name: "pyrra", module: "pyrra", package: ".", requirement: "github.com/pyrra-dev/pyrra" };

/// Checks rules more strictly than promtool.
pub const PINT: Peer = Peer {
    name: "pint",
    module: "pint",
    package: "github.com/cloudflare/pint/cmd/pint",
    requirement: "github.com/cloudflare/pint",
};

/// Prometheus 3's checker.
pub const PROMTOOL: Peer = Peer {
    name: "promtool",
    module: "prometheus",
    package: "github.com/prometheus/prometheus/cmd/promtool",
    requirement: "github.com/prometheus/prometheus",
};

/// Prometheus 3 itself.
pub const PROMETHEUS: Peer = Peer {
    name: "prometheus",
    module: "prometheus",
    package: "github.com/prometheus/prometheus/cmd/prometheus",
    requirement: "github.com/prometheus/prometheus",
};

/// Evaluates rules for VictoriaMetrics.
pub const VMALERT: Peer = Peer {
    name: "vmalert",
    module: "victoria",
    package: "github.com/VictoriaMetrics/VictoriaMetrics/app/vmalert",
    requirement: "github.com/VictoriaMetrics/VictoriaMetrics",
};

/// VictoriaMetrics in one process.
pub const VICTORIA: Peer = Peer {
    name: "victoria-metrics",
    module: "victoria",
    package: "github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics",
    requirement: "github.com/VictoriaMetrics/VictoriaMetrics",
};

/// Every part of Thanos.
pub const THANOS: Peer = Peer {
    name: "thanos",
    module: "thanos",
    package: "github.com/thanos-io/thanos/cmd/thanos",
    requirement: "github.com/thanos-io/thanos",
};

/// Reads and loads Mimir's rules. The module's versions are commits: Mimir's tags are not those of a Go module.
pub const MIMIRTOOL: Peer = Peer {
    name: "mimirtool",
    module: "mimir",
    package: "github.com/grafana/mimir/cmd/mimirtool",
    requirement: "github.com/grafana/mimir",
};

/// Leaves out the service discoveries of every cloud, which are most of what Prometheus depends on.
const TAGS: &str = "remove_all_sd";

/// What the modules need at least.
const GO: &str = "Go ≥ 1.26";

impl Peer {
    /// Returns where the program stands, after it was built if it was missing or of other sources.
    pub fn ensure(&self) -> anyhow::Result<PathBuf> {
        let folder = packages::root().join("target/tools/peers");
        let program = folder.join(self.name);
        let stamp = folder.join(format!("{}.stamp", self.name));
        let sources = self.sources()?;
        if program.exists() && fs::read_to_string(&stamp).is_ok_and(|it| it == sources) {
            return Ok(program);
        }
        anyhow::ensure!(
            find("go").is_some(),
            "`{}` is built from source with {GO}, and there is no `go` on PATH: install {GO}",
            self.name
        );
        fs::create_dir_all(&folder)?;
        self.build(&program)?;
        fs::write(&stamp, sources).with_context(|| format!("{} cannot be written", stamp.display()))?;
        Ok(program)
    }

    fn build(&self, program: &Path) -> anyhow::Result<()> {
        eprintln!("building {} {} (once; minutes)", self.name, self.version()?);
        let began = Instant::now();
        let mut build = Command::new("go");
        build.args(["build", "-trimpath", "-tags", TAGS, "-o"]).arg(program).arg(self.package);
        build.current_dir(self.folder()).env("CGO_ENABLED", "0");
        let status = enclosed(&build).status().context("go cannot be run")?;
        anyhow::ensure!(status.success(), "{} cannot be built", self.name);
        eprintln!("built {} in {:.0} s", self.name, began.elapsed().as_secs_f64());
        Ok(())
    }

    /// Returns the pinned version, such as `v0.16.0`.
    pub fn version(&self) -> anyhow::Result<String> {
        let path = self.folder().join("go.mod");
        let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        required(&text, self.requirement)
            .map(str::to_owned)
            .with_context(|| format!("{} pins no version of {}", path.display(), self.requirement))
    }

    fn folder(&self) -> PathBuf {
        packages::root().join("tools/peers").join(self.module)
    }

    /// Returns everything that decides what is built: the pinned versions, and our own program, if there is one.
    fn sources(&self) -> anyhow::Result<String> {
        let mut text = String::new();
        for name in ["go.mod", "go.sum", "main.go"] {
            let path = self.folder().join(name);
            if name != "main.go" || path.exists() {
                text += &fs::read_to_string(&path)
                    .with_context(|| format!("{} cannot be read", path.display()))?;
            }
        }
        Ok(text)
    }
}

/// Returns the version of a requirement in the text of a `go.mod`.
fn required<'t>(text: &'t str, requirement: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip_while(|it| *it == "require");
        (words.next() == Some(requirement)).then(|| words.next()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_both_forms_of_a_requirement() {
        let text = "module x\n\ntool a.b/c/cmd/c\n\nrequire (\n\ta.b/c/d v9.9.9\n\ta.b/c v1.2.3 // indirect\n)\nrequire e.f/g v0.1.0\n";
        assert_eq!(required(text, "a.b/c"), Some("v1.2.3"));
        assert_eq!(required(text, "e.f/g"), Some("v0.1.0"));
        assert_eq!(required(text, "a.b"), None);
    }

    #[test]
    fn every_peer_is_pinned() {
        let engines = [VMALERT, VICTORIA, THANOS, MIMIRTOOL];
        for peer in [SLOTH, PYRRA, PINT, PROMTOOL, PROMETHEUS].into_iter().chain(engines) {
            assert!(peer.version().unwrap().starts_with('v'), "{}", peer.name);
        }
    }
}
