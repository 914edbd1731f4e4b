//! Oracles: independent answers to "what did this program cost?", and a harness that compares
//! them with what recording and analysis say.
//!
//! * [`oracle::fuel`] — Wasmtime's own fuel, its cost table set from a cost model.
//! * [`oracle::counter`] — a naive rewrite that adds up costs in globals, run under Wasmtime.
//! * [`oracle::wasmi_engine`] — the same rewritten module under a second engine.
//!
//! [`exact::assert_exact`] runs a [`program::Program`] plainly, under every oracle and through
//! the recorder and the analyzer, and fails with a readable list of the differences.
//!
//! [`properties`] says what holds of every module, for random ones and for fuzzing.

pub mod corpus;
pub mod engine;
pub mod exact;
pub mod models;
pub mod observation;
pub mod oracle;
pub mod program;
pub mod properties;
pub mod recorded;
pub mod wasi;
