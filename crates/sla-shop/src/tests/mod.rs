//! Tests of the whole shop, over HTTP on free ports.

mod buying;
mod faults;
mod front;
mod harness;
mod running;
