//! What a WebAssembly program has to record so that its fuel can be computed afterwards, and the
//! code that computes it.
//!
//! The slicer knows no engine. Its phases, in the order in which a module goes through them:
//!
//! 1. [`module`]: bytes to a validated [`Module`](module::Module);
//! 2. [`cfg`](mod@cfg): a function body to a control-flow graph of operator ranges;
//! 3. [`silent`]: calls that are operators, and [`paths`]: cut points and dense path numbers;
//! 4. [`plan`](mod@plan): all functions to the [`Plan`](formats::plan::Plan), the contract between
//!    the recorder and the analyzer;
//! 5. [`slices`]: plan + module + cost model to the functions (as WebAssembly) that price what was
//!    recorded;
//! 6. [`prefix`]: the cost of a path that a trap cut short.
//!
//! [`explain`] writes what they see and decide, for people.
//!
//! ```
//! let wasm = wat::parse_str("(module (func (loop (br_if 0 (i32.const 0)))))").unwrap();
//! let module = slicer::module::Module::parse(&wasm).unwrap();
//! let plan = slicer::plan::plan(&module, slicer::bundles::Slices::Min).unwrap();
//! assert_eq!(plan.functions[0].loops.len(), 1);
//! ```

pub mod bundles;
pub mod cfg;
pub mod costs;
pub mod counted;
pub mod error;
pub mod explain;
pub mod ir;
pub mod limits;
pub mod module;
pub mod opcode;
pub mod order;
pub mod paths;
pub mod plan;
pub mod prefix;
pub mod silent;
pub mod slices;

pub use error::Error;
