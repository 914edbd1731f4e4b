#![no_main]

use formats::properties::plan;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| plan(bytes));
