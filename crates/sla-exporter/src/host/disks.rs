//! File systems and the disks below them.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    time::Duration,
};

use sla_model::names::host;
use sysinfo::Disk;

use super::{
    diskstats::{self, Traffic},
    pause,
    system::bytes,
};
use crate::{
    expo::{Encode, Value},
    snapshot::telling,
};

/// File systems beyond these are left out; a machine with containers has hundreds of mounts of the same thing.
const FILESYSTEMS_MAX: usize = 64;

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Disks {
    /// By their mount points, so that none is told twice.
    filesystems: BTreeMap<String, Filesystem>,
    devices: Traffic,
}

#[derive(Clone, Debug)]
struct Filesystem {
    device: String,
    kind: String,
    size: u64,
    available: u64,
}

/// Reads again and again, for as long as `keep` wants it.
pub fn read(every: Duration, mut keep: impl FnMut(Disks) -> bool) -> Result<(), sysinfo::Error> {
    let mut disks = sysinfo::Disks::new()?;
    loop {
        disks.refresh(true);
        let mut read = Disks::default();
        disks.iter().for_each(|it| read.add(it));
        read.keep_nearest();
        read.devices = diskstats::read().unwrap_or_else(|| disks.iter().map(traffic).collect());
        if !keep(read) {
            return Ok(());
        }
        pause(every);
    }
}

fn traffic(disk: &Disk) -> (String, (u64, u64)) {
    let used = disk.usage();
    let name = disk.name().to_string_lossy();
    let name = name.strip_prefix("/dev/").unwrap_or(&name).to_owned();
    (name, (used.total_read_bytes, used.total_written_bytes))
}

impl Disks {
    fn add(&mut self, disk: &Disk) {
        let device = disk.name().to_string_lossy().into_owned();
        let kind = disk.file_system().to_string_lossy().into_owned();
        let filesystem =
            Filesystem { device, kind, size: disk.total_space(), available: disk.available_space() };
        self.filesystems.insert(disk.mount_point().to_string_lossy().into_owned(), filesystem);
    }

    /// Leaves one place for each device, as `df` does, and as many as there is room for: what hardening or a container
    /// mounts once more is no other file system, and one that fills up should be told once.
    fn keep_nearest(&mut self) {
        let mut all: Vec<_> = std::mem::take(&mut self.filesystems).into_iter().collect();
        all.sort_by_key(|it| it.0.len());
        let mut seen = BTreeSet::new();
        // Only the name of a device is one of its own: every tmpfs is called `tmpfs`.
        all.retain(|(_, it)| !it.device.starts_with("/dev/") || seen.insert(it.device.clone()));
        all.truncate(FILESYSTEMS_MAX);
        self.filesystems.extend(all);
    }

    /// Tells it.
    pub fn tell(&self, to: &mut impl Encode) -> io::Result<()> {
        for (metric, value) in [
            (&host::FILESYSTEM_SIZE, (|it| bytes(it.size)) as fn(&Filesystem) -> Value<'static>),
            (&host::FILESYSTEM_AVAILABLE, |it| bytes(it.available)),
        ] {
            let mut family = telling(to, metric);
            for (place, it) in &self.filesystems {
                family.series(&[&it.device, &it.kind, place], value(it))?;
            }
        }
        let mut read = telling(to, &host::DISK_READ);
        self.devices.iter().try_for_each(|(name, it)| read.series(&[name], Value::Count(it.0)))?;
        let mut written = telling(to, &host::DISK_WRITTEN);
        self.devices.iter().try_for_each(|(name, it)| written.series(&[name], Value::Count(it.1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_told_once_where_it_is_nearest() {
        let mut disks = Disks::default();
        for (place, device) in [
            ("/var/tmp", "/dev/vda"),
            ("/", "/dev/vda"),
            ("/srv/a", "/dev/mapper/srv"),
            ("/run/a", "tmpfs"),
            ("/run/b", "tmpfs"),
        ] {
            let one = Filesystem { device: device.to_owned(), kind: "x".to_owned(), size: 1, available: 1 };
            disks.filesystems.insert(place.to_owned(), one);
        }
        disks.keep_nearest();
        let places: Vec<_> = disks.filesystems.keys().map(String::as_str).collect();
        assert_eq!(places, ["/", "/run/a", "/run/b", "/srv/a"]);
    }
}
