//! Probes and journeys against real servers on this machine.

#![expect(
    clippy::unwrap_used,
    reason = "all of this crate is tests; clippy sees only functions marked as such"
)]

mod http;
mod journey;
mod server;
