//! Tests of the whole shop, over HTTP on free ports.

mod buying;
mod databases;
mod fault_table;
mod faults;
mod front;
mod harness;
mod running;
#[path = "../../tests/support/mod.rs"]
mod support;
