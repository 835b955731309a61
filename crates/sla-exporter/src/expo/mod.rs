//! The text of `/metrics`.

pub mod own;
pub mod text;
