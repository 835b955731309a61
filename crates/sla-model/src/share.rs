//! Exact shares: 99.9 % is 999/1000, so budgets and thresholds print without float noise.

use std::{fmt, str::FromStr};

use rust_decimal::Decimal;

/// A share of a whole as an exact decimal: `0.999` for 99.9 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(Decimal);

/// Why a text is not a share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// There is no `%` behind the number.
    #[error("a share needs its unit, `%`")]
    Unit,
    /// The text before `%` is no decimal number.
    #[error("`{0}` is not a decimal number")]
    Number(String),
}

impl Share {
    /// Makes a share from an exact decimal, `0.999` for 99.9 %.
    pub const fn new(share: Decimal) -> Self {
        Self(share)
    }

    /// Returns the share as an exact decimal, `0.999` for 99.9 %.
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// Returns what is missing to the whole: the error budget of a target.
    pub fn rest(self) -> Self {
        Self((Decimal::ONE - self.0).normalize())
    }

    /// Writes the share for people, with at most four significant digits: `0.08014%`.
    pub fn brief(self) -> String {
        Self(brief(self.0)).to_string()
    }

    /// Returns the share as a percentage, `99.9` for 99.9 %.
    pub fn percent(self) -> Decimal {
        (self.0 * Decimal::ONE_HUNDRED).normalize()
    }
}

/// Returns a number for people, with at most four significant digits; expressions keep it exact.
pub fn brief(number: Decimal) -> Decimal {
    number.round_sf(4).unwrap_or(number).normalize()
}

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let number = text.trim().strip_suffix('%').ok_or(ShareError::Unit)?.trim_end();
        let percent = Decimal::from_str_exact(number).map_err(|_| ShareError::Number(number.to_owned()))?;
        let share = percent.checked_div(Decimal::ONE_HUNDRED);
        share.map(|it| Self(it.normalize())).ok_or_else(|| ShareError::Number(number.to_owned()))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.percent())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact() {
        let target: Share = "99.9%".parse().unwrap();
        assert_eq!(target.to_string(), "99.9%");
        assert_eq!(target.rest().decimal().to_string(), "0.001");
        assert_eq!("99.95 %".parse::<Share>().unwrap().rest().to_string(), "0.05%");
        assert_eq!("100%".parse::<Share>().unwrap().rest().decimal(), Decimal::ZERO);
        assert_eq!("0.08014285714285714285714286%".parse::<Share>().unwrap().brief(), "0.08014%");
        assert_eq!("14.4%".parse::<Share>().unwrap().brief(), "14.4%");
    }

    #[test]
    fn a_share_says_what_is_wrong() {
        assert_eq!("99.9".parse::<Share>().unwrap_err().to_string(), "a share needs its unit, `%`");
        assert_eq!("1e2%".parse::<Share>().unwrap_err().to_string(), "`1e2` is not a decimal number");
    }
}
