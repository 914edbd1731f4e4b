//! The trace: one self-contained file that tells what a program did, readable while it is being
//! written and after a crash.
//!
//! A file is a head (magic bytes and version), then frames, then a trailer. The first frame is
//! the [`Header`]: the module, the plan and how the recording was made. Then come segments,
//! outcomes and drop notes in the order in which they were written, in chapters of some thousand
//! frames: each ends with an index frame that tells what they are. A writer that closes the trace
//! adds a footer frame, which tells where the index frames are, and the trailer, which tells where
//! the footer is. Without a footer the reader finds the same by walking the frames.
//!
//! Each frame has a length, a sequence number and checksums, and is written by a single call, so
//! that a reader sees whole frames and at most one that is cut short. `FORMAT.md` describes every
//! byte.

mod chapter;
mod compression;
mod error;
mod frame;
mod header;
mod histogram;
mod index;
mod note;
mod packing;
mod reader;
mod sample;
mod scan;
mod segment;
mod source;
mod sums;
mod varint;
mod verify;
mod writer;

pub use error::{Ending, TraceError, WriteError};
pub use frame::{FILE_HEAD_BYTES, FRAME_HEAD_BYTES, FrameKind, MAGIC, TRAILER_BYTES, VERSION};
pub use header::{Detail, Header};
pub use histogram::{EventCounter, Histogram, HistogramEntry, HistogramError};
pub use note::{Location, Outcome, OutcomeKind};
pub use packing::{Packed, Packer};
pub use reader::{DropEntry, Kept, OutcomeEntry, SegmentData, SegmentEntry, Trace};
pub use sample::Sample;
pub use segment::SegmentInfo;
pub use sums::counters;
pub use writer::TraceWriter;
