//! Alertmanager's configuration.

use serde::Serialize;
use sla_model::{duration, selector::Matcher};

use super::{File, Input, RULES, Target, yaml};
use crate::plan::{Inhibition, Receiver, Route};

/// What is one notification: `burn` is left out, so that fast and slow burn of one incident are told once.
const GROUP_BY: [&str; 3] = ["sla", "module", "tier"];

/// Alertmanager's configuration.
pub struct Alertmanager;

impl Target for Alertmanager {
    fn render(&self, input: &Input<'_>) -> Vec<File> {
        let routing = &input.plan.routing;
        let document = Document {
            route: Root {
                receiver: &routing.fallback,
                group_by: GROUP_BY,
                routes: routing.routes.iter().map(route).collect(),
            },
            inhibit_rules: routing.inhibitions.iter().map(inhibition).collect(),
            receivers: routing.receivers.iter().map(receiver).collect(),
        };
        let about = "Alertmanager's configuration: who is told of what.";
        vec![yaml::file(input, format!("{RULES}/alertmanager.yaml"), about, &document)]
    }
}

#[derive(Serialize)]
struct Document<'p> {
    route: Root<'p>,
    inhibit_rules: Vec<InhibitionDocument>,
    receivers: Vec<ReceiverDocument<'p>>,
}

#[derive(Serialize)]
struct Root<'p> {
    receiver: &'p str,
    group_by: [&'static str; 3],
    routes: Vec<RouteDocument<'p>>,
}

#[derive(Serialize)]
struct RouteDocument<'p> {
    matchers: Vec<String>,
    receiver: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_wait: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat_interval: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    routes: Vec<RouteDocument<'p>>,
}

#[derive(Serialize)]
struct InhibitionDocument {
    source_matchers: Vec<String>,
    target_matchers: Vec<String>,
    equal: Vec<&'static str>,
}

#[derive(Serialize)]
struct ReceiverDocument<'p> {
    name: &'p str,
    webhook_configs: Vec<Webhook<'p>>,
}

#[derive(Serialize)]
struct Webhook<'p> {
    url: &'p str,
}

fn matchers(matchers: &[Matcher]) -> Vec<String> {
    matchers.iter().map(Matcher::to_string).collect()
}

fn route(route: &Route) -> RouteDocument<'_> {
    RouteDocument {
        matchers: vec![route.matcher.to_string()],
        receiver: &route.receiver,
        group_wait: Some(duration::text(route.group_wait)),
        group_interval: Some(duration::text(route.group_interval)),
        repeat_interval: Some(duration::text(route.repeat)),
        routes: route.modules.iter().map(|(matcher, receiver)| by_module(matcher, receiver)).collect(),
    }
}

/// The route of single modules; it inherits the intervals of its tier.
fn by_module<'p>(matcher: &Matcher, receiver: &'p str) -> RouteDocument<'p> {
    RouteDocument {
        matchers: vec![matcher.to_string()],
        receiver,
        group_wait: None,
        group_interval: None,
        repeat_interval: None,
        routes: Vec::new(),
    }
}

fn inhibition(it: &Inhibition) -> InhibitionDocument {
    InhibitionDocument {
        source_matchers: matchers(&it.source),
        target_matchers: matchers(&it.target),
        equal: it.equal.clone(),
    }
}

fn receiver(it: &Receiver) -> ReceiverDocument<'_> {
    let webhook_configs = it.webhooks.iter().map(|url| Webhook { url }).collect();
    ReceiverDocument { name: &it.name, webhook_configs }
}
