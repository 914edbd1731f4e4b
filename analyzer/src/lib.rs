//! Prices a recorded trace: how much fuel the program used, and where.
//!
//! The analyzer never runs the program. Its phases, in order:
//!
//! 1. `fit`: the plan of the trace belongs to the module of the trace;
//! 2. `tally`: the events of every segment counted, in parallel, by its histogram if it has one;
//! 3. `replay`: each distinct bundle priced once, by running its slice under wasmi;
//! 4. `ledger`: prices times counts, added up by function and loop;
//! 5. `walk`: one pass over the events in order, for inclusive fuel and for what a trap cut short;
//! 6. [`analysis`]: all that put together as a [`formats::report::Report`].
//!
//! An estimate (`approx`) does 2 to 4 for a sample of the segments, which [`estimate`] draws and weighs.
//! [`follow`](fn@follow) does them for what was written since it last looked.
//!
//! [`export`] writes a [`profile::Profile`] in the formats of other tools.
//!
//! The same trace gives the same report for any number of threads.
//!
//! # Examples
//!
//! ```
//! use analyzer::AnalyzeOptions;
//! use formats::cost_model::CostModel;
//! use formats::trace::{Header, Outcome, OutcomeKind, SegmentInfo, Trace, TraceWriter};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // What wf-record writes for one call of a function with two operators, `nop` and `end`.
//! let wasm = wat::parse_str("(module (func nop))")?;
//! let plan = slicer::plan::plan(
//!     &slicer::module::Module::parse(&wasm)?,
//!     slicer::bundles::Slices::Chosen,
//! )?;
//! let header = Header { module: wasm, plan, ..Header::default() };
//! let mut writer = TraceWriter::create(Vec::new(), &header)?;
//! writer.write_segment(&SegmentInfo { events: 1, ..SegmentInfo::default() }, &[0, 0, 0, 0])?;
//! writer.write_outcome(0, &Outcome { kind: OutcomeKind::Return, ..Outcome::default() })?;
//! let trace = Trace::from_bytes(writer.finish()?)?;
//!
//! let model = CostModel::builtin("unit").ok_or("a built-in model")?;
//! let analysis = analyzer::analyze(&trace, &model, &AnalyzeOptions::default())?;
//! assert_eq!(analysis.report.fuel.total, 2);
//! assert_eq!(analysis.report.functions[0].calls, 1);
//! # Ok(())
//! # }
//! ```

pub mod analysis;
mod approx;
mod bodies;
mod bounds;
mod calls;
mod code;
mod completeness;
mod counted;
mod error;
pub mod estimate;
mod exact;
pub mod export;
mod fit;
mod follow;
pub mod html;
mod ledger;
pub mod limits;
mod meter;
pub mod names;
mod operators;
mod parts;
pub mod profile;
pub mod regression;
pub mod render;
mod replay;
mod rows;
pub mod snapshot;
mod sources;
mod steps;
mod streams;
mod symbols;
mod table;
mod tail;
mod tally;
mod timeline;
pub mod tree;
mod walk;

pub use analysis::{Analysis, AnalyzeOptions, Stats, analyze};
pub use completeness::gaps;
pub use error::{Error, Misfit};
pub use follow::{Progress, follow};
pub use meter::Meter;
