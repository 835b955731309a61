//! What tests inside and outside the shop share.

mod server;
mod tables;

pub use server::Server;
pub use tables::Tables;
