//! What the exporter serves.
//!
//! | path | answer |
//! |---|---|
//! | `/` | a table of the last runs |
//! | `/metrics` | the metrics, text format 0.0.4 |
//! | `/-/healthy` | 200 while the process serves |
//! | `/-/ready` | 503 until every probe has run once, then 200 for ever |

mod answer;
mod landing;
pub mod server;

use std::sync::Arc;

use http::{Method, Request, StatusCode};
use sla_model::Model;

use crate::{
    expo::{own::Own, text},
    run::Clock,
    snapshot::Snapshot,
    state::State,
};
use answer::Answer;

/// Everything that answers are made from.
pub struct Site {
    /// What is measured.
    pub model: Arc<Model>,
    /// What was measured.
    pub state: Arc<State>,
    /// The exporter's own metrics.
    pub own: Own,
    /// The wall clock.
    pub clock: Clock,
}

impl Site {
    /// Answers a request. Nothing here waits: answers are made from what is in memory.
    pub fn respond<B>(&self, request: &Request<B>) -> Answer {
        let page: fn(&Self) -> Answer = match request.uri().path() {
            "/" => Self::landing,
            "/metrics" => Self::metrics,
            "/-/healthy" => |_| answer::text(StatusCode::OK, "healthy\n"),
            "/-/ready" => Self::ready,
            _ => return answer::text(StatusCode::NOT_FOUND, "not found; see / for what there is\n"),
        };
        match *request.method() {
            Method::GET | Method::HEAD => page(self),
            _ => answer::method_not_allowed(),
        }
    }

    fn landing(&self) -> Answer {
        answer::typed(StatusCode::OK, "text/html; charset=utf-8", landing::page(&self.model, &self.state))
    }

    fn metrics(&self) -> Answer {
        let mut page = text::encode(&Snapshot::take(&self.model, &self.state, (self.clock)()));
        match self.own.encode() {
            Ok(own) => page.push_str(&own),
            Err(error) => {
                tracing::error!(%error, "cannot write the exporter's own metrics");
                return answer::text(StatusCode::INTERNAL_SERVER_ERROR, "cannot write the metrics\n");
            }
        }
        self.own.scraped();
        answer::typed(StatusCode::OK, text::CONTENT_TYPE, page)
    }

    fn ready(&self) -> Answer {
        let missing: Vec<_> = self.state.not_yet_run().into_iter().map(ToString::to_string).collect();
        if missing.is_empty() {
            return answer::text(StatusCode::OK, "ready\n");
        }
        let waiting = format!("waiting for the first run of: {}\n", missing.join(", "));
        answer::text(StatusCode::SERVICE_UNAVAILABLE, waiting)
    }
}
