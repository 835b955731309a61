//! The trace that a run begins, so that a slow bucket leads to the spans of the very call that was slow.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
};

/// The header of <https://www.w3.org/TR/trace-context/>.
pub const HEADER: &str = "traceparent";

/// The identity of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceId([u8; 16]);

impl From<u128> for TraceId {
    /// Zero is no trace, so it becomes one.
    fn from(number: u128) -> Self {
        Self(number.max(1).to_be_bytes())
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl TraceId {
    /// Returns the value of the header: version 0, this trace, a span of our own, sampled.
    pub fn parent(self) -> String {
        let number = u128::from_be_bytes(self.0);
        let span = u64::try_from(number & u128::from(u64::MAX)).unwrap_or(1).max(1);
        format!("00-{self}-{span:016x}-01")
    }
}

/// Makes traces that nobody else makes.
#[derive(Debug, Default)]
pub struct Traces {
    /// Its keys are the random part: each process has its own.
    random: RandomState,
    made: AtomicU64,
}

impl Traces {
    /// Makes a trace.
    pub fn next(&self) -> TraceId {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let half = |salt: u8| u128::from(self.random.hash_one((salt, number)));
        TraceId::from(half(0) << 64 | half(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_what_the_recommendation_wants() {
        let trace = TraceId::from(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
        assert_eq!(trace.parent(), "00-4bf92f3577b34da6a3ce929d0e0e4736-a3ce929d0e0e4736-01");
        let traces = Traces::default();
        assert_ne!(traces.next(), traces.next());
    }
}
