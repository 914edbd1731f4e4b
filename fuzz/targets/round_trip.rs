#![no_main]

use arbitrary::Unstructured;
use tests::properties::{any_program, round_trips_behave};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(Some((program, _))) = any_program(&mut Unstructured::new(bytes)) {
        round_trips_behave(&program);
    }
});
