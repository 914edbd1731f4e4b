#![no_main]

use formats::properties::sealed_trace_reader;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sealed_trace_reader(bytes));
