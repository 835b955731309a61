//! `import_pyrra`: see `slaforge_fuzz::import`.
#![no_main]

use sla_import::Format;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| slaforge_fuzz::import::survives(Format::Pyrra, bytes));
