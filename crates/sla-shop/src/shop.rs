//! The shop: what it keeps, and how a request finds its answer.

use std::sync::Arc;

use http::{Request, StatusCode};
use hyper::body::Incoming;

use crate::{
    answer::{self, Answer},
    api,
    fault::Faults,
    metrics::Metrics,
    pages,
    refusal::Refusal,
    route::Route,
    secret::Random,
    session::{SESSIONS_MAX, Sessions},
    store::Store,
};

/// Everything a request may need.
pub struct Shop {
    /// Users, goods, orders, payments, journal.
    pub store: Store,
    /// Who is logged in.
    pub sessions: Sessions,
    /// What is broken.
    pub faults: Faults,
    /// Where tokens come from.
    pub random: Random,
    metrics: Metrics,
}

impl Shop {
    /// Opens a shop in which nothing is broken.
    pub fn new(store: Store, random: Random) -> anyhow::Result<Self> {
        Ok(Self {
            store,
            sessions: Sessions::new(SESSIONS_MAX),
            faults: Faults::new(),
            random,
            metrics: Metrics::new()?,
        })
    }

    /// Answers a request.
    pub async fn respond(self: Arc<Self>, request: Request<Incoming>) -> Answer {
        let route = Route::of(request.uri().path());
        if !route.is_counted() {
            return self.respond_to_monitoring(route, &request);
        }
        let timer = self.metrics.start(route.pattern());
        let is_api = request.uri().path().starts_with("/api/");
        let answer = if !route.allows(request.method()) {
            answer::method_not_allowed(route.allowed())
        } else if is_api {
            api::respond(&self, route, request).await.unwrap_or_else(|refusal| answer::refused(&refusal))
        } else {
            pages::respond(&self.store, route).await
        };
        if is_api {
            self.faults.delay_api().await;
        }
        timer.answered(answer.status());
        answer
    }

    fn respond_to_monitoring(&self, route: Route, request: &Request<Incoming>) -> Answer {
        if !route.allows(request.method()) {
            return answer::method_not_allowed(route.allowed());
        }
        match route {
            Route::Metrics => self.metrics.page(),
            Route::Healthy => answer::typed(StatusCode::OK, "text/plain; charset=utf-8", "ok\n"),
            _ => answer::refused(&Refusal::missing("no such path")),
        }
    }
}
