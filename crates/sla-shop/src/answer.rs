//! Answers, and reading the body of a request within bounds.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use serde::{Serialize, de::DeserializeOwned};

use crate::refusal::Refusal;

/// Largest body; the largest honest one, an order, has some 50 bytes.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// How long a body may take to arrive.
const BODY_TIME_MAX: Duration = Duration::from_secs(10);

/// An answer of the shop.
pub type Answer = Response<Full<Bytes>>;

/// Answers with JSON.
pub fn json(status: StatusCode, body: &impl Serialize) -> Answer {
    match serde_json::to_vec(body) {
        Ok(body) => typed(status, "application/json", body),
        Err(error) => {
            tracing::error!(%error, "cannot write an answer");
            empty(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// Answers with a page.
pub fn html(status: StatusCode, page: String) -> Answer {
    typed(status, "text/html; charset=utf-8", page)
}

/// Answers with text of a given type.
pub fn typed(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// Answers with a refusal as JSON.
pub fn refused(refusal: &Refusal) -> Answer {
    #[derive(Serialize)]
    struct Body<'a> {
        error: &'a str,
    }
    let error = refusal.message.as_str();
    let mut answer = json(refusal.status, &Body { error });
    if refusal.status == StatusCode::UNAUTHORIZED {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    answer
}

/// Answers that the method does not fit the path.
pub fn method_not_allowed(allowed: &'static str) -> Answer {
    let mut answer = refused(&Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("method not allowed; allowed: {allowed}"),
    ));
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    answer
}

/// Reads a whole body, if it is neither too large nor too slow.
pub async fn read(body: Incoming) -> Result<Bytes, Refusal> {
    let too_large = || {
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than {BODY_BYTES_MAX} bytes"))
    };
    // An announced length is refused before a byte of it is read.
    if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        return Err(too_large());
    }
    let reading = Limited::new(body, BODY_BYTES_MAX).collect();
    match tokio::time::timeout(BODY_TIME_MAX, reading).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Refusal::bad("the body ended early")),
        Err(_) => Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    }
}

/// Reads a JSON body.
pub async fn read_json<T: DeserializeOwned>(body: Incoming) -> Result<T, Refusal> {
    let body = read(body).await?;
    serde_json::from_slice(&body).map_err(|error| Refusal::bad(format!("bad JSON body: {error}")))
}

fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}
