//! Faults: what can be broken in the running shop. A new fault is one entry of [`FAULTS`] and one
//! question that the shop asks.

use std::{
    collections::BTreeMap,
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use serde::Serialize;
use tokio::sync::watch;

use crate::share::Share;

/// Longest delay; more than any client waits.
const DELAY_MS_MAX: u64 = 60_000;

const PAYMENT_DOWN: &str = "payment_down";
const PAYMENT_SHARE: &str = "payment_share";
const SLOW_API: &str = "slow_api";

/// All faults, in the order in which they are listed.
pub const FAULTS: &[Fault] = &[
    Fault {
        name: PAYMENT_DOWN,
        about: "the payment gateway does not answer: every payment fails with 503",
        default: "",
        parse: no_value,
    },
    Fault {
        name: PAYMENT_SHARE,
        about: "this share of payments fails with 402, evenly spread",
        default: "30%",
        parse: share,
    },
    Fault {
        name: SLOW_API,
        about: "every answer under /api/ comes this many milliseconds later",
        default: "500",
        parse: delay,
    },
];

/// Something that can be broken.
pub struct Fault {
    /// What to call it.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    default: &'static str,
    parse: fn(&str) -> Result<Value, String>,
}

/// How much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    Nothing,
    Share(Share),
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

/// Why a fault was not switched on.
#[derive(Debug, PartialEq, Eq)]
pub enum Unfit {
    /// There is no such fault; the text lists those that exist.
    Name(String),
    /// The value does not fit; the text says what to write.
    Value(String),
}

/// A fault and whether it is on, as listed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Name of the fault.
    pub name: &'static str,
    /// Whether it is on.
    pub on: bool,
    /// Its value while it is on, if it has one.
    pub value: Option<String>,
    /// What it does.
    pub about: &'static str,
}

/// What the payment gateway says to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gateway {
    /// It went through.
    Paid,
    /// It was declined.
    Declined,
    /// No answer.
    Down,
}

/// A fault that is on. Real and synthetic payments are counted apart: the test payer's share must not
/// depend on how many customers pay in between.
struct Active {
    value: Value,
    payments: [AtomicU64; 2],
}

/// The switches. Readers see a change at once.
pub struct Faults {
    on: watch::Sender<BTreeMap<&'static str, Active>>,
}

impl Faults {
    /// Returns the switches, all off.
    pub fn new() -> Self {
        Self { on: watch::Sender::new(BTreeMap::new()) }
    }

    /// Switches a fault on; an empty value is its default. A fault that is on starts anew.
    pub fn switch_on(&self, name: &str, value: &str) -> Result<Listed, Unfit> {
        let fault = named(name)?;
        let value = value.trim();
        let value = if value.is_empty() { fault.default } else { value };
        let value = (fault.parse)(value)
            .map_err(|hint| Unfit::Value(format!("`{value}` does not fit `{name}`: {hint}")))?;
        let active = Active { value, payments: [AtomicU64::new(0), AtomicU64::new(0)] };
        self.on.send_modify(|on| {
            on.insert(fault.name, active);
        });
        Ok(self.listed(fault))
    }

    /// Switches a fault off.
    pub fn switch_off(&self, name: &str) -> Result<Listed, Unfit> {
        let fault = named(name)?;
        self.on.send_modify(|on| {
            on.remove(fault.name);
        });
        Ok(self.listed(fault))
    }

    /// Switches all faults off.
    pub fn switch_all_off(&self) {
        self.on.send_modify(BTreeMap::clear);
    }

    /// Returns all faults and whether they are on.
    pub fn list(&self) -> Vec<Listed> {
        FAULTS.iter().map(|fault| self.listed(fault)).collect()
    }

    /// Asks the payment gateway about the next payment of customers, or of the test payer.
    pub fn gateway(&self, synthetic: bool) -> Gateway {
        let on = self.on.borrow();
        if on.contains_key(PAYMENT_DOWN) {
            return Gateway::Down;
        }
        let Some(active) = on.get(PAYMENT_SHARE) else {
            return Gateway::Paid;
        };
        let before = active.payments[usize::from(synthetic)].fetch_add(1, Ordering::Relaxed);
        match active.value {
            Value::Share(share) if share.falls_on(before + 1) => Gateway::Declined,
            _ => Gateway::Paid,
        }
    }

