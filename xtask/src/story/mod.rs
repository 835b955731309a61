//! One outage from end to end: clean history, a fault, the pages, recovery, release.

mod asked;
mod told;

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::Serialize;
use sla_model::{Model, duration, share::Share, tier::Tier};

use self::{
    asked::{clean_history, failures, histories, known, samples},
    told::Chapter,
};
use crate::{
    selectors::{self, Generated},
    stage::Stage,
};

/// How much clean history stands before the fault (nominal): the long window of the fastest burn tier.
pub const HISTORY: Duration = Duration::from_hours(1);

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
/// Returns which share of payments the fault breaks, where that is known beforehand.
fn share(plot: &Plot) -> Option<Share> {
    match plot.fault.as_str() {
        "payment_down" => "100%".parse().ok(),
        "payment_share" => plot.value.as_deref().unwrap_or("30%").parse().ok(),
        _ => None,
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
