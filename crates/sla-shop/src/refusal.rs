//! Why the shop does not do what was asked: a status and a sentence.

use http::StatusCode;

/// A request that was not fulfilled.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The answer's status.
    pub status: StatusCode,
    /// The answer's `error`.
    pub message: String,
}

impl Refusal {
    /// Refuses with any status.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// Refuses what cannot be understood.
    pub fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// Refuses what names nothing.
    pub fn missing(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// Refuses what does not fit the state of things.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed) {
            return Self::new(StatusCode::SERVICE_UNAVAILABLE, "the shop is too busy");
        }
        // The cause is for the operator; a customer can do nothing with it.
        tracing::error!(%error, "database failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal error")
    }
}
