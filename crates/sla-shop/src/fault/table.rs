//! The reference: every fault, its value, what exactly it changes and what it leaves alone. The tests
//! walk through this table and prove it line by line.

use std::{fmt, time::Duration};

use crate::share::Share;

/// Longest delay; more than any client waits.
const DELAY_MS_MAX: u64 = 60_000;

/// See [`FAULTS`].
pub const PAYMENT_DOWN: &str = "payment_down";
/// See [`FAULTS`].
pub const PAYMENT_HANGS: &str = "payment_hangs";
/// See [`FAULTS`].
pub const PAYMENT_SHARE: &str = "payment_share";
/// See [`FAULTS`].
pub const SLOW_API: &str = "slow_api";
/// See [`FAULTS`].
pub const WRONG_ANSWER: &str = "wrong_answer";
/// See [`FAULTS`].
pub const DROP_CONNECTIONS: &str = "drop_connections";
/// See [`FAULTS`].
pub const SLOW_DATABASE: &str = "slow_database";
/// See [`FAULTS`].
pub const STOCK_STUCK: &str = "stock_stuck";
/// See [`FAULTS`].
pub const SLOW_PAGES: &str = "slow_pages";
/// See [`FAULTS`].
pub const CERTIFICATE_EXPIRED: &str = "certificate_expired";

/// All faults, in the order in which they are listed.
pub const FAULTS: &[Fault] = &[
    Fault {
        name: PAYMENT_DOWN,
        about: "the payment gateway does not answer: every payment fails with 503",
        leaves: "orders, stock, refunds, pages",
        kind: Kind::Switch,
        default: "",
    },
    Fault {
        name: PAYMENT_HANGS,
        about: "every payment stays pending: 504 after this many milliseconds, settled when healed",
        leaves: "orders, stock, pages; healing answers a waiting payment at once",
        kind: Kind::Delay,
        default: "30000",
    },
    Fault {
        name: PAYMENT_SHARE,
        about: "this share of payments fails with 402, evenly spread",
        leaves: "the other payments, orders, stock, pages",
        kind: Kind::Share,
        default: "30%",
    },
    Fault {
        name: SLOW_API,
        about: "every answer under /api/ comes this many milliseconds later",
        leaves: "what is answered and written, pages",
        kind: Kind::Delay,
        default: "500",
    },
    Fault {
        name: WRONG_ANSWER,
        about: "every answer under /api/ is 200 with a JSON body that holds nothing of what was asked",
        leaves: "what is written: orders and payments are made as ever; pages",
        kind: Kind::Switch,
        default: "",
    },
    Fault {
        name: DROP_CONNECTIONS,
        about: "every request for a page or to /api/ is cut off without an answer, and nothing is done for it",
        leaves: "/metrics, /-/healthy, the admin port",
        kind: Kind::Switch,
        default: "",
    },
    Fault {
        name: SLOW_DATABASE,
        about: "every transaction that writes is held open this many milliseconds before it commits",
        leaves: "what is answered and written, whatever only reads",
        kind: Kind::Delay,
        default: "500",
    },
    Fault {
        name: STOCK_STUCK,
        about: "no stock can be deducted: every order is refused with 409 as out of stock",
        leaves: "the stock itself, orders placed before and their payments, pages",
        kind: Kind::Switch,
        default: "",
    },
    Fault {
        name: SLOW_PAGES,
        about: "every page comes this many milliseconds later",
        leaves: "style, script, image, /api/",
        kind: Kind::Delay,
        default: "3000",
    },
    Fault {
        name: CERTIFICATE_EXPIRED,
        about: "new TLS connections are shown a certificate that has expired",
        leaves: "open TLS connections, connections without TLS",
        kind: Kind::Switch,
        default: "",
    },
];

/// Something that can be broken.
pub struct Fault {
    /// What to call it.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// What it does not do.
    pub leaves: &'static str,
    /// What kind of value it takes.
    pub kind: Kind,
    /// Its value if none is given.
    pub default: &'static str,
}

/// What kind of value a fault takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// None: on or off.
    Switch,
    /// A share of what happens.
    Share,
    /// Milliseconds.
    Delay,
}

impl Kind {
    /// Reads a value, or says what to write.
    pub fn read(self, text: &str) -> Result<Value, String> {
        match self {
            Self::Switch if text.is_empty() => Ok(Value::Nothing),
            Self::Switch => Err("it takes no value, write the name alone".to_owned()),
            Self::Share => text.parse().map(Value::Share).map_err(|()| {
                "write a share above 0% and up to 100%, for example `30%` or `0.5%`".to_owned()
            }),
            Self::Delay => delay(text),
        }
    }
}

/// How much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// There is no more or less of it.
    Nothing,
    /// A share.
    Share(Share),
    /// A time.
    Delay(Duration),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Share(share) => share.fmt(f),
            Self::Delay(delay) => write!(f, "{}ms", delay.as_millis()),
        }
    }
}

/// Returns the table as text, for people who want to know what they can break.
pub fn reference() -> String {
    let lines = FAULTS.iter().map(|fault| {
        let value = match fault.kind {
            Kind::Switch => String::new(),
            Kind::Share => format!("=SHARE (default {})", fault.default),
            Kind::Delay => format!("=MILLISECONDS (default {})", fault.default),
        };
        format!("{}{value}\n    changes: {}\n    leaves:  {}", fault.name, fault.about, fault.leaves)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn delay(text: &str) -> Result<Value, String> {
    let digits = text.strip_suffix("ms").unwrap_or(text).trim_end();
    digits
        .parse()
        .ok()
        .filter(|milliseconds| (1..=DELAY_MS_MAX).contains(milliseconds))
        .map(|milliseconds| Value::Delay(Duration::from_millis(milliseconds)))
        .ok_or_else(|| {
            format!("write whole milliseconds from 1 to {DELAY_MS_MAX}, for example `750` or `750ms`")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_fits_its_fault() {
        for fault in FAULTS {
            assert!(fault.kind.read(fault.default).is_ok(), "{}", fault.name);
            assert!(reference().contains(fault.name));
        }
    }
}