    /// Waits as long as an answer is to be delayed; healing ends the wait.
    pub async fn delay_api(&self) {
        let delay = |on: &BTreeMap<&str, Active>| match on.get(SLOW_API)?.value {
            Value::Delay(delay) => Some(delay),
            Value::Nothing | Value::Share(_) => None,
        };
        let mut changes = self.on.subscribe();
        let Some(wait) = delay(&changes.borrow()) else {
            return;
        };
        let healed = changes.wait_for(|on| delay(on).is_none());
        // Both ends of the wait are fine: the time is over, or the fault is.
        let _ = tokio::time::timeout(wait, healed).await;
    }

    fn listed(&self, fault: &Fault) -> Listed {
        let on = self.on.borrow();
        let active = on.get(fault.name);
        Listed {
            name: fault.name,
            on: active.is_some(),
            value: active.map(|active| active.value.to_string()).filter(|value| !value.is_empty()),
            about: fault.about,
        }
    }
}

fn named(name: &str) -> Result<&'static Fault, Unfit> {
    FAULTS.iter().find(|fault| fault.name == name).ok_or_else(|| {
        let names: Vec<_> = FAULTS.iter().map(|fault| fault.name).collect();
        let names = names.join(", ");
        Unfit::Name(format!("there is no fault `{name}`; there are: {names}"))
    })
}

fn no_value(text: &str) -> Result<Value, String> {
    if text.is_empty() {
        return Ok(Value::Nothing);
    }
    Err("it takes no value, write the name alone".to_owned())
}

fn share(text: &str) -> Result<Value, String> {
    let hint = "write a share above 0% and up to 100%, for example `30%` or `0.5%`";
    text.parse().map(Value::Share).map_err(|()| hint.to_owned())
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
    use std::time::Instant;

    use super::*;

    #[track_caller]
    fn switched(name: &str, value: &str, expected: Option<&str>) {
        let listed = Faults::new().switch_on(name, value).unwrap();
        assert!(listed.on);
        assert_eq!(listed.value.as_deref(), expected);
    }

    #[track_caller]
    fn refused(name: &str, value: &str, hint: &str) {
        match Faults::new().switch_on(name, value) {
            Err(Unfit::Name(text) | Unfit::Value(text)) => {
                assert!(text.contains(hint), "`{text}` lacks `{hint}`");
            }
            Ok(listed) => panic!("{listed:?}"),
        }
    }

    #[test]
    fn values() {
        switched("payment_down", "", None);
        switched("payment_share", "", Some("30%"));
        switched("payment_share", " 0.5% ", Some("0.5%"));
        switched("slow_api", "", Some("500ms"));
        switched("slow_api", "750", Some("750ms"));
        switched("slow_api", "750ms", Some("750ms"));
    }

    #[test]
    fn refusals_say_what_to_write() {
        refused("payment_up", "", "payment_down, payment_share, slow_api");
        refused("payment_down", "3", "takes no value");
        refused("payment_share", "130%", "`30%`");
        refused("slow_api", "0", "`750ms`");
        refused("slow_api", "1s", "`750ms`");
        refused("slow_api", "60001", "60000");
    }

    #[test]
    fn each_stream_fails_its_share_and_switching_on_starts_anew() {
        let faults = Faults::new();
        for share in ["30%", "50%"] {
            faults.switch_on("payment_share", share).unwrap();
            let expected = if share == "30%" { 3 } else { 5 };
            for synthetic in [false, true, false] {
                let declined = (0..10).filter(|_| faults.gateway(synthetic) == Gateway::Declined).count();
                assert_eq!(declined, expected);
            }
        }
        faults.switch_all_off();
        assert_eq!(faults.gateway(false), Gateway::Paid);
    }

    #[tokio::test]
    async fn a_delay_lasts_until_it_is_over_or_healed() {
        let faults = Faults::new();
        let start = Instant::now();
        faults.switch_on("slow_api", "80").unwrap();
        faults.delay_api().await;
        assert!(start.elapsed() >= Duration::from_millis(80));

        faults.switch_on("slow_api", "60000").unwrap();
        let heal = async { faults.switch_off("slow_api").unwrap() };
        tokio::join!(faults.delay_api(), heal);
        assert!(start.elapsed() < Duration::from_secs(30));
    }
}
