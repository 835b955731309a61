//! The rules on other engines than Prometheus: read by each engine's own checker, and evaluated by the engine with the
//! values held against Prometheus'.

mod operator;
mod readers;
mod scene;
mod victoria;

use std::{process::ExitCode, time::Duration};

use crate::{
    bench::{
        self,
        report::{Findings, Report},
    },
    packages, peers,
};
use scene::Scene;

/// Runs everything and writes `docs/evidence/engines.json`.
pub async fn run() -> anyhow::Result<ExitCode> {
    packages::ensure(&[packages::PROMETHEUS, packages::PROMTOOL, packages::SETPRIV, packages::UNSHARE])?;
    let mut findings = Findings::default();
    readers::check(&mut findings)?;
    operator::check(&mut findings)?;
    let scene = Scene::set().await?;
    victoria::measure(&scene, &mut findings).await?;
    findings.print_limits();
    let holds = findings.limits.iter().all(|it| it.holds);
    let report = Report {
        claim: "the rules are read by other engines, and give Prometheus' numbers there",
        command: "cargo xtask full engines".to_owned(),
        machine: bench::machine(),
        versions: vec![
            packages::version(packages::PROMETHEUS.command, "--version"),
            format!("VictoriaMetrics and vmalert {}", peers::VICTORIA.version()?),
            format!("thanos {}", peers::THANOS.version()?),
            format!("mimirtool {}", peers::MIMIRTOOL.version()?),
            format!("prometheus-operator's PrometheusRule {}", operator::VERSION),
        ],
        inside: vec![
            "examples/pharmacy and examples/kinds: vmalert -dryRun; thanos tools rules-check; mimirtool rules lint; the CRD's own schema, closed against unknown keys".to_owned(),
            "twelve hours of one counter, even but for one outage, scraped every 30 s on time; Prometheus: rules evaluated level by level; VictoriaMetrics: vmalert -replay of the same time, group by group, no alerts compared".to_owned(),
        ],
        figures: findings.figures,
        limits: findings.limits,
        holds,
    };
    bench::keep("engines", &report)?;
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How long a server may take to answer.
const START_MAX: Duration = Duration::from_mins(1);
