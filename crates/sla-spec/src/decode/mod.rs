//! The accumulating decoder: from nodes to values of the model, reporting every problem on the way.
//!
//! A decoding function takes a node and the [`context::Context`], and returns `None` after it reported why.
//! It decodes all its parts before it gives up, so that one run shows all problems.

pub mod context;
pub mod field;
pub mod list;
pub mod network;
pub mod scalar;
pub mod unit;
pub mod value_type;
