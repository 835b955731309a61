//! `/sd`: what the specification wants scraped besides the exporter, as Prometheus' HTTP service discovery reads it.

use http::StatusCode;
use serde_json::json;
use sla_model::Model;

use super::answer::{self, Answer};

/// Answers with one group for each job.
pub fn answer(model: &Model) -> Answer {
    let group = |it: &sla_model::scrape::Scrape| {
        json!({
            "targets": it.targets,
            "labels": {
                "job": it.id.as_str(),
                "__meta_sla": model.name.as_str(),
                "__meta_sla_module": it.module.as_str(),
            },
        })
    };
    let groups: Vec<_> = model.scrapes.values().map(group).collect();
    answer::typed(StatusCode::OK, "application/json", json!(groups).to_string())
}
