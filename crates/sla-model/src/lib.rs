//! The nouns of a service-level promise and their arithmetic.
//!
//! A value of these types is valid: only `sla-spec` builds a [`Model`], after every check passed. This crate
//! knows no YAML, no PromQL, no HTTP, no clock and no file; everything in it is pure.

pub mod amount;
pub mod bounds;
pub mod burn;
pub mod counter;
pub mod duration;
pub mod id;
pub mod indicator;
pub mod journey;
pub mod json_path;
pub mod limit;
pub mod maintenance;
pub mod model;
pub mod module;
pub mod names;
pub mod objective;
pub mod pace;
pub mod probe;
pub mod scrape;
pub mod secret;
pub mod selector;
pub mod share;
pub mod signal;
pub mod source;
pub mod state;
pub mod text;
pub mod tier;
pub mod window;

pub use model::Model;
pub use pace::Pace;
