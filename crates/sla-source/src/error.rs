//! Why a pass brought no numbers. Each text says what to do, tells nothing that only the database knows, and stays the
//! same while the same thing is wrong: whoever logs it tells it once.

use std::path::PathBuf;

use sla_model::id::LabelName;

use crate::Cause;

/// Why a pass brought no numbers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The database cannot be opened for reading.
    #[error("cannot open `{}` for reading", file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// What the driver says.
        source: Cause,
    },
    /// The database refused the query or broke off.
    #[error("the query failed")]
    Query(#[source] Cause),
    /// There was no whole answer in time.
    #[error("no whole answer by the deadline; make the query cheaper, for example with an index")]
    Timeout,
    /// More than one statement.
    #[error("the query holds several statements; write a single `SELECT`")]
    Statements,
    /// Not two columns.
    #[error("the query returns {0} columns; it must return two, the label value and its total")]
    Columns(usize),
    /// More rows than declared values.
    #[error("the query returns more than {0} rows; `GROUP BY` the label, or declare more `values`")]
    Rows(usize),
    /// A label value that is not text.
    #[error("the query returns a label value of type {0}; it must be TEXT, for example by `CAST(… AS TEXT)`")]
    Label(String),
    /// A total that is not an integer.
    #[error("the query returns a total of type {0}; it must be an INTEGER, for example by `count(…)`")]
    Total(String),
    /// A total below zero.
    #[error("the total of `{0}` is negative; a total counts from 0 upwards")]
    Negative(String),
    /// A label value that is not declared.
    #[error("the query returns a `{0}` that is not among `values`; declare it there or leave it out")]
    Undeclared(LabelName),
    /// The same label value twice.
    #[error("the query returns a `{0}` twice; `GROUP BY` the label")]
    Twice(LabelName),
    /// A counter that fell.
    #[error(
        "the total of `{label}` fell below {from}; count what is never taken back, for example a time that is set once"
    )]
    Fell {
        /// The label value, a declared one.
        label: String,
        /// The total of the last good pass.
        from: u64,
    },
}

impl SourceError {
    /// Makes the error of a query that the driver could not do.
    pub(crate) fn query(cause: sqlx::Error) -> Self {
        Self::Query(cause.into())
    }
}
