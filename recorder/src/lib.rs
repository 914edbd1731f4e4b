//! Instruments a WebAssembly module by its plan, runs it, and drains its ring into a trace.
//!
//! The recorder never computes fuel: what it writes is the state from which the analyzer can.
//!
//! * [`Recorder`]: one program, recorded from its start to its end. The binary `wf-record` is a
//!   thin layer on top.
//! * [`Instrumented`], [`Recording`], [`Stream`]: the parts, for programs with stores, linkers and
//!   several instances of their own.
//! * [`instrument`]: the rewriting of the module. `ABI.md`, next to this crate's manifest,
//!   describes its result for other engines.
//! * [`wasi`]: what the guest sees of the host, also without clocks and chance.
//!
//! # Examples
//!
//! ```
//! use recorder::{Recorder, SharedBytes};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let module = wat::parse_str(r#"(module (func (export "double") (param i32) (result i32)
//!     local.get 0 local.get 0 i32.add))"#)?;
//! let trace = SharedBytes::default();
//! let receipt = Recorder::builder()
//!     .module(module)
//!     .program("double.wasm")
//!     .invoke("double")
//!     .arguments(["21"])
//!     .build()?
//!     .run(trace.clone())?;
//!
//! assert_eq!(receipt.results, ["42"]);
//! assert_eq!(receipt.report().events, 1);
//! assert!(!trace.take().is_empty());
//! # Ok(())
//! # }
//! ```

pub mod drain;
pub mod engine;
pub mod error;
pub mod imports;
pub mod instrument;
pub mod instrumented;
pub mod interrupt;
pub mod invoke;
pub mod limits;
pub mod outcome;
pub mod receipt;
pub mod recorder;
pub mod stream;
pub mod wasi;

pub use drain::{DrainOptions, DrainReport, Overflow, Recording, SharedBytes};
pub use error::Error;
pub use imports::UnknownImports;
pub use instrumented::Instrumented;
pub use interrupt::{Interrupt, Interrupted};
pub use limits::DEFAULT_RING_BYTES;
pub use receipt::Receipt;
pub use recorder::{Recorder, RecorderBuilder};
pub use slicer::bundles::Slices;
pub use stream::Stream;
