//! The shop's own metrics: how long requests took and how they ended.

use std::time::Instant;

use http::StatusCode;
use prometheus::{HistogramOpts, HistogramVec, Registry, TEXT_FORMAT, TextEncoder};

use crate::{
    answer::{self, Answer},
    refusal::Refusal,
    tally::Tally,
};

/// Upper bounds in seconds, from a debug build on an idle machine to longer than a customer waits.
const BUCKETS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 3.0, 10.0];

/// The status counted for a client that hung up before it was answered, as nginx logs it.
pub const CLIENT_GONE: &str = "499";

/// The status counted for a connection that the shop cut, as nginx logs it.
pub const DROPPED: &str = "444";

/// The metrics of one shop; each shop has a registry of its own.
pub struct Metrics {
    registry: Registry,
    requests: HistogramVec,
}

impl Metrics {
    /// Returns metrics without requests, beside the counters of events.
    pub fn new(tally: &Tally) -> prometheus::Result<Self> {
        let requests = HistogramVec::new(
            HistogramOpts::new(
                "http_request_duration_seconds",
                "Time from a request's head to its answer, by route pattern and status code.",
            )
            .buckets(BUCKETS.to_vec()),
            &["route", "status"],
        )?;
        let registry = Registry::new();
        registry.register(Box::new(requests.clone()))?;
        registry.register(tally.collector())?;
        Ok(Self { registry, requests })
    }

    /// Starts the clock of one request.
    pub fn start(&self, route: &'static str) -> Timer<'_> {
        Timer { requests: &self.requests, route, started: Instant::now(), status: CLIENT_GONE.to_owned() }
    }

    /// Answers with the metrics page.
    pub fn page(&self) -> Answer {
        match TextEncoder::new().encode_to_string(&self.registry.gather()) {
            Ok(page) => answer::typed(StatusCode::OK, TEXT_FORMAT, page),
            Err(error) => {
                answer::refused(&Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
            }
        }
    }
}

/// The clock of one request. It counts when dropped, so that a request whose client hung up, which
/// ends by dropping everything, is not missing: those are the slow ones.
pub struct Timer<'m> {
    requests: &'m HistogramVec,
    route: &'static str,
    started: Instant,
    status: String,
}

impl Timer<'_> {
    /// Stops the clock.
    pub fn answered(mut self, status: StatusCode) {
        status.as_str().clone_into(&mut self.status);
    }

    /// Stops the clock of a request whose connection is cut.
    pub fn dropped(&mut self) {
        DROPPED.clone_into(&mut self.status);
    }
}

impl Drop for Timer<'_> {
    fn drop(&mut self) {
        self.requests
            .with_label_values(&[self.route, &self.status])
            .observe(self.started.elapsed().as_secs_f64());
    }
}
