//! How much of something: a time, a share, bytes. What a bound holds against a signal.

use std::{fmt, time::Duration};

use rust_decimal::Decimal;

use crate::{duration, share::Share};

/// An amount with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub enum Amount {
    /// A time.
    Duration(Duration),
    /// A part of a whole.
    Share(Share),
    /// Bytes, or bytes per second.
    Bytes(u64),
}

/// What a signal is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// A share, 0 to 1.
    Share,
    /// Bytes.
    Bytes,
    /// Bytes per second.
    BytesPerSecond,
}

/// The units of bytes, largest first. Those of ten are powers of 1,000, the others of 1,024.
const BYTE_UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1000),
    ("B", 1),
];

impl Unit {
    /// Returns an amount that people would write.
    pub fn example(self) -> &'static str {
        match self {
            Self::Seconds => "3s",
            Self::Share => "85%",
            Self::Bytes => "4GiB",
            Self::BytesPerSecond => "100MiB/s",
        }
    }

    /// Parses an amount above zero in this unit; a share must be below the whole.
    pub fn parse(self, text: &str) -> Option<Amount> {
        let text = text.trim();
        match self {
            Self::Seconds => duration::parse(text).ok().filter(|it| !it.is_zero()).map(Amount::Duration),
            Self::Share => {
                let share: Share = text.parse().ok()?;
                let within = Decimal::ZERO < share.decimal() && share.decimal() < Decimal::ONE;
                within.then_some(Amount::Share(share))
            }
            Self::Bytes => bytes(text),
            Self::BytesPerSecond => bytes(text.strip_suffix("/s")?),
        }
    }
}

fn bytes(text: &str) -> Option<Amount> {
    let (name, size) = BYTE_UNITS.iter().find(|it| text.ends_with(it.0))?;
    let number = Decimal::from_str_exact(text.strip_suffix(name)?.trim_end()).ok()?;
    let bytes = number.checked_mul(Decimal::from(*size))?.trunc();
    u64::try_from(bytes).ok().filter(|it| *it > 0).map(Amount::Bytes)
}

impl Amount {
    /// Returns the number in the base unit: seconds, parts of one, bytes.
    pub fn number(self) -> Decimal {
        match self {
            Self::Duration(it) => duration::seconds(it),
            Self::Share(it) => it.decimal(),
            Self::Bytes(it) => it.into(),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duration(it) => f.write_str(&duration::text(*it)),
            Self::Share(it) => it.fmt(f),
            Self::Bytes(it) => {
                let whole = |unit: &&(&str, u64)| it % unit.1 == 0;
                let (name, size) = BYTE_UNITS.iter().find(whole).unwrap_or(&("B", 1));
                write!(f, "{}{name}", it / size)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(unit: Unit, text: &str, expected: Option<(&str, &str)>) {
        let found = unit.parse(text).map(|it| (it.to_string(), it.number().to_string()));
        assert_eq!(found, expected.map(|it| (it.0.to_owned(), it.1.to_owned())), "{text}");
    }

    #[test]
    fn amounts_are_read_in_their_unit() {
        read(Unit::Seconds, "3s", Some(("3s", "3")));
        read(Unit::Seconds, "85%", None);
        read(Unit::Share, "85%", Some(("85%", "0.85")));
        read(Unit::Share, "100%", None);
        read(Unit::Share, "0.85", None);
        read(Unit::Bytes, "1.5 GiB", Some(("1536MiB", "1610612736")));
        read(Unit::Bytes, "4294967296B", Some(("4GiB", "4294967296")));
        read(Unit::Bytes, "5GB", Some(("5GB", "5000000000")));
        read(Unit::Bytes, "4", None);
        read(Unit::Bytes, "0B", None);
        read(Unit::Bytes, "-1GiB", None);
        read(Unit::BytesPerSecond, "100MiB/s", Some(("100MiB", "104857600")));
        read(Unit::BytesPerSecond, "100MiB", None);
    }
}
