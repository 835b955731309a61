//! What the kernel says of whole disks. `sysinfo` finds a disk's numbers by its file below `/dev`, and a service with
//! `PrivateDevices=yes` or a container has none there: every disk would stand at 0 for ever.

use std::{collections::BTreeMap, fs};

/// In `/proc/diskstats` a sector has 512 bytes, whatever the disk has.
const SECTOR_BYTES: u64 = 512;

/// Bytes that were read and written, by disk.
pub type Traffic = BTreeMap<String, (u64, u64)>;

/// Reads it; nothing where the system has no such file.
pub fn read() -> Option<Traffic> {
    fs::read_to_string("/proc/diskstats").ok().map(|it| parse(&it))
}

/// Reads the lines `major minor name reads merged sectors ms writes merged sectors …`, of which `iostats.rst` in the
/// kernel's documentation tells.
fn parse(text: &str) -> Traffic {
    let disk = |line: &str| {
        let mut words = line.split_whitespace().skip(2);
        let name = words.next().filter(|it| is_disk(it))?;
        let mut numbers = words.map(str::parse::<u64>);
        let (read, written) = (numbers.nth(2)?.ok()?, numbers.nth(3)?.ok()?);
        Some((name.to_owned(), (read.saturating_mul(SECTOR_BYTES), written.saturating_mul(SECTOR_BYTES))))
    };
    text.lines().filter_map(disk).collect()
}

/// Returns whether it is a disk, and neither a part of one nor memory or a file in disguise: those that
/// `node_exporter` tells of.
fn is_disk(name: &str) -> bool {
    let bare = name.trim_end_matches(|it: char| it.is_ascii_digit());
    if bare == name {
        return true;
    }
    let lettered = ["hd", "sd", "vd", "xvd"].iter().any(|it| {
        let letters = bare.strip_prefix(it).unwrap_or("");
        !letters.is_empty() && letters.bytes().all(|it| it.is_ascii_lowercase())
    });
    let part = bare.ends_with('p') && bare[..bare.len() - 1].ends_with(|it: char| it.is_ascii_digit());
    !lettered && !part && !["ram", "zram", "loop", "fd", "sr"].contains(&bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_disks_are_told() {
        for (name, expected) in [
            ("sda", true),
            ("sda1", false),
            ("vdab", true),
            ("vdab12", false),
            ("xvda1", false),
            ("nvme0n1", true),
            ("nvme0n1p3", false),
            ("mmcblk0", true),
            ("mmcblk0p1", false),
            ("dm-0", true),
            ("md127", true),
            ("loop7", false),
            ("ram0", false),
            ("zram0", false),
            ("sr0", false),
        ] {
            assert_eq!(is_disk(name), expected, "{name}");
        }
    }

    #[test]
    fn sectors_become_bytes() {
        let text = "   7       0 loop0 9 0 9 0 9 0 9 0 0 0 0\n 254       0 vda 5 1 20 9 7 2 30 9 0 4 8 7 1 8 8 2 2\n \
                    259 0 nvme0n1 1 1 2 1 1 1 3 1 0 1 1\n8 0 sdb 1 2\n";
        let expected = [("nvme0n1", (1024, 1536)), ("vda", (10240, 15360))];
        assert_eq!(parse(text), expected.map(|(name, it)| (name.to_owned(), it)).into());
    }
}
