//! What the driver says, once: its errors repeat their own causes in their texts, and a chain of them would say
//! everything twice.

/// An error of the driver.
#[derive(Debug)]
pub struct Cause(sqlx::Error);

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            // There was no communication with a file that is not there.
            sqlx::Error::Io(error) => error.fmt(f),
            error => error.fmt(f),
        }
    }
}

impl std::error::Error for Cause {}

impl From<sqlx::Error> for Cause {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}
