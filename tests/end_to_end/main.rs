//! Whole outages on real servers: the shop, the exporter, Prometheus, Alertmanager and a receiver are started,
//! the shop is broken, and the second in which somebody is paged is held against the model.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod backfill;
mod calendar;
mod leftovers;
mod outage;
mod two_servers;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Two stages at once would take each other's processor time, and their seconds with it.
static STAGE: Mutex<()> = Mutex::new(());

/// Waits until no other test plays.
fn alone() -> MutexGuard<'static, ()> {
    STAGE.lock().unwrap_or_else(PoisonError::into_inner)
}
