//! What a story asks of the shop and of Prometheus.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use jiff::Timestamp;
use sla_model::{
    duration,
    id::ObjectiveId,
    names::{journey, probe, slo},
};

use super::{HISTORY, LOOK, Samples, StepFailures};
use crate::stage::Stage;

/// How long clean history may be waited for, beyond its own length.
const SETTLING_MAX: Duration = Duration::from_mins(2);

/// Fails with the names that exist when the shop does not know a fault: before a minute was waited.
pub async fn known(stage: &Stage, fault: &str) -> anyhow::Result<()> {
    #[derive(serde::Deserialize)]
    struct Fault {
        name: String,
    }
    let url = format!("http://127.0.0.1:{}/faults", stage.ports.admin);
    let faults: Vec<Fault> = reqwest::get(url).await?.json().await?;
    let names: Vec<&str> = faults.iter().map(|it| it.name.as_str()).collect();
    anyhow::ensure!(names.contains(&fault), "no fault `{fault}`; there are {}", names.join(", "));
    Ok(())
}

/// Waits until so much time without any bad event stands, and returns its beginning.
pub async fn clean_history(stage: &mut Stage, length: Duration) -> anyhow::Result<Timestamp> {
    let until = Instant::now() + length + SETTLING_MAX;
    let mut since: Option<Timestamp> = None;
    loop {
        stage.check()?;
        let dirt = dirt(stage).await?;
        match (&dirt, since) {
            (Some(_), _) => since = None,
            (None, None) => since = Some(Timestamp::now()),
            (None, Some(since)) if since.duration_until(Timestamp::now()).unsigned_abs() >= length => {
                return Ok(since);
            }
            (None, Some(_)) => {}
        }
        if Instant::now() > until {
            anyhow::bail!(
                "no clean history of {}: {}",
                duration::text(length),
                dirt.unwrap_or_else(|| "a bad event came in between; is the machine busy?".to_owned())
            );
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Returns what is not yet clean.
async fn dirt(stage: &Stage) -> anyhow::Result<Option<String>> {
    let busy = format!("count({} > 0)", slo::EVENTS_RATE);
    let objectives = stage.model.objectives.len();
    let recorded = stage.prometheus.number(&busy, None).await?.unwrap_or(0.0);
    if recorded < usize_as_float(objectives) {
        return Ok(Some(format!("{recorded} of {objectives} objectives have events")));
    }
    let bad =
        [(format!("{} > 0", slo::ERRORS_RATE), "slo"), (format!("{} == 0", probe::SUCCESS.name), "probe")];
    for (question, label) in bad {
        if let Some(sample) = stage.prometheus.query(&question, None).await?.first() {
            let name = sample.labels.get(label).map_or("?", String::as_str);
            return Ok(Some(format!("{label} {name} has bad events")));
        }
    }
    Ok(None)
}

fn usize_as_float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// Returns for each objective how much traffic of today's density its last hour holds (nominal).
pub async fn histories(stage: &Stage, at: Timestamp) -> anyhow::Result<BTreeMap<ObjectiveId, Duration>> {
    let expression = format!("{} / {}", slo::events("1h"), slo::EVENTS_RATE);
    let mut histories = BTreeMap::new();
    for sample in stage.prometheus.query(&expression, Some(at)).await? {
        let id: Option<ObjectiveId> = sample.labels.get("slo").and_then(|it| it.parse().ok());
        let real = Duration::try_from_secs_f64(sample.value).context("an objective without traffic")?;
        histories.extend(id.map(|it| (it, (real * stage.pace.divisor()).min(HISTORY))));
    }
    Ok(histories)
}

/// Asks which steps failed between fault and recovery.
pub async fn failures(
    stage: &Stage,
    fault: Timestamp,
    healed: Timestamp,
) -> anyhow::Result<Vec<StepFailures>> {
    // A reason appears with its first failure, so its first sample is no increase: the difference of counts.
    let name = journey::STEP_FAILURES.name;
    let now = stage.prometheus.query(name, Some(healed)).await?;
    let before = stage.prometheus.query(name, Some(fault)).await?;
    let mut failures = Vec::new();
    for sample in now {
        let old = before.iter().find(|it| it.labels == sample.labels).map_or(0.0, |it| it.value);
        let label = |name: &str| sample.labels.get(name).cloned().unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of failures")]
        let count = (sample.value - old).max(0.0) as u64;
        if count > 0 {
            failures.push(StepFailures {
                probe: label("probe"),
                step: label("step"),
                reason: label("reason"),
                count,
            });
        }
    }
    Ok(failures)
}

/// Asks whether the series about each journey have a sample at every scrape of the outage.
pub async fn samples(stage: &Stage, fault: Timestamp, healed: Timestamp) -> anyhow::Result<Vec<Samples>> {
    let range = healed.duration_since(fault).as_millis().max(1);
    let count = async |selector: String| -> anyhow::Result<u64> {
        let counted =
            stage.prometheus.number(&format!("count_over_time({selector}[{range}ms])"), Some(healed)).await?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of samples")]
        Ok(counted.unwrap_or(0.0) as u64)
    };
    let scrapes = count("up{job=\"exporter\"}".to_owned()).await?;
    let mut found = Vec::new();
    for id in stage.model.journeys.keys() {
        for metric in [probe::SUCCESS, probe::RUNS, probe::FAILURES] {
            let series = format!("{}{{probe=\"{id}\"}}", metric.name);
            let samples = count(series.clone()).await?;
            found.push(Samples { series, scrapes, samples });
        }
    }
    Ok(found)
}
