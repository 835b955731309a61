//! One outage from end to end: clean history, a fault, the pages, recovery, release.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use jiff::Timestamp;
use serde::Serialize;
use sla_model::{
    Model, duration,
    id::{ObjectiveId, ProbeId},
    names::{journey, probe, slo},
    share::Share,
    tier::Tier,
};

use crate::{
    forecast,
    receiver::{Alert, Notification, Status},
    selectors::{self, Generated},
    stage::Stage,
};

/// How much clean history stands before the fault (nominal): the long window of the fastest burn tier.
pub const HISTORY: Duration = Duration::from_hours(1);

/// How long clean history may be waited for, beyond its own length.
const SETTLING_MAX: Duration = Duration::from_mins(2);

/// How long after it is due a release is waited for.
const RELEASE_LATE_MAX: Duration = Duration::from_secs(20);

/// How often the state of things is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// What is broken, and for how long.
#[derive(Clone, Debug)]
pub struct Plot {
    /// The shop's name of the fault.
    pub fault: String,
    /// Its value, for example `30%`.
    pub value: Option<String>,
    /// How long it lasts, in wall time.
    pub lasts: Duration,
}

/// What happened. All times are seconds after the fault.
#[derive(Debug, Serialize)]
pub struct Story {
    /// The divisor of model time.
    pub pace: u32,
    /// The fault.
    pub fault: String,
    /// Its value.
    pub value: Option<String>,
    /// When it was switched on.
    pub fault_at: Timestamp,
    /// When clean history began (negative).
    pub clean_since: f64,
    /// When the fault was switched off.
    pub healed: f64,
    /// Which steps of which journey failed, why, and how often.
    pub failures: Vec<StepFailures>,
    /// Every alert that reached the receiver, in the order of arrival.
    pub pages: Vec<Page>,
    /// Of each series about the journeys: scrapes of the outage and samples in them.
    pub samples: Vec<Samples>,
    /// How many selectors of rules and panels were looked for.
    pub selectors: usize,
    /// Those without data or rule.
    pub selectors_missing: Vec<String>,
}

/// Failures of one step.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the labels of the metric, and its increase")]
pub struct StepFailures {
    pub probe: String,
    pub step: String,
    pub reason: String,
    pub count: u64,
}

/// How many scrapes of the outage hold a sample.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the series, and two counts")]
pub struct Samples {
    pub series: String,
    pub scrapes: u64,
    pub samples: u64,
}

/// One alert on its way to people.
#[derive(Debug, Serialize)]
pub struct Page {
    /// The alert's name.
    pub alert: String,
    /// The tier.
    pub tier: String,
    /// Every label.
    pub labels: BTreeMap<String, String>,
    /// Who was told, by the webhook that was called.
    pub told: Vec<String>,
    /// The owners, as the page names them.
    pub owners: String,
    /// The time to confirm (nominal).
    pub confirm_within: String,
    /// The time to restore (nominal).
    pub restore_within: String,
    /// The summary in each language, a line each.
    pub summary: Vec<String>,
    /// When the model says that it is due.
    pub computed: Option<f64>,
    /// When it arrived.
    pub arrived: f64,
    /// When it was told again.
    pub repeated: Vec<f64>,
    /// When its release arrived.
    pub released: Option<f64>,
    /// How long after recovery that was.
    pub released_after_recovery: Option<f64>,
}

