//! Values that the specification names but never holds.

use std::path::PathBuf;

/// Where the exporter finds a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Secret {
    /// In a file; the path is relative to the file of the specification that names it and was resolved against
    /// it. White space at the end is cut.
    File(PathBuf),
    /// In this variable of the exporter's environment.
    Env(String),
}
