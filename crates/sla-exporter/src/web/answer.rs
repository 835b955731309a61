//! Answers.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use super::content::Content;

/// An answer of the exporter.
pub type Answer = Response<Content>;

/// Answers with plain text.
pub fn text(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    typed(status, "text/plain; charset=utf-8", body)
}

/// Answers with a body of a given type.
pub fn typed(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    with(status, kind, Content::Whole(body.into()))
}

/// Answers with a body that may still be in the making.
pub fn with(status: StatusCode, kind: &'static str, body: Content) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// Answers that a page only knows other methods.
pub fn method_not_allowed(allowed: &'static str) -> Answer {
    let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n");
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    answer
}

/// Answers a request that is none, and ends its connection: what comes behind it cannot be trusted either.
pub fn bad_request(problem: &'static str) -> Answer {
    let mut answer = text(StatusCode::BAD_REQUEST, problem);
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}
