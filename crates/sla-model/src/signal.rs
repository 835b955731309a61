//! What a limit is held against.

/// A measured signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The mean response time over five minutes, of any probe, step or scraped route.
    ResponseMean,
}

impl Signal {
    /// Every signal with its name in a specification.
    pub const ALL: [(&str, Self); 1] = [("response.mean", Self::ResponseMean)];

    /// Returns the name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ResponseMean => "response.mean",
        }
    }
}
