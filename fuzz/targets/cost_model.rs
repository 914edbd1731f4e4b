#![no_main]

use formats::properties::cost_model;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cost_model(bytes));
