//! An exact share, and which of many it falls on.

use std::{fmt, str::FromStr};

/// Most digits after the point: `0.000001%` of payments is one in 100 million.
const DECIMALS_MAX: usize = 6;

/// One percent in the unit of [`Share`].
const PERCENT: u64 = 10_u64.pow(6);

/// A share above 0 % and up to 100 %, as a whole number of millionths of a percent: no float decides
/// which payment fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share(u64);

impl Share {
    /// Whether the `n`-th of a sequence belongs to the share. Of the first `k`, `floor(k * share)` do,
    /// evenly spread.
    pub fn falls_on(self, n: u64) -> bool {
        let so_far = |n: u64| u128::from(n) * u128::from(self.0) / u128::from(100 * PERCENT);
        so_far(n) > so_far(n.saturating_sub(1))
    }
}

impl FromStr for Share {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let number = text.strip_suffix('%').ok_or(())?.trim_end();
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > DECIMALS_MAX {
            return Err(());
        }
        let whole: u64 = whole.parse().map_err(|_| ())?;
        let decimals: u64 = format!("{decimals:0<DECIMALS_MAX$}").parse().map_err(|_| ())?;
        let share = whole.checked_mul(PERCENT).and_then(|it| it.checked_add(decimals)).ok_or(())?;
        if share == 0 || share > 100 * PERCENT {
            return Err(());
        }
        Ok(Self(share))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, decimals) = (self.0 / PERCENT, self.0 % PERCENT);
        if decimals == 0 {
            return write!(f, "{whole}%");
        }
        let decimals = format!("{decimals:0DECIMALS_MAX$}");
        write!(f, "{whole}.{}%", decimals.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(text: &str, expected: Option<&str>) {
        let share: Option<Share> = text.parse().ok();
        assert_eq!(share.map(|it| it.to_string()).as_deref(), expected);
    }

    #[test]
    fn texts() {
        read("30%", Some("30%"));
        read("100%", Some("100%"));
        read("0.5%", Some("0.5%"));
        read("033.330%", Some("33.33%"));
        read("0.000001%", Some("0.000001%"));
        for bad in [
            "",
            "%",
            "30",
            "0%",
            "0.0%",
            "100.000001%",
            "-3%",
            "+3%",
            ".5%",
            "5.%",
            "1e1%",
            "0.0000001%",
            "NaN%",
            "99999999999999999999%",
        ] {
            read(bad, None);
        }
    }

    #[test]
    fn of_the_first_k_the_floor_of_the_share_is_hit() {
        for (text, millionths) in
            [("30%", 300_000), ("0.5%", 5_000), ("100%", 1_000_000), ("33.3333%", 333_333)]
        {
            let share: Share = text.parse().unwrap();
            let mut hit = 0;
            for k in 1..=2_000 {
                hit += u64::from(share.falls_on(k));
                assert_eq!(hit, k * millionths / 1_000_000, "{k} of {text}");
            }
        }
    }
}
