//! The shop: what it keeps, and how a request finds its answer.

use std::{net::IpAddr, sync::Arc};

use http::{Request, StatusCode};
use hyper::body::{Body, Incoming};

use crate::{
    access_log::AccessLog,
    answer::{self, Answer},
    api,
    fault::{self, Faults},
    metrics::{self, Metrics},
    pages,
    refusal::Refusal,
    route::Route,
    secret::Random,
    session::{SESSIONS_MAX, Sessions},
    store::Store,
};

/// The request is not answered: its connection is cut.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped")]
pub struct Dropped;

/// Everything a request may need.
pub struct Shop {
    /// Users, goods, orders, payments, journal.
    pub store: Store,
    /// Who is logged in.
    pub sessions: Sessions,
    /// What is broken.
    pub faults: Arc<Faults>,
    /// Where tokens come from.
    pub random: Random,
    metrics: Metrics,
    access_log: Option<Arc<AccessLog>>,
}

impl Shop {
    /// Opens a shop on a store.
    pub fn new(
        store: Store,
        faults: Arc<Faults>,
        random: Random,
        access_log: Option<Arc<AccessLog>>,
    ) -> anyhow::Result<Self> {
        let metrics = Metrics::new(store.tally())?;
        Ok(Self { store, sessions: Sessions::new(SESSIONS_MAX), faults, random, metrics, access_log })
    }

    /// Answers a request, or not, and logs it either way.
    pub async fn respond(
        self: Arc<Self>,
        remote: IpAddr,
        request: Request<Incoming>,
    ) -> Result<Answer, Dropped> {
        let route = Route::of(request.uri().path());
        let mut record = self.access_log.as_ref().map(|log| log.start(remote, route, &request));
        let answer = if route.is_counted() {
            self.respond_to_customer(route, request).await
        } else {
            Ok(self.respond_to_monitoring(route, &request))
        };
        if let Some(record) = &mut record {
            match &answer {
                Ok(answer) => {
                    let bytes = answer.body().size_hint().exact().unwrap_or(0);
                    record.answered(answer.status().as_str(), bytes);
                }
                Err(Dropped) => record.answered(metrics::DROPPED, 0),
            }
        }
        answer
    }

    async fn respond_to_customer(
        self: &Arc<Self>,
        route: Route,
        request: Request<Incoming>,
    ) -> Result<Answer, Dropped> {
        let mut timer = self.metrics.start(route.pattern());
        if self.faults.is_on(fault::DROP_CONNECTIONS) {
            timer.dropped();
            return Err(Dropped);
        }
        let is_api = request.uri().path().starts_with("/api/");
        let mut answer = if !route.allows(request.method()) {
            answer::method_not_allowed(route.allowed())
        } else if is_api {
            api::respond(self, route, request).await.unwrap_or_else(|refusal| answer::refused(&refusal))
        } else {
            pages::respond(&self.store, route).await
        };
        if is_api {
            if self.faults.is_on(fault::WRONG_ANSWER) {
                answer = answer::json(StatusCode::OK, &serde_json::json!({"code": 0, "data": null}));
            }
            self.faults.delay(fault::SLOW_API).await;
        } else if !route.is_asset() {
            self.faults.delay(fault::SLOW_PAGES).await;
        }
        timer.answered(answer.status());
        Ok(answer)
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
