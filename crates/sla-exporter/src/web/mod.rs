//! What the exporter serves.
//!
//! | path | answer |
//! |---|---|
//! | `/` | every probe with its last runs; `?q=` filters, `?page=` leafs, `?lang=` chooses a language |
//! | `/probes/NAME` | one probe with its whole last failure |
//! | `/metrics` | the metrics, in the format that is asked for |
//! | `/sd` | what else the specification wants scraped, for Prometheus' `http_sd_configs` |
//! | `/-/healthy` | 200 while the process serves; needs no password |
//! | `/-/ready` | 503 until every probe has run once, then 200 for ever; needs no password |
//! | `POST /-/reload` | takes a changed specification |

pub mod answer;
mod authority;
pub mod content;
pub mod crowd;
mod discovery;
mod landing;
mod line;
pub mod metrics;
mod reload;
pub mod server;
mod words;

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use http::{Method, Request, StatusCode};
use tokio::sync::{Semaphore, mpsc, watch};

use crate::{
    expo::own::Own,
    host::Host,
    reload::{Note, World},
    run::Clock,
    state::Shared,
    web_config::{Gate, Rules},
};
use answer::Answer;
use crowd::Crowd;

/// Names that an answer for a load balancer holds.
const NAMES_MAX: usize = 20;

/// Everything that answers are made from.
pub struct Site {
    /// What is measured, and what was.
    pub world: watch::Receiver<World>,
    /// How the last reload went.
    pub note: Shared<Note>,
    /// Where wishes for a reload go.
    pub reloads: mpsc::Sender<crate::reload::Request>,
    /// The exporter's own metrics.
    pub own: Own,
    /// The machine's numbers.
    pub host: Arc<Host>,
    /// The wall clock.
    pub clock: Clock,
    /// Every connection.
    pub crowd: Arc<Crowd>,
    /// Places for pages that are being written.
    pub pages: Arc<Semaphore>,
    /// Whom to let in.
    pub gate: Arc<Gate>,
    /// Whether every probe has run once; a reload does not take it back.
    pub ready: AtomicBool,
}

impl Site {
    /// Returns the world of now.
    pub fn world(&self) -> World {
        self.world.borrow().clone()
    }

    /// Answers a request of `peer`.
    pub async fn respond<B>(self: &Arc<Self>, request: &Request<B>, peer: IpAddr) -> Answer {
        let rules = self.gate.rules();
        let mut answer = match authority::problem(request) {
            Some(problem) => answer::bad_request(problem),
            None => self.admit(request, &rules, peer).await,
        };
        rules.add_headers(&mut answer);
        answer
    }

    async fn admit<B>(self: &Arc<Self>, request: &Request<B>, rules: &Rules, peer: IpAddr) -> Answer {
        let path = request.uri().path();
        // A kubelet has no password.
        let open = matches!(path, "/-/healthy" | "/-/ready");
        let admitted = if open { Ok(()) } else { self.gate.admit(rules, request.headers(), peer).await };
        match admitted {
            Ok(()) => self.page(request, path).await,
            Err(refusal) => {
                self.own.refused(refusal.status());
                refusal
            }
        }
    }

    async fn page<B>(self: &Arc<Self>, request: &Request<B>, path: &str) -> Answer {
        if path == "/-/reload" {
            return match *request.method() {
                Method::POST | Method::PUT => reload::answer(self).await,
                _ => answer::method_not_allowed("POST, PUT"),
            };
        }
        let known = matches!(path, "/" | "/metrics" | "/sd" | "/-/healthy" | "/-/ready");
        if !known && !path.starts_with(landing::PROBES) {
            return answer::text(StatusCode::NOT_FOUND, "not found; see / for what there is\n");
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return answer::method_not_allowed("GET, HEAD");
        }
        match path {
            "/metrics" => metrics::page(self, request.headers()).await,
            "/sd" => discovery::answer(&self.world().model),
            "/-/healthy" => answer::text(StatusCode::OK, "healthy\n"),
            "/-/ready" => self.readiness(),
            _ => landing::answer(self, request.uri(), request.headers()),
        }
    }

    fn readiness(&self) -> Answer {
        let missing = if self.ready.load(Ordering::Relaxed) { Vec::new() } else { self.waiting_for() };
        if missing.is_empty() {
            self.ready.store(true, Ordering::Relaxed);
            return answer::text(StatusCode::OK, "ready\n");
        }
        let more = missing.len().saturating_sub(NAMES_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let names = missing[..missing.len().min(NAMES_MAX)].join(", ");
        let waiting = format!("waiting for the first run of: {names}{more}\n");
        answer::text(StatusCode::SERVICE_UNAVAILABLE, waiting)
    }

    fn waiting_for(&self) -> Vec<String> {
        self.world().state.not_yet_run().into_iter().map(ToString::to_string).collect()
    }
}
