//! `slaforge` as its users see it: commands, files, exit codes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bench;
mod check;
mod explain;
mod fmt;
mod generate;
mod import;
mod init;
mod proven;
mod shards;
mod targets;
mod told;
