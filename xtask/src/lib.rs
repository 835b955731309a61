//! The project's own commands. `main.rs` only chooses between them.

pub mod backfill;
pub mod bench;
pub mod demo;
pub mod forecast;
pub mod full;
pub mod go_module;
pub mod known;
mod outside;
pub mod packages;
pub mod peers;
pub mod process;
pub mod prometheus;
pub mod receiver;
pub mod rule_file;
pub mod selectors;
pub mod stage;
pub mod story;
pub mod test;
pub mod tidy;
pub mod timeline;
