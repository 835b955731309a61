//! `promql`: see `slaforge_fuzz::promql`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| slaforge_fuzz::promql::survives(bytes));
