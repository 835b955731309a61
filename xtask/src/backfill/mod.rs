//! What the rules would have recorded, had they been there all along.
//!
//! `promtool tsdb create-blocks-from rules` asks a running server for every rule, and the server does not see what
//! the same call wrote: a rule that reads another one's series finds nothing. So rules are sorted into levels, and
//! each level is evaluated on a server that already has the blocks of the levels below.
//!
//! `levels` sorts, `evaluate` asks a `server`, `blocks` writes.

pub mod blocks;
pub mod evaluate;
pub mod levels;
pub mod server;