/// Plays a plot on a stage. `say` is told each step as it happens.
pub async fn play(stage: &mut Stage, plot: &Plot, say: &mut dyn FnMut(&str)) -> anyhow::Result<Story> {
    let admin = format!("http://127.0.0.1:{}/faults/{}", stage.ports.admin, plot.fault);
    known(stage, &plot.fault).await?;
    let history = stage.pace.real(HISTORY);
    say(&format!("waiting for {} of clean history", duration::text(history)));
    let clean_since = clean_history(stage, history).await?;
    let client = reqwest::Client::new();
    let before = Timestamp::now();
    let put = client.put(&admin).body(plot.value.clone().unwrap_or_default()).send().await?;
    anyhow::ensure!(put.status().is_success(), "the shop refused the fault: {}", put.text().await?);
    let fault_at = before + Timestamp::now().duration_since(before) / 2;
    let histories = histories(stage, fault_at).await?;
    say(&format!("fault {} is on for {}", plot.fault, duration::text(plot.lasts)));
    let mut chapter = Chapter { fault_at, share: share(plot), histories, pages: Vec::new() };
    chapter.read_until(stage, fault_at + plot.lasts, say).await?;
    client.delete(&admin).send().await?.error_for_status()?;
    let healed_at = Timestamp::now();
    say("healed; waiting for the release");
    chapter.read_release(stage, healed_at, say).await?;
    let generated = Generated::read(stage.folder())?;
    let (selectors, missing) = selectors::present(&generated, &stage.prometheus, clean_since).await?;
    let since_fault = |it: Timestamp| seconds_between(fault_at, it);
    Ok(Story {
        pace: stage.pace.divisor(),
        fault: plot.fault.clone(),
        value: plot.value.clone(),
        fault_at,
        clean_since: since_fault(clean_since),
        healed: since_fault(healed_at),
        failures: failures(stage, fault_at, healed_at).await?,
        samples: samples(stage, fault_at, healed_at).await?,
        pages: chapter.finish(healed_at),
        selectors,
        selectors_missing: missing,
    })
}

fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

