//! Processors, memory, load and network.

use std::{
    io,
    time::{Duration, Instant},
};

use sla_model::names::host;
use sysinfo::{CpuRefreshKind, LoadAvg, MemoryRefreshKind, Networks};

use super::pause;
use crate::{
    expo::{Encode, Value},
    snapshot::telling,
};

/// Network devices beyond these are left out; containers come and go with theirs.
const DEVICES_MAX: usize = 64;

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct System {
    cpus: usize,
    busy_seconds: f64,
    idle_seconds: f64,
    load: LoadAvg,
    memory: u64,
    available: u64,
    swap: u64,
    swap_used: u64,
    devices: Vec<Device>,
}

#[derive(Clone, Debug)]
struct Device {
    name: String,
    received: u64,
    sent: u64,
    errors_received: u64,
    errors_sent: u64,
}

/// Reads again and again, for as long as `keep` wants it.
pub fn read(every: Duration, mut keep: impl FnMut(System) -> bool) -> Result<(), sysinfo::Error> {
    let mut machine = sysinfo::System::new()?;
    let mut networks = Networks::new()?;
    let cpu = CpuRefreshKind::nothing().with_usage();
    // Shares are told since the reading before, so the first one only begins.
    machine.refresh_cpu_specifics(cpu);
    let mut before = Instant::now();
    let (mut busy_seconds, mut idle_seconds) = (0.0, 0.0);
    loop {
        pause(every);
        machine.refresh_cpu_specifics(cpu);
        machine.refresh_memory_specifics(MemoryRefreshKind::everything());
        networks.refresh(true);
        let now = Instant::now();
        let cpus = machine.cpus().len();
        let share = f64::from(machine.global_cpu_usage() / 100.0).clamp(0.0, 1.0);
        let spent = now.duration_since(before).as_secs_f64() * count(cpus);
        busy_seconds += share * spent;
        idle_seconds += (1.0 - share) * spent;
        before = now;
        let read = System {
            cpus,
            busy_seconds,
            idle_seconds,
            load: sysinfo::System::load_average()?,
            memory: machine.total_memory(),
            available: machine.available_memory(),
            swap: machine.total_swap(),
            swap_used: machine.used_swap(),
            devices: devices(&networks),
        };
        if !keep(read) {
            return Ok(());
        }
    }
}

fn devices(networks: &Networks) -> Vec<Device> {
    let device = |(name, data): (&std::ffi::OsString, &sysinfo::NetworkData)| Device {
        name: name.to_string_lossy().into_owned(),
        received: data.total_received(),
        sent: data.total_transmitted(),
        errors_received: data.total_errors_on_received(),
        errors_sent: data.total_errors_on_transmitted(),
    };
    let mut devices: Vec<_> = networks.iter().map(device).collect();
    devices.sort_by(|a, b| a.name.cmp(&b.name));
    devices.truncate(DEVICES_MAX);
    devices
}

#[expect(clippy::cast_precision_loss, reason = "some processors")]
fn count(number: usize) -> f64 {
    number as f64
}

/// A gauge of bytes.
#[expect(clippy::cast_precision_loss, reason = "exact up to 8 PiB")]
pub fn bytes(number: u64) -> Value<'static> {
    Value::Number(number as f64)
}

impl System {
    /// Tells it.
    pub fn tell(&self, to: &mut impl Encode) -> io::Result<()> {
        let mut cpu = telling(to, &host::CPU);
        cpu.series(&["busy"], Value::Number(self.busy_seconds))?;
        cpu.series(&["idle"], Value::Number(self.idle_seconds))?;
        for (metric, value) in [
            (&host::CPUS, Value::Number(count(self.cpus))),
            (&host::LOAD1, Value::Number(self.load.one)),
            (&host::LOAD5, Value::Number(self.load.five)),
            (&host::LOAD15, Value::Number(self.load.fifteen)),
            (&host::MEMORY_SIZE, bytes(self.memory)),
            (&host::MEMORY_AVAILABLE, bytes(self.available)),
            (&host::SWAP_SIZE, bytes(self.swap)),
            (&host::SWAP_USED, bytes(self.swap_used)),
        ] {
            telling(to, metric).series(&[], value)?;
        }
        let mut received = telling(to, &host::NETWORK_RECEIVED);
        self.devices.iter().try_for_each(|it| received.series(&[&it.name], Value::Count(it.received)))?;
        let mut sent = telling(to, &host::NETWORK_SENT);
        self.devices.iter().try_for_each(|it| sent.series(&[&it.name], Value::Count(it.sent)))?;
        let mut errors = telling(to, &host::NETWORK_ERRORS);
        self.devices.iter().try_for_each(|it| {
            errors.series(&[&it.name, "receive"], Value::Count(it.errors_received))?;
            errors.series(&[&it.name, "transmit"], Value::Count(it.errors_sent))
        })
    }
}
