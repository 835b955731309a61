//! The exporter as whoever runs it sees it: a process, its files, its signals, its pages, and Prometheus itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop here")]

mod client;
mod exporter;
mod hang;
mod hostile;
mod literal;
mod prometheus;
mod reload;
mod secrets;
mod stop;
mod target;
mod users;
mod watch;
mod web_config;
