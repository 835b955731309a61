//! The exporter as a whole, against a server and a database of the test's own.

mod command_line;
pub mod fixture;
mod page;
mod running;
mod schedule;
