//! VictoriaMetrics with the same samples: vmalert replays the target's rules over the same time.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::Context as _;
use serde_json::{Value, json};

use super::{
    START_MAX,
    scene::{ASKED, END_MS, Scene, end, first},
};
use crate::{
    bench::report::{Findings, Must},
    peers,
    process::{Captured, Service, captured, free_ports},
    prometheus::Prometheus,
};

/// Its `rate()` counts whole increases, without extrapolation.
const OFF_PERCENT: f64 = 0.5;

/// Compares what was recorded with Prometheus' numbers.
pub async fn measure(scene: &Scene, findings: &mut Findings) -> anyhow::Result<()> {
    let [port] = free_ports()?;
    let place = scene.folder.path();
    let mut command = Command::new(peers::VICTORIA.ensure()?);
    command.arg(format!("-storageDataPath={}", place.join("victoria").display()));
    command.arg(format!("-httpListenAddr=127.0.0.1:{port}")).arg("-retentionPeriod=100y");
    // It remembers for a while that a series is not there.
    command.arg("-search.disableCache");
    let mut service = Service::start("victoria-metrics", place, &mut command)?;
    let base = format!("http://127.0.0.1:{port}");
    service.answers(&format!("{base}/health"), START_MAX).await?;
    let client = reqwest::Client::new();
    let sent =
        client.post(format!("{base}/api/v1/import/prometheus")).body(Scene::exposition()).send().await?;
    anyhow::ensure!(sent.status().is_success(), "VictoriaMetrics takes no samples: {}", sent.status());
    let flush = async || client.get(format!("{base}/internal/force_flush")).send().await;
    flush().await?;
    let began = Instant::now();
    // Groups run one after the other, as their delays have it on a live vmalert: what one records, the next one reads.
    for path in groups(scene)? {
        replay(&base, &path)?;
        flush().await?;
    }
    eprintln!("vmalert: replayed in {:.0} s", began.elapsed().as_secs_f64());
    let victoria = Prometheus::new(base.clone())?;
    for asked in ASKED {
        let expected = scene.server.number(asked, END_MS).await?;
        let expected = expected.with_context(|| format!("Prometheus has no {asked}"))?;
        let found = victoria.number(asked, Some(end()?)).await?;
        findings.figure("prometheus", asked, Some(expected), "");
        findings.figure("victoria", asked, found, "");
        let off = found.map(|it| (it / expected - 1.0).abs() * 100.0);
        findings.limit(&format!("victoria: {asked} off by"), Must::AtMost, OFF_PERCENT, off, "%");
    }
    service.stop();
    Ok(())
}

/// Writes every group to a file of its own, in their order.
fn groups(scene: &Scene) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for file in scene.files("victoria", "rules/victoria")? {
        let document: Value = serde_yaml::from_str(&fs::read_to_string(&file)?)?;
        for group in document["groups"].as_array().context("a file without groups")? {
            let path = scene.folder.path().join(format!("group-{}.yaml", paths.len()));
            fs::write(&path, serde_yaml::to_string(&json!({"groups": [group]}))?)?;
            paths.push(path);
        }
    }
    Ok(paths)
}

fn replay(base: &str, rules: &Path) -> anyhow::Result<()> {
    let mut replay = Command::new(peers::VMALERT.ensure()?);
    replay.arg(format!("-rule={}", rules.display()));
    for flag in ["datasource", "remoteWrite", "remoteRead"] {
        replay.arg(format!("-{flag}.url={base}"));
    }
    replay.args([format!("-replay.timeFrom={}", first()?), format!("-replay.timeTo={}", end()?)]);
    replay.args(["-replay.disableProgressBar", "-replay.maxDatapointsPerQuery=2000", "-replay.rulesDelay=0"]);
    let Captured { stdout, stderr, code } = captured(&replay)?;
    anyhow::ensure!(code == Some(0), "vmalert cannot replay {}:\n{stdout}{stderr}", rules.display());
    Ok(())
}
