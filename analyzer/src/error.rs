//! Why a trace can't be priced.

use formats::events::EventError;
use formats::trace::TraceError;
use thiserror::Error as ThisError;

use crate::limits::MAX_ACTIVATIONS;

/// Why a trace can't be priced.
#[derive(Debug, ThisError)]
pub enum Error {
    /// A segment can't be read.
    #[error("{0}")]
    Read(#[from] TraceError),
    /// The trace doesn't hold everything that the program did.
    #[error("the trace is incomplete: {}", .0.join("; "))]
    Incomplete(Vec<String>),
    /// The module in the trace is refused, or the plan isn't one of it.
    #[error("the module in the trace: {0}")]
    Module(#[source] slicer::Error),
    /// A trace, or a stretch of it, has more distinct events than this limit, each of which would have to be kept.
    #[error(
        "the trace has more than {0} distinct events close together, too many to tell what each takes; one recorded \
         with --slices min has fewer"
    )]
    TooManyEvents(usize),
    /// The module that symbols should come from is none, or another one.
    #[error("the module with the symbols: {0}")]
    Symbols(String),
    /// The loop nests of the trace take longer than the program that it was recorded from.
    #[error(
        "the loops in the trace run longer than its program had time for: either it is damaged, \
         or the program trapped at the start of a loop that would have run for very long; record \
         it with --slices min"
    )]
    ReplayTooLong,
    /// A segment holds words that are no events.
    #[error("segment {segment} at byte {offset} is corrupt: {source}")]
    Events {
        /// Index of the segment.
        segment: usize,
        /// Where its frame starts in the file.
        offset: u64,
        /// Which word, and why.
        source: EventError,
    },
    /// A segment contradicts what the file says about it.
    #[error("segment {segment} at byte {offset} is corrupt: {what}")]
    Segment {
        /// Index of the segment.
        segment: usize,
        /// Where its frame starts in the file.
        offset: u64,
        /// The contradiction.
        what: String,
    },
    /// An event stands where the program can't have recorded it.
    #[error("segment {segment} at byte {offset} is corrupt: event {event}: {misfit}")]
    Order {
        /// Index of the segment.
        segment: usize,
        /// Where its frame starts in the file.
        offset: u64,
        /// Number of events before it in the segment.
        event: u64,
        /// Why it can't stand there.
        misfit: Misfit,
    },
    /// A slice failed in the interpreter.
    #[error("a slice could not be replayed: {0}")]
    Replay(String),
    /// The fuel needs more than 128 bits: no program runs that long.
    #[error("the fuel exceeds 128 bits: the trace counts more than any program can do")]
    Overflow,
    /// Only some of the segments were recorded.
    #[error(
        "only {kept} of {segments} segments were recorded: that is enough for an estimate only"
    )]
    Sample {
        /// How many are there.
        kept: usize,
        /// How many there were.
        segments: usize,
    },
    /// The goal of an estimate is impossible.
    #[error("{0}")]
    Goal(String),
    /// The threads can't be started.
    #[error("cannot start {jobs} threads: {message}")]
    Threads {
        /// How many.
        jobs: usize,
        /// Why.
        message: String,
    },
}

impl Error {
    /// Whether a part of the trace can't be read, while others may be.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self, Error::Read(_) | Error::Events { .. } | Error::Segment { .. })
    }
}

/// Why an event can't stand where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum Misfit {
    /// No open activation could have gone on in the event's region.
    #[error("no open activation can have gone on like this")]
    NoActivation,
    /// Too many activations are open.
    #[error(
        "more than {MAX_ACTIVATIONS} activations are open: no engine's stack is that deep, and no \
         option raises the limit"
    )]
    TooDeep,
    /// The fuel exceeds 128 bits.
    #[error("the fuel exceeds 128 bits")]
    Overflow,
}
