//! YAML text as a tree whose every node knows its place. Nothing here knows what a specification says.

mod ahead;
pub mod json;
pub mod merge;
pub mod node;
pub mod parse;
mod syntax;
