#![no_main]

use formats::properties::trace_reader;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| trace_reader(bytes));
