//! `slaforge` as its users see it: commands, files, exit codes.

mod bench;
mod check;
mod generate;
