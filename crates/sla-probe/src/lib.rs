//! Synthetic probes and journeys: one run in, one [`Outcome`] out.
//!
//! A probe is a plain `async fn` over its definition, the [`Host`] and a [`Deadline`]. It knows no registry, no
//! schedule and no clock but the deadline's, and it spawns nothing: dropping its future ends all of its work.

pub mod http;
pub mod journey;

mod deadline;
mod host;
mod outcome;
mod phase;
mod reason;
mod secrets;
mod template;
mod tls;

pub use deadline::Deadline;
pub use host::{Host, HostError};
pub use outcome::{Failure, Outcome, StepOutcome};
pub use phase::Phase;
pub use reason::Reason;
pub use secrets::Secrets;
