//! What a synthetic probe does, and what it must see.

use std::time::Duration;

use serde_json::Value;

use crate::{
    id::{ModuleId, ProbeId},
    json_path::JsonPath,
};

/// A probe that runs by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// The name, the `probe` label.
    pub id: ProbeId,
    /// The part of the system that it looks at.
    pub module: ModuleId,
    /// How often it runs (nominal).
    pub every: Duration,
    /// How long one run may take (never divided by the pace; a run also ends when the next is due).
    pub timeout: Duration,
    /// What it does.
    pub kind: ProbeKind,
}

/// The kinds of probes. A journey is not among them: it is made of calls (`journey::Journey`).
#[derive(Clone, Debug, PartialEq)]
pub enum ProbeKind {
    /// One HTTP call.
    Http(HttpCall),
}

/// One HTTP request and what its answer must look like. Texts may hold `{{name}}` for values that earlier
/// steps of a journey saved.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpCall {
    /// The method, in capitals.
    pub method: Method,
    /// The absolute URL, `http://` or `https://`.
    pub url: String,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// A JSON body.
    pub json: Option<Value>,
    /// What the answer must look like.
    pub expect: Expect,
    /// The answer must be whole within this time.
    pub within: Option<Duration>,
}

/// The methods that a probe may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named by RFC 9110")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// Every method with its key in a specification.
    pub const ALL: [(&str, Self); 6] = [
        ("get", Self::Get),
        ("head", Self::Head),
        ("post", Self::Post),
        ("put", Self::Put),
        ("patch", Self::Patch),
        ("delete", Self::Delete),
    ];

    /// Returns the method as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What an answer must look like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expect {
    /// The status codes that are right; none given means 200 to 299.
    pub status: Vec<u16>,
    /// Values that must stand in the JSON body.
    pub json: Vec<(JsonPath, Value)>,
    /// Text that must stand in the body.
    pub contains: Option<String>,
}

impl Expect {
    /// Returns whether a status code is right.
    pub fn allows(&self, status: u16) -> bool {
        if self.status.is_empty() { (200..300).contains(&status) } else { self.status.contains(&status) }
    }
}
