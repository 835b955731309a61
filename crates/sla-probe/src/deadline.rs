//! The instant by which a run has ended, come what may.

use std::time::{Duration, Instant};

/// The end of a run. Everything that a probe waits for ends with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(pub Instant);

impl Deadline {
    /// Returns the deadline `length` from now.
    pub fn after(length: Duration) -> Self {
        Self(Instant::now() + length)
    }

    /// Returns how much time is left, zero when it has passed.
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Runs `work` until it is done or the deadline has passed, in which case `None` is returned and the work
    /// has been dropped.
    pub(crate) async fn bound<T>(self, work: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout_at(self.0.into(), work).await.ok()
    }
}
