//! What can be wrong with a trace, and with writing one.

use std::io;

/// How a trace ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The writer closed it: nothing is missing.
    Complete,
    /// The file ends without a footer, possibly within a frame: the recording still runs, or it
    /// was killed, or the file was cut.
    Truncated {
        /// Where the last whole frame ends.
        offset: u64,
    },
    /// What stands here is no frame; everything before it is usable.
    Corrupt {
        /// Where the bad frame starts.
        offset: u64,
        /// What is wrong with it.
        what: String,
    },
}

/// Why a trace, or a part of it, cannot be read. Offsets are bytes from the start of the file.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The file does not start as traces do.
    #[error("not a trace: it does not start with the trace magic bytes")]
    NotATrace,
    /// The file was written by a newer version of the recorder.
    #[error("trace version {found} is newer than version {supported}, the newest that this reads")]
    NewerVersion {
        /// Version of the file.
        found: u32,
        /// [`super::VERSION`].
        supported: u32,
    },
    /// The file was written by an older version of the recorder.
    #[error("trace version {found} is older than version {supported}, the oldest that this reads")]
    OlderVersion {
        /// Version of the file.
        found: u32,
        /// [`super::VERSION`].
        supported: u32,
    },
    /// The file ends too early.
    #[error("truncated at byte {offset}: {segments} whole segments come before")]
    Truncated {
        /// Where the last whole frame ends.
        offset: u64,
        /// Number of segments that can be read.
        segments: usize,
    },
    /// The file was damaged.
    #[error("corrupt at byte {offset}: {what}; {segments} segments before it can be read")]
    Corrupt {
        /// Where the damaged part starts.
        offset: u64,
        /// What is wrong with it.
        what: String,
        /// Number of segments before it.
        segments: usize,
    },
    /// The operating system refused to read.
    #[error("cannot read at byte {offset}: {source}")]
    Io {
        /// Where.
        offset: u64,
        /// Why.
        source: io::Error,
    },
}

/// Why something could not be written to a trace.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The output refused the bytes. What was written before can be read; the writer is unusable
    /// from now on, because a part of the frame may be in the file.
    #[error("cannot write: {0}")]
    Io(io::Error),
    /// An earlier write failed.
    #[error("an earlier write to the trace failed")]
    Poisoned,
    /// A part is larger than readers accept.
    #[error("{bytes} bytes of {what} are more than a trace can hold ({limit})")]
    TooLarge {
        /// Which part.
        what: &'static str,
        /// Its length.
        bytes: usize,
        /// The limit from [`crate::limits`].
        limit: usize,
    },
    /// A segment that readers would refuse.
    #[error("segment refused: {0}")]
    InvalidSegment(&'static str),
    /// The plan of the header contradicts itself.
    #[error(transparent)]
    InvalidPlan(#[from] crate::plan_check::PlanError),
    /// The trace has as many frames as sequence numbers can count.
    #[error("the trace has too many frames")]
    TooManyFrames,
}

// By hand, because the message contains the cause: a chain of causes would name it twice.
impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        WriteError::Io(error)
    }
}
