//! The engine under the recorder: Wasmtime with every proposal that the slicer accepts.

use std::num::NonZeroUsize;

use wasmtime::{Config, Engine, WasmBacktraceDetails};

use crate::Error;
use crate::limits::{GUEST_STACK_BYTES, MAX_BACKTRACE_FRAMES};

/// What traces say about the engine that ran the program. The version is the one that the
/// workspace pins.
pub const ENGINE: &str = "wasmtime 48.0.8 (cranelift)";

/// The configuration that programs are recorded under. An oracle that runs a program next to the
/// recorder starts from the same one.
pub fn config() -> Config {
    let mut config = Config::new();
    config
        // The instrumentation says of its checks that they are hardly ever taken.
        .wasm_branch_hinting(true)
        .wasm_bulk_memory(true)
        .wasm_custom_page_sizes(true)
        .wasm_exceptions(true)
        .wasm_extended_const(true)
        .wasm_function_references(true)
        .wasm_gc(true)
        .wasm_memory64(true)
        .wasm_multi_memory(true)
        .wasm_multi_value(true)
        .wasm_reference_types(true)
        .wasm_relaxed_simd(true)
        .wasm_simd(true)
        .wasm_tail_call(true)
        .wasm_threads(true)
        .wasm_wide_arithmetic(true)
        .shared_memory(true)
        .max_wasm_stack(GUEST_STACK_BYTES)
        // The innermost frame of a trap says which operators of a cut-off path were executed.
        .wasm_backtrace_max_frames(NonZeroUsize::new(MAX_BACKTRACE_FRAMES))
        .wasm_backtrace_details(WasmBacktraceDetails::Disable);
    config
}

/// An engine with the [`config`] of the recorder.
///
/// # Errors
///
/// When Wasmtime doesn't support the machine it runs on.
pub fn engine() -> Result<Engine, Error> {
    Engine::new(&config()).map_err(|error| Error::Engine(format!("{error:#}")))
}
