//! Alertmanager's configuration.

use serde::Serialize;
use sla_model::{
    duration,
    selector::Matcher,
    tier::{Smtp, Webhook, WebhookUrl},
};

use super::{Input, Out, RULES, Target, yaml};
use crate::plan::{Inhibition, Receiver, Route};

/// What is one notification: `burn` is left out, so that fast and slow burn of one incident are told once.
const GROUP_BY: [&str; 3] = ["sla", "module", "tier"];

/// Alertmanager's configuration.
pub const TARGET: Target = Target {
    name: "alertmanager",
    about: "Alertmanager's configuration: who is told of what",
    default: true,
    owns: |path| path == "rules/alertmanager.yaml",
    render,
};

fn render(input: &Input<'_>, out: &Out<'_>) {
    let routing = input.plan.routing();
    let document = Document {
        global: routing.smtp.as_ref().map(global),
        route: Root {
            receiver: &routing.fallback,
            group_by: GROUP_BY,
            routes: routing.routes.iter().map(route).collect(),
        },
        inhibit_rules: routing.inhibitions.iter().map(inhibition).collect(),
        receivers: routing.receivers.iter().map(receiver).collect(),
    };
    let about = "Alertmanager's configuration: who is told of what.";
    out(yaml::file(input, format!("{RULES}/alertmanager.yaml"), about, &document));
}

#[derive(Serialize)]
struct Document<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    global: Option<Global<'p>>,
    route: Root<'p>,
    inhibit_rules: Vec<InhibitionDocument>,
    receivers: Vec<ReceiverDocument<'p>>,
}

#[derive(Serialize)]
struct Global<'p> {
    #[serde(rename = "smtp_smarthost")]
    host: &'p str,
    #[serde(rename = "smtp_from")]
    from: &'p str,
    #[serde(rename = "smtp_auth_username", skip_serializing_if = "Option::is_none")]
    user: Option<&'p str>,
    #[serde(rename = "smtp_auth_password_file", skip_serializing_if = "Option::is_none")]
    password_file: Option<&'p str>,
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
    equal: Vec<String>,
}

#[derive(Serialize)]
struct ReceiverDocument<'p> {
    name: &'p str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    webhook_configs: Vec<WebhookDocument<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    email_configs: Vec<EmailDocument<'p>>,
}

#[derive(Serialize)]
struct WebhookDocument<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'p str>,
    /// Alertmanager 0.26 or newer.
    #[serde(skip_serializing_if = "Option::is_none")]
    url_file: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_config: Option<HttpDocument<'p>>,
}

#[derive(Serialize)]
struct HttpDocument<'p> {
    authorization: Authorization<'p>,
}

#[derive(Serialize)]
struct Authorization<'p> {
    credentials_file: &'p str,
}

#[derive(Serialize)]
struct EmailDocument<'p> {
    to: &'p str,
    send_resolved: bool,
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
    // A mail that is never followed by its end leaves people guessing; webhooks send it by default.
    let email = |to| EmailDocument { to, send_resolved: true };
    ReceiverDocument {
        name: &it.name,
        webhook_configs: it.webhooks.iter().map(webhook).collect(),
        email_configs: it.emails.iter().map(|it| email(it.as_str())).collect(),
    }
}

fn webhook(it: &Webhook) -> WebhookDocument<'_> {
    let (url, url_file) = match &it.url {
        WebhookUrl::Plain(url) => (Some(url.as_str()), None),
        WebhookUrl::File(path) => (None, Some(path.as_str())),
    };
    let token = it.token_file.as_deref();
    let http_config =
        token.map(|credentials_file| HttpDocument { authorization: Authorization { credentials_file } });
    WebhookDocument { url, url_file, http_config }
}

fn global(it: &Smtp) -> Global<'_> {
    Global {
        host: &it.host,
        from: &it.from,
        user: it.user.as_deref(),
        password_file: it.password_file.as_deref(),
    }
}
