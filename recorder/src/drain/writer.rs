//! The writer thread: counts, checks and appends segments, and keeps the books when it can't.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, OnceLock};
use std::thread;

use crossbeam_channel::{Receiver, RecvError, TryRecvError};
use formats::events::EventError;
use formats::plan::EventLayout;
use formats::ring::{self, Extent};
use formats::trace::{
    Detail, Header, Histogram, Outcome, Packer, Sample, SegmentInfo, TraceWriter,
};

use crate::limits::{CLOSING_BYTES, FOOTER_ENTRY_BYTES, MAX_NAPS, MIN_REPETITION, NAP};

use super::counter::{ByteCount, CountedWrite};
use super::pool::Pool;
use super::report::{Cause, Ended};
use super::{DrainFailure, DrainReport, FilledSegment, Loss, Message};

/// The next message. Naps a few times before it waits: who sends while the writer waits has to wake it, which
/// takes the guest longer than to send.
fn next(full: &Receiver<Message>) -> Result<Message, RecvError> {
    for _ in 0..MAX_NAPS {
        match full.try_recv() {
            Ok(message) => return Ok(message),
            Err(TryRecvError::Empty) => thread::sleep(NAP),
            Err(TryRecvError::Disconnected) => return Err(RecvError),
        }
    }
    full.recv()
}

/// Owns the trace while it's being written.
pub(super) struct Writer<W: Write> {
    trace: TraceWriter<CountedWrite<W>>,
    written: ByteCount,
    max_trace_bytes: Option<u64>,
    pool: Arc<Pool>,
    /// Segments that wait for the writer when it begins to hurry.
    hurry_at: usize,
    digest: Digest,
    report: DrainReport,
    /// Losses by stream that have no drop note in the trace yet.
    unnoted: BTreeMap<u32, Loss>,
    failure: Option<Cause>,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(
        trace: TraceWriter<CountedWrite<W>>,
        written: ByteCount,
        max_trace_bytes: Option<u64>,
        pool: Arc<Pool>,
        hurry_at: usize,
        digest: Digest,
    ) -> Writer<W> {
        Writer {
            trace,
            written,
            max_trace_bytes,
            pool,
            hurry_at,
            digest,
            report: DrainReport::default(),
            unnoted: BTreeMap::new(),
            failure: None,
        }
    }

    /// Takes messages until the end, then closes the trace, and tells in `ended` how that went. However
    /// it goes, nobody waits for a buffer afterwards.
    pub(super) fn run(mut self, full: &Receiver<Message>, ended: &OnceLock<Ended>) {
        let _closing = Closing(self.pool.clone());
        self.pool.stock_up();
        loop {
            match next(full) {
                Ok(Message::Segment(segment)) => {
                    self.trace.hurry(full.len() >= self.hurry_at);
                    self.segment(segment);
                }
                Ok(Message::Outcome { stream, lost, outcome }) => {
                    self.lose(stream, lost);
                    self.outcome(stream, &outcome);
                }
                Ok(Message::End) | Err(_) => {
                    ended.get_or_init(|| self.finish());
                    return;
                }
            }
        }
    }

    fn segment(&mut self, segment: FilledSegment) {
        self.lose(segment.stream, segment.lost);
        let ring_bytes = segment.ring.len() as u64;
        let (extent, kept) = match self.digest.take_in(&segment) {
            Ok(digested) => digested,
            Err(error) => {
                self.fail(foreign(error, segment.stream));
                (ring::extent(&segment.ring, self.digest.layout), Kept::Nothing)
            }
        };
        if self.failure.is_some()
            || !self.has_room(kept.max_bytes(self.digest.packer.max_stored_bytes()))
        {
            self.lose(segment.stream, extent.into());
        } else if let Err(error) = self.append(&segment, extent.events, &kept) {
            self.lose(segment.stream, extent.into());
            self.fail(error);
        } else {
            self.report.events += extent.events;
            self.report.ring_bytes += ring_bytes;
            self.report.segments += 1;
            self.report.unkept_segments += u64::from(matches!(kept, Kept::Nothing));
        }
        self.pool.give(segment.ring);
    }

    fn append(&mut self, segment: &FilledSegment, events: u64, kept: &Kept) -> Result<(), Cause> {
        self.note_losses(segment.stream)?;
        let info = SegmentInfo {
            stream: segment.stream,
            start_ns: segment.start_ns,
            end_ns: segment.end_ns,
            events,
        };
        match kept {
            Kept::Nothing => self.trace.write_unkept(&info)?,
            Kept::Counts(counts) => self.trace.write_histogram(&info, counts)?,
            Kept::Events(counts) => {
                self.trace.write_packed_segment(&info, counts.as_ref(), &mut self.digest.packer)?
            }
        };
        Ok(())
    }