/// Fails with the names that exist when the shop does not know a fault: before a minute was waited.
async fn known(stage: &Stage, fault: &str) -> anyhow::Result<()> {
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
async fn clean_history(stage: &mut Stage, length: Duration) -> anyhow::Result<Timestamp> {
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
async fn histories(stage: &Stage, at: Timestamp) -> anyhow::Result<BTreeMap<ObjectiveId, Duration>> {
    let expression = format!("{} / {}", slo::events("1h"), slo::EVENTS_RATE);
    let mut histories = BTreeMap::new();
    for sample in stage.prometheus.query(&expression, Some(at)).await? {
        let id: Option<ObjectiveId> = sample.labels.get("slo").and_then(|it| it.parse().ok());
        let real = Duration::try_from_secs_f64(sample.value).context("an objective without traffic")?;
        histories.extend(id.map(|it| (it, (real * stage.pace.divisor()).min(HISTORY))));
    }
    Ok(histories)
}

/// Returns which share of payments the fault breaks, where that is known beforehand.
fn share(plot: &Plot) -> Option<Share> {
    match plot.fault.as_str() {
        "payment_down" => "100%".parse().ok(),
        "payment_share" => plot.value.as_deref().unwrap_or("30%").parse().ok(),
        _ => None,
    }
}

/// The story while it is told.
struct Chapter {
    fault_at: Timestamp,
    share: Option<Share>,
    histories: BTreeMap<ObjectiveId, Duration>,
    pages: Vec<(String, Page)>,
}

impl Chapter {
    async fn read_until(
        &mut self,
        stage: &mut Stage,
        until: Timestamp,
        say: &mut dyn FnMut(&str),
    ) -> anyhow::Result<()> {
        loop {
            let left = Timestamp::now().duration_until(until);
            if left.is_negative() || left.is_zero() {
                return Ok(());
            }
            let wait = left.unsigned_abs().min(LOOK);
            match tokio::time::timeout(wait, stage.notifications.recv()).await {
                Ok(Some(notification)) => self.note(stage, &notification, say),
                Ok(None) => anyhow::bail!("the receiver has ended"),
                Err(_) => stage.check()?,
            }
        }
    }

    /// Reads on until every page of the most urgent tier is released. Tickets may be silenced by a page, and
    /// then Alertmanager never tells of their end.
    async fn read_release(
        &mut self,
        stage: &mut Stage,
        healed: Timestamp,
        say: &mut dyn FnMut(&str),
    ) -> anyhow::Result<()> {
        let release = stage.model.tiers.values().map(|it| it.release_after).max().unwrap_or_default();
        let until = healed + stage.pace.real(release) + RELEASE_LATE_MAX;
        let urgent = urgent(&stage.model).map(|it| it.id.to_string());
        let open = |it: &Self| {
            it.pages.iter().any(|(_, page)| Some(&page.tier) == urgent.as_ref() && page.released.is_none())
        };
        // At least to the moment when a release is due: nothing may be told again before that.
        self.read_until(stage, healed + stage.pace.real(release) - LOOK, say).await?;
        while open(self) && Timestamp::now() < until {
            let step = Timestamp::now() + LOOK;
            self.read_until(stage, step.min(until), say).await?;
        }
        Ok(())
    }

    fn note(&mut self, stage: &Stage, notification: &Notification, say: &mut dyn FnMut(&str)) {
        let after = seconds_between(self.fault_at, notification.at);
        for alert in &notification.alerts {
            let known = self.pages.iter().position(|it| it.0 == alert.fingerprint);
            match (known, alert.status) {
                (None, Status::Firing) => {
                    let page = self.page(stage, alert, &notification.owner, after);
                    say(&format!("{} page: {} {}", page.tier, page.alert, subject(&page.labels)));
                    self.pages.push((alert.fingerprint.clone(), page));
                }
                (Some(known), status) => self.pages[known].1.note(status, &notification.owner, after, say),
                (None, Status::Resolved) => {}
            }
        }
    }

    fn page(&self, stage: &Stage, alert: &Alert, owner: &str, arrived: f64) -> Page {
        let note = |name: &str| alert.annotations.get(name).cloned().unwrap_or_default();
        let label = |name: &str| alert.labels.get(name).cloned().unwrap_or_default();
        Page {
            alert: label("alertname"),
            tier: label("tier"),
            labels: alert.labels.clone(),
            told: vec![owner.to_owned()],
            owners: note("owners"),
            confirm_within: note("confirm_within"),
            restore_within: note("restore_within"),
            summary: note("summary").lines().map(str::to_owned).collect(),
            computed: self.computed(stage, &alert.labels),
            arrived,
            repeated: Vec::new(),
            released: None,
            released_after_recovery: None,
        }
    }

    fn computed(&self, stage: &Stage, labels: &BTreeMap<String, String>) -> Option<f64> {
        let due = match labels.get("alertname")?.as_str() {
            "ServiceDown" if self.share?.rest().decimal().is_zero() => {
                let id: ProbeId = labels.get("probe")?.parse().ok()?;
                forecast::service_down(stage.model.journeys.get(&id)?.every, stage.pace)
            }
            "SloBurn" => {
                let id: ObjectiveId = labels.get("slo")?.parse().ok()?;
                let objective = stage.model.objectives.get(&id)?;
                let fast = objective
                    .burns()
                    .first()
                    .is_some_and(|it| Some(it.0.name) == labels.get("burn").map(String::as_str));
                let history = fast.then(|| self.histories.get(&id)).flatten()?;
                forecast::burn(objective, self.share?, *history, stage.pace)?
            }
            _ => return None,
        };
        Some(due.as_secs_f64())
    }

    fn finish(self, healed: Timestamp) -> Vec<Page> {
        let recovery = seconds_between(self.fault_at, healed);
        let mut pages: Vec<Page> = self.pages.into_iter().map(|it| it.1).collect();
        for page in &mut pages {
            page.released_after_recovery = page.released.map(|it| it - recovery);
        }
        pages
    }
}

impl Page {
    fn note(&mut self, status: Status, owner: &str, after: f64, say: &mut dyn FnMut(&str)) {
        if !self.told.iter().any(|it| it == owner) {
            self.told.push(owner.to_owned());
            return;
        }
        // Every owner gets the same message: only the first one's counts.
        if self.told[0] != owner {
            return;
        }
        match status {
            Status::Firing => {
                self.repeated.push(after);
                self.released = None;
            }
            Status::Resolved if self.released.is_none() => {
                say(&format!("{} released: {} {}", self.tier, self.alert, subject(&self.labels)));
                self.released = Some(after);
            }
            Status::Resolved => {}
        }
    }
}

/// Says in a few words what an alert is about.
pub fn subject(labels: &BTreeMap<String, String>) -> String {
    let names = ["slo", "burn", "probe", "step", "limit", "job", "route"];
    names.iter().filter_map(|it| labels.get(*it)).map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Returns the tier that must be confirmed first.
pub fn urgent(model: &Model) -> Option<&Tier> {
    model.tiers.values().min_by_key(|it| it.confirm)
}

/// Asks which steps failed between fault and recovery.
async fn failures(stage: &Stage, fault: Timestamp, healed: Timestamp) -> anyhow::Result<Vec<StepFailures>> {
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
async fn samples(stage: &Stage, fault: Timestamp, healed: Timestamp) -> anyhow::Result<Vec<Samples>> {
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
