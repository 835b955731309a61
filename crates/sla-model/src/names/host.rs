//! What is known of the machine that the exporter runs on, and what `node_exporter` calls the same things.

use super::{Kind, Metric};

/// Processor time.
pub const CPU: Metric = Metric {
    name: "sla_host_cpu_seconds_total",
    kind: Kind::Counter,
    help: "Time that the processors of the machine spent, all together: busy or idle.",
    labels: &["mode"],
};

/// Processors.
pub const CPUS: Metric = Metric {
    name: "sla_host_cpus",
    kind: Kind::Gauge,
    help: "Logical processors of the machine.",
    labels: &[],
};

/// Load of one minute.
pub const LOAD1: Metric = Metric {
    name: "sla_host_load1",
    kind: Kind::Gauge,
    help: "Tasks that run or wait to run, averaged over one minute.",
    labels: &[],
};

/// Load of five minutes.
pub const LOAD5: Metric = Metric {
    name: "sla_host_load5",
    kind: Kind::Gauge,
    help: "Tasks that run or wait to run, averaged over five minutes.",
    labels: &[],
};

/// Load of 15 minutes.
pub const LOAD15: Metric = Metric {
    name: "sla_host_load15",
    kind: Kind::Gauge,
    help: "Tasks that run or wait to run, averaged over fifteen minutes.",
    labels: &[],
};

/// Memory.
pub const MEMORY_SIZE: Metric = Metric {
    name: "sla_host_memory_size_bytes",
    kind: Kind::Gauge,
    help: "Memory of the machine in bytes.",
    labels: &[],
};

/// Memory that can still be had.
pub const MEMORY_AVAILABLE: Metric = Metric {
    name: "sla_host_memory_available_bytes",
    kind: Kind::Gauge,
    help: "Memory in bytes that a program could still have without swapping.",
    labels: &[],
};

/// Swap.
pub const SWAP_SIZE: Metric = Metric {
    name: "sla_host_swap_size_bytes",
    kind: Kind::Gauge,
    help: "Swap space of the machine in bytes.",
    labels: &[],
};

/// Used swap.
pub const SWAP_USED: Metric = Metric {
    name: "sla_host_swap_used_bytes",
    kind: Kind::Gauge,
    help: "Swap space in bytes that is in use.",
    labels: &[],
};

/// The size of file systems.
pub const FILESYSTEM_SIZE: Metric = Metric {
    name: "sla_host_filesystem_size_bytes",
    kind: Kind::Gauge,
    help: "Size of the file system in bytes.",
    labels: &["device", "fstype", "mountpoint"],
};

/// What is left on file systems.
pub const FILESYSTEM_AVAILABLE: Metric = Metric {
    name: "sla_host_filesystem_avail_bytes",
    kind: Kind::Gauge,
    help: "Bytes of the file system that everybody may still write.",
    labels: &["device", "fstype", "mountpoint"],
};

/// Reads of disks.
pub const DISK_READ: Metric = Metric {
    name: "sla_host_disk_read_bytes_total",
    kind: Kind::Counter,
    help: "Bytes that were read from the disk.",
    labels: &["device"],
};

/// Writes of disks.
pub const DISK_WRITTEN: Metric = Metric {
    name: "sla_host_disk_written_bytes_total",
    kind: Kind::Counter,
    help: "Bytes that were written to the disk.",
    labels: &["device"],
};

/// Received bytes.
pub const NETWORK_RECEIVED: Metric = Metric {
    name: "sla_host_network_receive_bytes_total",
    kind: Kind::Counter,
    help: "Bytes that the network device received.",
    labels: &["device"],
};

/// Sent bytes.
pub const NETWORK_SENT: Metric = Metric {
    name: "sla_host_network_transmit_bytes_total",
    kind: Kind::Counter,
    help: "Bytes that the network device sent.",
    labels: &["device"],
};

/// Errors of network devices.
pub const NETWORK_ERRORS: Metric = Metric {
    name: "sla_host_network_errors_total",
    kind: Kind::Counter,
    help: "Errors of the network device, by direction: receive or transmit.",
    labels: &["device", "direction"],
};

/// The age of these numbers.
pub const LAST_READ: Metric = Metric {
    name: "sla_host_last_read_timestamp_seconds",
    kind: Kind::Gauge,
    help: "When this part of the host's numbers was last read, in seconds since the epoch: system or disks.",
    labels: &["part"],
};

/// Every family of this file.
pub const ALL: &[&Metric] = &[
    &CPU,
    &CPUS,
    &LOAD1,
    &LOAD5,
    &LOAD15,
    &MEMORY_SIZE,
    &MEMORY_AVAILABLE,
    &SWAP_SIZE,
    &SWAP_USED,
    &FILESYSTEM_SIZE,
    &FILESYSTEM_AVAILABLE,
    &DISK_READ,
    &DISK_WRITTEN,
    &NETWORK_RECEIVED,
    &NETWORK_SENT,
    &NETWORK_ERRORS,
    &LAST_READ,
];

/// The families that limits of a host read. Their labels are the same everywhere: `mode="idle"`, `mountpoint`,
/// `device`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the name of that family")]
pub struct Families {
    pub cpu: &'static str,
    pub memory_size: &'static str,
    pub memory_available: &'static str,
    pub filesystem_size: &'static str,
    pub filesystem_available: &'static str,
    pub disk_read: &'static str,
    pub disk_written: &'static str,
}

/// Our own families.
pub const OWN: Families = Families {
    cpu: CPU.name,
    memory_size: MEMORY_SIZE.name,
    memory_available: MEMORY_AVAILABLE.name,
    filesystem_size: FILESYSTEM_SIZE.name,
    filesystem_available: FILESYSTEM_AVAILABLE.name,
    disk_read: DISK_READ.name,
    disk_written: DISK_WRITTEN.name,
};

/// The families of <https://github.com/prometheus/node_exporter>.
pub const NODE: Families = Families {
    cpu: "node_cpu_seconds_total",
    memory_size: "node_memory_MemTotal_bytes",
    memory_available: "node_memory_MemAvailable_bytes",
    filesystem_size: "node_filesystem_size_bytes",
    filesystem_available: "node_filesystem_avail_bytes",
    disk_read: "node_disk_read_bytes_total",
    disk_written: "node_disk_written_bytes_total",
};
