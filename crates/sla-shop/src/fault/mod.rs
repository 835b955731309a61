//! Faults: what can be broken in the running shop. A new fault is one entry of [`FAULTS`] and one
//! question that the shop asks.

mod table;

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use serde::Serialize;
use tokio::sync::watch;

pub use table::{
    CERTIFICATE_EXPIRED, DROP_CONNECTIONS, FAULTS, Fault, PAYMENT_DOWN, PAYMENT_HANGS, PAYMENT_SHARE,
    SLOW_API, SLOW_DATABASE, SLOW_PAGES, STOCK_STUCK, Value, WRONG_ANSWER, reference,
};

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
    /// What it does not do.
    pub leaves: &'static str,
}

/// What the payment gateway says to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gateway {
    /// It went through.
    Paid,
    /// It was declined.
    Declined,
    /// It refuses every connection.
    Down,
    /// No answer yet.
    Hangs,
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
        let value = fault
            .kind
            .read(value)
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
        if on.contains_key(PAYMENT_HANGS) {
            return Gateway::Hangs;
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

    /// Whether a fault is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.on.borrow().contains_key(name)
    }

    /// Waits until a fault is off.
    pub async fn until_off(&self, name: &str) {
        // An error would mean that the switches are gone, and we hold them.
        let _ = self.on.subscribe().wait_for(|on| !on.contains_key(name)).await;
    }

    /// Waits until a fault is on.
    pub async fn until_on(&self, name: &str) {
        let _ = self.on.subscribe().wait_for(|on| on.contains_key(name)).await;
    }

    /// Waits as long as the fault of that name says; healing ends the wait.
    pub async fn delay(&self, name: &str) {
        let delay = |on: &BTreeMap<&str, Active>| match on.get(name)?.value {
            Value::Delay(delay) => Some(delay),
            Value::Nothing | Value::Share(_) => None,
        };
        let Some(wait) = delay(&self.on.borrow()) else {
            return;
        };
        // Both ends of the wait are fine: the time is over, or the fault is.
        let _ = tokio::time::timeout(wait, self.until_off(name)).await;
    }

    fn listed(&self, fault: &Fault) -> Listed {
        let on = self.on.borrow();
        let active = on.get(fault.name);
        Listed {
            name: fault.name,
            on: active.is_some(),
            value: active.map(|active| active.value.to_string()).filter(|value| !value.is_empty()),
            about: fault.about,
            leaves: fault.leaves,
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

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
        refused("payment_up", "", "payment_down, payment_hangs, payment_share, slow_api");
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
        faults.delay(SLOW_API).await;
        assert!(start.elapsed() >= Duration::from_millis(80));

        faults.switch_on("slow_api", "60000").unwrap();
        let heal = async { faults.switch_off("slow_api").unwrap() };
        tokio::join!(faults.delay(SLOW_API), heal);
        assert!(start.elapsed() < Duration::from_secs(30));
    }
}
