//! File systems and the disks below them.

use std::{collections::BTreeMap, io, time::Duration};

use sla_model::names::host;
use sysinfo::Disk;

use super::{pause, system::bytes};
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
    /// Bytes that were read and written, by device.
    devices: BTreeMap<String, (u64, u64)>,
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
        if !keep(read) {
            return Ok(());
        }
        pause(every);
    }
}

impl Disks {
    fn add(&mut self, disk: &Disk) {
        if self.filesystems.len() == FILESYSTEMS_MAX {
            return;
        }
        let device = disk.name().to_string_lossy().into_owned();
        let used = disk.usage();
        // A device with several mounts is one device.
        self.devices.insert(device.clone(), (used.total_read_bytes, used.total_written_bytes));
        let kind = disk.file_system().to_string_lossy().into_owned();
        let filesystem =
            Filesystem { device, kind, size: disk.total_space(), available: disk.available_space() };
        self.filesystems.insert(disk.mount_point().to_string_lossy().into_owned(), filesystem);
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
