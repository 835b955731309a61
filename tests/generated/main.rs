//! The committed `rules/` and `dashboards/`: does everything that they ask for exist?
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use sla_model::Model;
use xtask::{known::unknown, packages::root, selectors::Generated};

fn model() -> Model {
    sla_spec::open(&root().join("examples/pharmacy"), &[].into()).unwrap().model
}

#[test]
fn every_metric_queried_is_known() {
    let (model, generated) = (model(), Generated::read(root()).unwrap());
    let selectors = generated.selectors().unwrap();
    let wrong: Vec<_> = selectors
        .iter()
        .filter_map(|(selector, place)| {
            unknown(&model, &generated, selector).map(|it| format!("{place}: {it}"))
        })
        .collect();
    assert_eq!(wrong, [""; 0]);
    assert!(selectors.len() > 100, "only {} selectors were found", selectors.len());
}

#[track_caller]
fn is_unknown(selector: &str, expected: &str) {
    let selector = sla_spec::promql::selector(selector).unwrap();
    let found = unknown(&model(), &Generated::read(root()).unwrap(), &selector);
    assert_eq!(found.unwrap_or_default().split(": ").last().unwrap(), expected);
}

#[test]
fn what_is_not_known_is_found() {
    is_unknown("sla_probe_sucess", "exposed by nobody, declared nowhere, recorded by no rule");
    is_unknown(r#"sla_probe_success{prob="x"}"#, "no label `prob`");
    is_unknown("sla_probe_success_bucket", "exposed by nobody, declared nowhere, recorded by no rule");
    is_unknown(r#"up{job="shopp"}"#, "no such job under `scrapes:`");
    is_unknown("up", "no such job under `scrapes:`");
    is_unknown(r#"ALERTS{alertname="SloBurnt"}"#, "exposed by nobody, declared nowhere, recorded by no rule");
    is_unknown(r#"ALERTS{tier="P4"}"#, "exposed by nobody, declared nowhere, recorded by no rule");
    is_unknown(
        r#"slo:events:rate5m{slo="none"}"#,
        "exposed by nobody, declared nowhere, recorded by no rule",
    );
    is_unknown("slo:events:increase7h", "exposed by nobody, declared nowhere, recorded by no rule");
}
