#![no_main]

use arbitrary::Unstructured;
use tests::exact::Options;
use tests::properties::{any_program, is_exact};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(Some((program, tamed))) = any_program(&mut Unstructured::new(bytes)) {
        is_exact(&program, tamed, &Options::default());
    }
});