    fn outcome(&mut self, stream: u32, outcome: &Outcome) {
        if self.failure.is_some() {
            return;
        }
        let written = self
            .note_losses(stream)
            .and_then(|()| Ok(self.trace.write_outcome(stream, outcome)?));
        if let Err(error) = written {
            self.fail(error);
        }
    }

    /// Whether a segment of which `bytes` are kept surely fits, with what closes the trace behind it.
    /// Once one was dropped for its size, all that follow are: a prefix of the events says more than
    /// a random part of them.
    fn has_room(&mut self, bytes: u64) -> bool {
        let footer = FOOTER_ENTRY_BYTES * (self.report.segments + 1);
        let needed = self.written.get() + bytes + footer + CLOSING_BYTES;
        let full = |limit| needed > limit;
        if self.max_trace_bytes.is_some_and(full) {
            self.report.limit_reached = true;
        }
        !self.report.limit_reached
    }

    fn lose(&mut self, stream: u32, lost: Loss) {
        if !lost.is_none() {
            self.unnoted.entry(stream).or_default().add(lost);
            self.report.dropped.add(lost);
        }
    }

    /// Writes down what `stream` lost up to here.
    fn note_losses(&mut self, stream: u32) -> Result<(), Cause> {
        if let Some(lost) = self.unnoted.remove(&stream) {
            self.trace.write_drop(stream, lost.events, lost.bytes)?;
        }
        Ok(())
    }

    /// From now on everything is discarded. The first failure is the one that is reported.
    fn fail(&mut self, cause: Cause) {
        self.failure.get_or_insert(cause);
    }

    fn finish(mut self) -> Ended {
        let streams: Vec<u32> = self.unnoted.keys().copied().collect();
        for stream in streams {
            if self.failure.is_none()
                && let Err(error) = self.note_losses(stream)
            {
                self.fail(error);
            }
        }
        // A failed trace gets no footer: it must not look whole.
        let cause = match self.failure {
            Some(cause) => Some(cause),
            None => self.trace.finish().err().map(Cause::from),
        };
        let report = DrainReport { trace_bytes: self.written.get(), ..self.report };
        match cause {
            None => Ok(report),
            Some(cause) => Err(Box::new(DrainFailure { report, cause: cause.into() })),
        }
    }
}

/// Closes a pool when it is dropped.
struct Closing(Arc<Pool>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Decides what is kept of segments, counts their events and packs them.
pub(super) struct Digest {
    layout: EventLayout,
    detail: Detail,
    sample: Option<Sample>,
    /// Number of segments so far, by stream.
    numbers: BTreeMap<u32, u32>,
    packer: Packer,
}

impl Digest {
    pub(super) fn new(header: &Header) -> Digest {
        let layout = header.plan.layout();
        Digest {
            layout,
            detail: header.detail,
            sample: header.sample,
            numbers: BTreeMap::new(),
            packer: Packer::new(layout),
        }
    }

    /// What the segment has, and what is kept of it.
    fn take_in(&mut self, segment: &FilledSegment) -> Result<(Extent, Kept), EventError> {
        let number = self.numbers.entry(segment.stream).or_default();
        let is_kept = self.sample.is_none_or(|sample| sample.keeps(segment.stream, *number));
        *number = number.wrapping_add(1);
        if !is_kept {
            return Ok((ring::measure(&segment.ring, self.layout)?, Kept::Nothing));
        }
        let extent = self.packer.take_in(&segment.ring)?;
        let counts = self.packer.histogram();
        let repeats = counts.entries().len() as u64 * MIN_REPETITION <= extent.events;
        let kept = match self.detail {
            Detail::Counts => Kept::Counts(counts),
            Detail::Full => Kept::Events(repeats.then_some(counts)),
        };
        Ok((extent, kept))
    }
}

/// What is kept of a segment.
enum Kept {
    /// How many events it had.
    Nothing,
    /// Its histogram.
    Counts(Histogram),
    /// Its events, and perhaps their histogram beside them.
    Events(Option<Histogram>),
}

impl Kept {
    /// More bytes than are stored of a segment whose events take so many at most.
    fn max_bytes(&self, events: u64) -> u64 {
        match self {
            Kept::Nothing => 0,
            Kept::Counts(counts) => counts.max_encoded_bytes(),
            Kept::Events(counts) => {
                events + counts.as_ref().map_or(0, Histogram::max_encoded_bytes)
            }
        }
    }
}

fn foreign(error: EventError, stream: u32) -> Cause {
    io::Error::other(format!(
        "stream {stream}: {error}: the module and its plan do not belong together"
    ))
    .into()
}
