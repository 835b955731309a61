//! What is done at each tick: a probe's run or a query's pass.

mod probe;
mod query;

pub use probe::ProbeJob;
pub use query::QueryJob;

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;
use sla_probe::Deadline;

/// Work ends by its deadline by itself. What has not ended so long after it is stopped, as a fault of the
/// exporter: one hanging job must not go unnoticed.
const OVERRUN_MAX: Duration = Duration::from_millis(100);

/// Does work that must neither panic nor overrun; says which of the two happened.
async fn guarded<T>(work: impl Future<Output = T>, deadline: Deadline) -> Result<T, &'static str> {
    let end = deadline.0 + OVERRUN_MAX;
    match tokio::time::timeout_at(end.into(), AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_)) => Err("the run panicked; this is a fault of sla_exporter"),
        Err(_) => Err("the run went on after its deadline; this is a fault of sla_exporter"),
    }
}
