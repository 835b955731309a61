//! Prometheus' own configuration: what it scrapes, which rules it loads, whom it tells.
//!
//! The file is whole (`prometheus --config.file=rules/scrape.yaml` runs): Prometheus before 2.43 cannot include
//! scrape configurations from other files.

use std::time::Duration;

use serde::Serialize;
use sla_model::duration;

use super::{Input, Out, RULES, Target, yaml};
use crate::plan::Job;

/// The longest time a scrape may take; Prometheus' own default.
const TIMEOUT_MAX: Duration = Duration::from_secs(10);

/// What tells two servers with the same rules apart, by its usual names. Alerts must not carry it: Alertmanager takes
/// those with other labels for other alerts, and tells people of each.
const REPLICA_LABELS: &str = "replica|prometheus_replica";

/// Prometheus' configuration.
pub const TARGET: Target = Target {
    name: "scrape",
    about: "Prometheus' configuration: what it scrapes, whom it tells",
    default: true,
    owns: |path| path == "rules/scrape.yaml",
    render,
};

fn render(input: &Input<'_>, out: &Out<'_>) {
    let collection = input.plan.collection();
    let document = Document {
        global: Global {
            scrape_interval: duration::text(collection.interval),
            scrape_timeout: duration::text(collection.interval.min(TIMEOUT_MAX)),
            evaluation_interval: duration::text(collection.interval),
        },
        rule_files: ["*.rules.yaml"],
        alerting: (!collection.alertmanagers.is_empty()).then(|| Alerting {
            alert_relabel_configs: [Relabel { regex: REPLICA_LABELS, action: "labeldrop" }],
            alertmanagers: [Targets { static_configs: [Static { targets: &collection.alertmanagers }] }],
        }),
        scrape_configs: collection.jobs.iter().map(job).collect(),
    };
    let about = "Prometheus' configuration; paths are relative to this file.";
    out(yaml::file(input, format!("{RULES}/scrape.yaml"), about, &document));
}

#[derive(Serialize)]
struct Document<'p> {
    global: Global,
    rule_files: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    alerting: Option<Alerting<'p>>,
    scrape_configs: Vec<JobDocument<'p>>,
}

#[derive(Serialize)]
struct Global {
    scrape_interval: String,
    scrape_timeout: String,
    evaluation_interval: String,
}

#[derive(Serialize)]
struct Alerting<'p> {
    alert_relabel_configs: [Relabel; 1],
    alertmanagers: [Targets<'p>; 1],
}

#[derive(Serialize)]
struct Relabel {
    regex: &'static str,
    action: &'static str,
}

#[derive(Serialize)]
struct Targets<'p> {
    static_configs: [Static<'p>; 1],
}

#[derive(Serialize)]
struct Static<'p> {
    targets: &'p [String],
}

#[derive(Serialize)]
struct JobDocument<'p> {
    job_name: &'p str,
    scrape_interval: String,
    scrape_timeout: String,
    static_configs: [Static<'p>; 1],
}

fn job(job: &Job) -> JobDocument<'_> {
    JobDocument {
        job_name: &job.name,
        scrape_interval: duration::text(job.every),
        scrape_timeout: duration::text(job.every.min(TIMEOUT_MAX)),
        static_configs: [Static { targets: &job.targets }],
    }
}
