//! The person's end of the line: receives Alertmanager's webhooks and notes when they arrived.

use std::{collections::BTreeMap, convert::Infallible};

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Request, Response, StatusCode, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

/// A page of a thousand alerts fits well into this.
const BODY_BYTES_MAX: usize = 4 << 20;

/// One webhook as it arrived.
#[derive(Clone, Debug, Serialize)]
pub struct Notification {
    /// When.
    pub at: Timestamp,
    /// For whom: the path of the URL.
    pub owner: String,
    /// Which alerts it tells of.
    pub alerts: Vec<Alert>,
}

/// One alert of a webhook.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    /// `firing` or `resolved`.
    pub status: Status,
    /// The labels.
    pub labels: BTreeMap<String, String>,
    /// The annotations.
    pub annotations: BTreeMap<String, String>,
    /// When Prometheus saw it begin.
    pub starts_at: String,
    /// The identity of its labels.
    pub fingerprint: String,
}

/// Whether an alert begins or ends.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It fires.
    Firing,
    /// It is released.
    Resolved,
}

#[derive(Deserialize)]
struct Webhook {
    alerts: Vec<Alert>,
}

/// Listens on a loopback port for as long as the returned channel is read.
pub async fn listen(port: u16) -> anyhow::Result<UnboundedReceiver<Notification>> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.context("the receiver's port is taken")?;
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let sender = sender.clone();
            tokio::spawn(async move {
                let service = service_fn(|request| answer(request, sender.clone()));
                let connection = hyper::server::conn::http1::Builder::new();
                // A connection that breaks is Alertmanager's to try again.
                let _ = connection.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    Ok(receiver)
}

async fn answer(
    request: Request<Incoming>,
    sender: UnboundedSender<Notification>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let at = Timestamp::now();
    let owner = request.uri().path().trim_matches('/').to_owned();
    let body = Limited::new(request.into_body(), BODY_BYTES_MAX).collect().await;
    let webhook = body.ok().and_then(|it| serde_json::from_slice::<Webhook>(&it.to_bytes()).ok());
    let mut response = Response::new(Full::default());
    match webhook {
        Some(webhook) => {
            // Nobody reads any more: the story is over.
            let _ = sender.send(Notification { at, owner, alerts: webhook.alerts });
        }
        None => *response.status_mut() = StatusCode::BAD_REQUEST,
    }
    Ok(response)
}
