//! `sla_exporter`: measures what the specification promises and exports it on `/metrics`.
//!
//! The way of a number: `jobs` start runs as `schedule` says → a run's outcome is noted in `state` → `snapshot` copies
//! it → `expo` writes it → `web` serves it. `reload` changes the model under all of that without losing a count.

pub mod cli;
pub mod config;
pub mod exit;
pub mod expo;
pub mod histogram;
pub mod host;
mod job;
mod jobs;
pub mod limits;
pub mod log;
pub mod native;
pub mod patience;
mod reader;
pub mod reload;
pub mod run;
pub mod schedule;
pub mod secret;
pub mod snapshot;
pub mod state;
pub mod trace;
mod voice;
pub mod watch;
pub mod web;
pub mod web_config;
mod weigh;

#[cfg(test)]
mod tests;
