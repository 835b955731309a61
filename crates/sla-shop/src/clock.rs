//! The wall clock: the one place that reads it.

use std::time::{SystemTime, UNIX_EPOCH};

/// Returns the milliseconds since 1970, the unit of every `_at_ms` column.
#[expect(clippy::disallowed_methods, reason = "the shop records when customers really paid")]
pub fn now_ms() -> i64 {
    // A clock before 1970 or after the year 292 million is a broken machine: 0 is as good as any.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or(0)
}
