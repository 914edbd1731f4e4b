#![no_main]

use arbitrary::Unstructured;
use tests::properties::{any_module, rewrites_validate};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(wasm) = any_module(&mut Unstructured::new(bytes)) {
        rewrites_validate(&wasm);
    }
});
