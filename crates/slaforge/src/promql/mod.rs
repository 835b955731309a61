//! The only place that writes `PromQL`.

pub mod build;
pub mod expr;
pub mod print;

pub use expr::Expr;
