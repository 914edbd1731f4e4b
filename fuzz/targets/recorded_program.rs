#![no_main]

use arbitrary::Unstructured;
use tests::exact::Options;
use tests::properties::{any_program, is_exact};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut bytes = Unstructured::new(bytes);
    if let (Ok(Some((program, tamed))), Ok(random)) = (any_program(&mut bytes), bytes.arbitrary()) {
        is_exact(&program, tamed, &Options::drawn(random));
    }
});
