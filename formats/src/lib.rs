//! The formats that the tools share: the trace container, the plan, cost models and reports.
//!
//! This crate knows no engine and no WebAssembly parser. What it defines is exchanged between
//! the recorder, which writes traces and never prices, and the analyzer, which prices traces and
//! never runs the program. `FORMAT.md`, next to this crate's manifest, describes every byte.
//!
//! * [`plan`]: what was instrumented, and what every event means.
//! * [`trace`]: the container: [`trace::TraceWriter`] and [`trace::Trace`].
//! * [`events`]: the events in the words of a segment.
//! * [`operators`] and [`cost_model`]: what operators exist and what they cost.
//! * [`report`]: the JSON that `wf-analyze` prints.
//! * [`input`]: files that are read as a whole, up to a limit.
//! * [`codec`]: how serde types become bytes.
//! * [`properties`]: what holds of any bytes, for fuzzing.
//! * [`random`]: numbers that follow from a seed.
//! * [`limits`]: every limit on what is read.
//!
//! # Examples
//!
//! ```
//! use formats::plan::{Block, Exit, FunctionPlan, Plan, Region, RegionKind};
//! use formats::trace::{Header, SegmentData, SegmentInfo, Trace, TraceWriter};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // A function that does nothing: its one path is event 0.
//! let function = FunctionPlan {
//!     operators: 1,
//!     blocks: vec![Block {
//!         first_operator: 0,
//!         end_operator: 1,
//!         innermost_loop: None,
//!         cut_on_arrival: false,
//!         region: Some(0),
//!         nest: None,
//!         exit: Exit::Return,
//!     }],
//!     regions: vec![Region {
//!         start: 0,
//!         kind: RegionKind::Entry,
//!         first_event: 0,
//!         paths: 1,
//!         values: Vec::new(),
//!     }],
//!     ..FunctionPlan::default()
//! };
//! let header = Header {
//!     program: "hello.wasm".to_owned(),
//!     plan: Plan { functions: vec![function], widths: vec![1], ..Plan::default() },
//!     ..Header::default()
//! };
//! let mut writer = TraceWriter::create(Vec::new(), &header)?;
//! let info = SegmentInfo { stream: 0, start_ns: 10, end_ns: 25, events: 2 };
//! writer.write_segment(&info, &[0, 0, 0, 0, 0, 0, 0, 0])?;
//! let trace = Trace::from_bytes(writer.finish()?)?;
//!
//! assert_eq!(trace.header().program, "hello.wasm");
//! assert_eq!(trace.read_segment(0)?, SegmentData::Events(vec![0, 0]));
//! # Ok(())
//! # }
//! ```

pub mod codec;
pub mod cost_model;
pub mod events;
pub mod input;
pub mod limits;
pub mod operators;
pub mod plan;
pub mod plan_check;
pub mod properties;
pub mod random;
pub mod report;
pub mod ring;
pub mod trace;
