//! What became of the events.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use formats::ring::Extent;

/// Events that are not in the trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// Number of events.
    pub events: u64,
    /// Bytes of their words, with four for an id, as segments count them.
    pub bytes: u64,
}

impl From<Extent> for Loss {
    fn from(extent: Extent) -> Loss {
        Loss { events: extent.events, bytes: extent.raw_bytes }
    }
}

impl Loss {
    /// Whether nothing was lost.
    pub fn is_none(&self) -> bool {
        *self == Loss::default()
    }

    pub(super) fn add(&mut self, other: Loss) {
        self.events += other.events;
        self.bytes += other.bytes;
    }
}

/// What a recording wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DrainReport {
    /// Events in the trace.
    pub events: u64,
    /// Segments in the trace.
    pub segments: u64,
    /// Those of them of which nothing is kept but how many events they had.
    pub unkept_segments: u64,
    /// Bytes that the events in the trace took in the ring.
    pub ring_bytes: u64,
    /// Bytes of the whole trace.
    pub trace_bytes: u64,
    /// Events that were dropped, and are missing in the trace.
    pub dropped: Loss,
    /// Whether events were dropped because the trace reached its size limit.
    pub limit_reached: bool,
    /// Time that guests waited for the writer.
    pub stalled: Duration,
}

/// What a recording wrote, or what it wrote before it failed.
pub(super) type Ended = Result<DrainReport, Box<DrainFailure>>;

/// Why nothing more is written.
pub(super) type Cause = Box<dyn StdError + Send + Sync>;

/// A recording that could not be written to its end.
#[derive(Clone, Debug)]
pub struct DrainFailure {
    /// What was written before. Its dropped events include those that came after the failure.
    pub report: DrainReport,
    /// Why.
    pub cause: Arc<dyn StdError + Send + Sync>,
}

impl DrainFailure {
    pub(super) fn at_start(cause: impl StdError + Send + Sync + 'static) -> Box<DrainFailure> {
        Box::new(DrainFailure { report: DrainReport::default(), cause: Arc::new(cause) })
    }

    pub(super) fn writer_panicked() -> Ended {
        let cause: Cause = "the writer thread panicked: this is a bug of the recorder".into();
        Err(Box::new(DrainFailure { report: DrainReport::default(), cause: cause.into() }))
    }
}

impl fmt::Display for DrainFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.cause)
    }
}

impl StdError for DrainFailure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.source()
    }
}
