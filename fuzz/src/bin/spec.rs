//! `spec`: see `slaforge_fuzz::spec`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| slaforge_fuzz::spec::survives(bytes));
