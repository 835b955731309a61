//! Mail needs a server.

use crate::{
    decode::context::Context,
    diagnostic::{Code, Diagnostic},
};

/// Reports mail addresses that nothing can send to.
pub fn check(cx: &Context<'_>) -> Vec<Diagnostic> {
    if cx.known.mailed {
        return Vec::new();
    }
    let problem = |span: &crate::diagnostic::Span| {
        Diagnostic::error(Code::Contact, *span, "mail cannot be sent without a server")
            .hint("add `smtp: {host: \"smtp.example.com:587\", from: sla@example.com}`")
    };
    cx.collected.emails.iter().map(problem).collect()
}
