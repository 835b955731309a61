//! The machine that the exporter runs on: processors, memory, file systems, disks, network.
//!
//! Two threads read it now and then: a file system that hangs must keep neither scrapes nor the processor's numbers
//! waiting. A scrape tells what was read last, and how old that is.

mod disks;
mod diskstats;
mod system;

use std::{
    io,
    sync::{Arc, Mutex, Weak},
    thread,
    time::Duration,
};

use jiff::Timestamp;
use sla_model::{Pace, names::host};

use crate::{
    expo::{Encode, Value},
    run::Clock,
    snapshot::telling,
    state::lock,
};
use disks::Disks;
use system::System;

/// How often everything is read (nominal).
const EVERY: Duration = Duration::from_secs(5);

/// The shortest interval over which the system tells a processor's share.
const EVERY_MIN: Duration = sysinfo::MINIMUM_CPU_UPDATE_INTERVAL;

/// What was read last, and when.
type Place<T> = Mutex<Option<(T, Timestamp)>>;

/// What was read last.
#[derive(Debug, Default)]
pub struct Host {
    system: Place<System>,
    disks: Place<Disks>,
}

impl Host {
    /// Begins to read, until the last owner of what is returned drops it.
    pub fn watch(pace: Pace, clock: Clock) -> Arc<Self> {
        let host = Arc::<Self>::default();
        let every = pace.real(EVERY).max(EVERY_MIN);
        let weak = Arc::downgrade(&host);
        begin("host-system", move || system::read(every, |it| keep(&weak, |host| &host.system, it, clock)));
        let weak = Arc::downgrade(&host);
        begin("host-disks", move || disks::read(every, |it| keep(&weak, |host| &host.disks, it, clock)));
        host
    }

    /// Tells what was read last.
    pub fn tell(&self, to: &mut impl Encode) -> io::Result<()> {
        let system = lock(&self.system).clone();
        let disks = lock(&self.disks).clone();
        if let Some((system, _)) = &system {
            system.tell(to)?;
        }
        if let Some((disks, _)) = &disks {
            disks.tell(to)?;
        }
        let mut ages = telling(to, &host::LAST_READ);
        for (part, at) in [("system", system.map(|it| it.1)), ("disks", disks.map(|it| it.1))] {
            if let Some(at) = at {
                ages.series(&[part], Value::Number(at.as_duration().as_secs_f64()))?;
            }
        }
        Ok(())
    }
}

/// Keeps what was read; returns whether anybody still wants it.
fn keep<T>(host: &Weak<Host>, place: fn(&Host) -> &Place<T>, read: T, clock: Clock) -> bool {
    let Some(host) = host.upgrade() else {
        return false;
    };
    *lock(place(&host)) = Some((read, clock()));
    true
}

/// Starts a thread; without it its numbers are absent.
fn begin(name: &str, work: impl FnOnce() -> Result<(), sysinfo::Error> + Send + 'static) {
    let told = move || {
        if let Err(error) = work() {
            tracing::warn!(%error, "the system does not tell; its numbers are absent");
        }
    };
    if let Err(error) = thread::Builder::new().name(name.to_owned()).spawn(told) {
        tracing::warn!(%error, name, "no thread for the host's numbers; they are absent");
    }
}

/// Sleeps until the next reading.
fn pause(every: Duration) {
    thread::sleep(every);
}
