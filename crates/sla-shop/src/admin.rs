//! The admin port: switching faults on and off while the shop runs. It stands apart from the shop's
//! port so that nobody who can shop can break.

use std::{convert::Infallible, sync::Arc};

use http::{Method, Request, StatusCode};
use hyper::body::Incoming;

use crate::{
    answer::{self, Answer},
    fault::{Faults, Unfit},
    refusal::Refusal,
    shop::Shop,
};

/// Answers a request to the admin port.
pub async fn respond(shop: Arc<Shop>, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let path = request.uri().path().to_owned();
    let answer = match path.strip_prefix("/faults") {
        Some("") => Ok(all(&shop.faults, request.method())),
        Some(name) if name.starts_with('/') => one(&shop.faults, &name[1..], request).await,
        _ => Err(Refusal::missing("no such path; there is `/faults`")),
    };
    Ok(answer.unwrap_or_else(|refusal| answer::refused(&refusal)))
}

fn all(faults: &Faults, method: &Method) -> Answer {
    match *method {
        Method::GET | Method::HEAD => {}
        Method::DELETE => {
            faults.switch_all_off();
            tracing::info!("all faults are off");
        }
        _ => return answer::method_not_allowed("GET, HEAD, DELETE"),
    }
    answer::json(StatusCode::OK, &faults.list())
}

async fn one(faults: &Faults, name: &str, request: Request<Incoming>) -> Result<Answer, Refusal> {
    let listed = match *request.method() {
        Method::PUT => {
            let body = answer::read(request.into_body()).await?;
            let value = str::from_utf8(&body).map_err(|_| Refusal::bad("the value is not UTF-8 text"))?;
            faults.switch_on(name, value)
        }
        Method::DELETE => faults.switch_off(name),
        _ => return Ok(answer::method_not_allowed("PUT, DELETE")),
    };
    let listed = listed.map_err(|unfit| match unfit {
        Unfit::Name(message) => Refusal::missing(message),
        Unfit::Value(message) => Refusal::bad(message),
    })?;
    tracing::info!(fault = listed.name, on = listed.on, value = listed.value, "fault switched");
    Ok(answer::json(StatusCode::OK, &listed))
}
