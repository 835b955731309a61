//! What a limit is held against.

use crate::{amount::Unit, names::host::Families};

/// A measured signal. Each is looked at over five minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The mean response time, of any probe, step or scraped route.
    ResponseMean,
    /// The busy share of a machine's processors.
    HostCpu,
    /// The used share of a machine's memory.
    HostMemory,
    /// The used memory of a machine in bytes.
    HostMemoryUsed,
    /// The used share of each file system of a machine.
    HostFilesystem,
    /// What each disk of a machine reads and writes.
    HostDisk,
}

impl Signal {
    /// Every signal with its name in a specification.
    pub const ALL: [(&str, Self); 6] = [
        ("response.mean", Self::ResponseMean),
        ("host.cpu", Self::HostCpu),
        ("host.memory", Self::HostMemory),
        ("host.memory.used", Self::HostMemoryUsed),
        ("host.filesystem", Self::HostFilesystem),
        ("host.disk", Self::HostDisk),
    ];

    /// Returns the name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|it| it.1 == self).map_or("", |it| it.0)
    }

    /// Returns what it is measured in.
    pub fn unit(self) -> Unit {
        match self {
            Self::ResponseMean => Unit::Seconds,
            Self::HostCpu | Self::HostMemory | Self::HostFilesystem => Unit::Share,
            Self::HostMemoryUsed => Unit::Bytes,
            Self::HostDisk => Unit::BytesPerSecond,
        }
    }

    /// Returns whether it is a machine's, for which no probe or target says who answers for it.
    pub fn is_of_host(self) -> bool {
        self != Self::ResponseMean
    }

    /// Returns the families that a host's signal is computed from.
    pub fn families(self, of: &Families) -> Vec<&'static str> {
        match self {
            Self::ResponseMean => vec![],
            Self::HostCpu => vec![of.cpu],
            Self::HostMemory | Self::HostMemoryUsed => vec![of.memory_size, of.memory_available],
            Self::HostFilesystem => vec![of.filesystem_size, of.filesystem_available],
            Self::HostDisk => vec![of.disk_read, of.disk_written],
        }
    }

    /// Returns the labels that tell one measured thing from another.
    pub fn labels(self) -> Vec<&'static str> {
        match self {
            Self::ResponseMean => vec![],
            Self::HostCpu | Self::HostMemory | Self::HostMemoryUsed => vec!["instance"],
            Self::HostFilesystem => vec!["instance", "mountpoint"],
            Self::HostDisk => vec!["instance", "device"],
        }
    }
}
