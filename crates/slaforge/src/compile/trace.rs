//! Input series of generated tests, in promtool's notation.
//!
//! promtool adds steps up in floating point. A sum that is off by its last digit makes the next stretch begin
//! below it, which reads as a counter reset: so every step is a whole number, or a whole number of 1024ths.

use std::time::Duration;

use rust_decimal::Decimal;

/// The distance of samples. It does not divide the evaluation interval, so that evaluations see scrapes at
/// every offset: aligned samples hide errors.
pub const STEP: Duration = Duration::from_secs(29);

/// A counter or gauge that is built phase by phase.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    values: Vec<String>,
    last: Decimal,
}

impl Trace {
    /// Starts a series at a value.
    pub fn from(start: impl Into<Decimal>) -> Self {
        let start = start.into();
        Self { values: vec![start.normalize().to_string()], last: start }
    }

    /// Rises by `each` for `count` samples.
    #[must_use]
    pub fn rise(mut self, each: Decimal, count: u32) -> Self {
        if count > 0 {
            let first = self.last + each;
            let sign = if each.is_sign_negative() { "" } else { "+" };
            self.values.push(format!("{}{sign}{}x{}", first.normalize(), each.normalize(), count - 1));
            self.last += each * Decimal::from(count);
        }
        self
    }

    /// Stays at a level for `count` samples.
    #[must_use]
    pub fn stay(mut self, level: Decimal, count: u32) -> Self {
        if count > 0 {
            self.values.push(format!("{}+0x{}", level.normalize(), count - 1));
            self.last = level;
        }
        self
    }

    /// Rises by `each` for `count` samples that are missing.
    #[must_use]
    pub fn miss(mut self, each: Decimal, count: u32) -> Self {
        self.values.push(format!("_x{count}"));
        self.last += each * Decimal::from(count);
        self
    }

    /// Starts again at zero, as after a restart of the target.
    #[must_use]
    pub fn reset(mut self) -> Self {
        self.values.push("0".to_owned());
        self.last = Decimal::ZERO;
        self
    }

    /// Returns the notation.
    pub fn notation(&self) -> String {
        self.values.join(" ")
    }
}

/// Returns the largest number of 1024ths that is not above a number: floating point adds these exactly.
pub fn exact(number: Decimal) -> Decimal {
    (number * Decimal::from(1024)).floor() / Decimal::from(1024)
}

/// Returns how many samples cover at least this time.
pub fn samples(time: Duration) -> u32 {
    u32::try_from(time.as_secs().div_ceil(STEP.as_secs())).unwrap_or(u32::MAX)
}

/// Returns when the sample with this number is taken; the first is number 0, at the start.
pub fn at(sample: u32) -> Duration {
    STEP * sample
}
