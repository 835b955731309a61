//! What must hold for every text. The same files are part of the crates' own tests, which replay the corpus.

pub mod import;
pub mod promql;
pub mod spec;
