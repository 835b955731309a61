//! History for recorded series: what the rules would have recorded, had they been there.
//!
//! The server computes it in one pass from raw series: a tile's rule is asked as a query in which everything
//! recorded is replaced by the rule that records it (`inline`). So it is the rules' own arithmetic, nothing has to
//! be loaded in between, and a new kind of indicator needs nothing here. Only hours are added up here (`hours`).

mod blocks;
mod hours;
mod inline;
mod server;
mod stretch;

pub use blocks::Blocks;
pub use hours::hours;
pub use inline::{Recorded, hourly, presence, tiles};
pub use server::{Found, Question, Server};
pub use stretch::stretches;
