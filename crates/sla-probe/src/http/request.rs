//! The request of a call.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use http_body_util::Full;
use sla_model::probe::HttpCall;

use super::target::Target;
use crate::{outcome::Failure, reason::Reason};

/// How the exporter names itself.
const USER_AGENT: &str = concat!("sla_exporter/", env!("CARGO_PKG_VERSION"));

/// Builds the request, and says where it goes. Headers of the specification replace the standard ones.
pub(crate) fn prepare(call: &HttpCall) -> Result<(Target, Request<Full<Bytes>>), Failure> {
    let target = Target::parse(&call.url)?;
    let config = |what: String| Failure::new(Reason::Config, what);
    let mut headers = HeaderMap::new();
    let host = HeaderValue::from_str(&target.authority);
    headers.insert(header::HOST, host.map_err(|_| config("the host is no header value".to_owned()))?);
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    let body = match &call.json {
        Some(json) => {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Bytes::from(json.to_string())
        }
        None => Bytes::new(),
    };
    for (name, value) in &call.headers {
        let key = HeaderName::from_bytes(name.as_bytes());
        let key = key.map_err(|_| config(format!("`{name}` is not the name of a header")))?;
        // The value is not told: it may be a secret.
        let value = HeaderValue::from_str(value);
        headers
            .insert(key, value.map_err(|_| config(format!("the value of header `{name}` cannot be sent")))?);
    }
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = method(call)?;
    *request.uri_mut() = target.path.clone().into();
    *request.headers_mut() = headers;
    Ok((target, request))
}

fn method(call: &HttpCall) -> Result<http::Method, Failure> {
    let name = call.method.as_str();
    let method = http::Method::from_bytes(name.as_bytes());
    method.map_err(|_| Failure::new(Reason::Config, format!("`{name}` is not a method")))
}
