//! The commands that talk to the admin port of a running shop.

use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::{Client, Method, Url};
use serde::Deserialize;

/// How long the admin port may take; it answers from memory.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
struct Fault {
    name: String,
    on: bool,
    value: Option<String>,
    about: String,
}

/// Switches a fault on: `NAME` or `NAME=VALUE`.
pub async fn switch_on(admin: &str, fault: &str) -> anyhow::Result<String> {
    let (name, value) = match fault.split_once('=') {
        Some((_, "")) => bail!("`{fault}` has no value: write `NAME` for the default, or `NAME=VALUE`"),
        Some((name, value)) => (name, value),
        None => (fault, ""),
    };
    let fault: Fault = ask(admin, Method::PUT, Some(name), value).await?;
    Ok(format!("{} is {}", fault.name, state(&fault)))
}

/// Switches a fault off, or all.
pub async fn switch_off(admin: &str, fault: Option<&str>) -> anyhow::Result<String> {
    let Some(name) = fault else {
        let _: Vec<Fault> = ask(admin, Method::DELETE, None, "").await?;
        return Ok("all faults are off".to_owned());
    };
    let fault: Fault = ask(admin, Method::DELETE, Some(name), "").await?;
    Ok(format!("{} is {}", fault.name, state(&fault)))
}

/// Lists the faults, one a line.
pub async fn list(admin: &str) -> anyhow::Result<String> {
    let faults: Vec<Fault> = ask(admin, Method::GET, None, "").await?;
    let lines: Vec<_> = faults
        .iter()
        .map(|fault| format!("{:<19} {:<12} {}", fault.name, state(fault), fault.about))
        .collect();
    Ok(lines.join("\n"))
}

fn state(fault: &Fault) -> String {
    match (fault.on, &fault.value) {
        (false, _) => "off".to_owned(),
        (true, None) => "on".to_owned(),
        (true, Some(value)) => format!("on ({value})"),
    }
}

async fn ask<T: for<'de> Deserialize<'de>>(
    admin: &str,
    method: Method,
    fault: Option<&str>,
    value: &str,
) -> anyhow::Result<T> {
    let not_an_address = || format!("`{admin}` is not an address, write `HOST:PORT`");
    // Without a port the request would go to port 80, which is somebody else's.
    admin.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok()).with_context(not_an_address)?;
    let mut url = Url::parse(&format!("http://{admin}/faults")).with_context(not_an_address)?;
    if let Some(name) = fault {
        url.path_segments_mut().ok().with_context(not_an_address)?.push(name);
    }
    let client =
        Client::builder().timeout(PATIENCE).no_proxy().build().context("cannot build the HTTP client")?;
    let answer = client.request(method, url).body(value.to_owned()).send().await.with_context(|| {
        format!(
            "the admin port `{admin}` does not answer; is the shop running? start it with \
                 `sla-shop serve --admin {admin} ...`, or give the `--admin` address that it was started with"
        )
    })?;
    let status = answer.status();
    let body = answer.bytes().await.context("the answer broke off")?;
    if !status.is_success() {
        #[derive(Deserialize)]
        struct Refused {
            error: String,
        }
        match serde_json::from_slice::<Refused>(&body) {
            Ok(refused) => bail!(refused.error),
            Err(_) => bail!("`{admin}` answered {status}; is it the admin port of a shop?"),
        }
    }
    serde_json::from_slice(&body)
        .with_context(|| format!("`{admin}` does not answer like the admin port of a shop"))
}
