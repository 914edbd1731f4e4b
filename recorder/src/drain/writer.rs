//! The writer thread: counts, checks and appends segments, and keeps the books when it can't.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crossbeam_channel::{Receiver, Sender};
use formats::events::{EventError, Events};
use formats::plan::EventLayout;
use formats::trace::{Detail, EventCounter, Histogram, Outcome, SegmentInfo, TraceWriter};

use crate::limits::{CLOSING_BYTES, FOOTER_ENTRY_BYTES};

use super::counter::{ByteCount, CountedWrite};
use super::words::WordBuffer;
use super::{DrainFailure, DrainReport, FilledSegment, Loss, Message};

/// Why nothing more is written.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Owns the trace while it's being written.
pub(super) struct Writer<W: Write> {
    trace: TraceWriter<CountedWrite<W>>,
    written: ByteCount,
    max_trace_bytes: Option<u64>,
    free: Sender<Vec<u8>>,
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
        free: Sender<Vec<u8>>,
        digest: Digest,
    ) -> Writer<W> {
        Writer {
            trace,
            written,
            max_trace_bytes,
            free,
            digest,
            report: DrainReport::default(),
            unnoted: BTreeMap::new(),
            failure: None,
        }
    }

    /// Takes messages until the end, then closes the trace.
    pub(super) fn run(
        mut self,
        full: &Receiver<Message>,
    ) -> Result<DrainReport, Box<DrainFailure>> {
        loop {
            match full.recv() {
                Ok(Message::Segment(segment)) => self.segment(segment),
                Ok(Message::Outcome { stream, lost, outcome }) => {
                    self.lose(stream, lost);
                    self.outcome(stream, &outcome);
                }
                Ok(Message::End) | Err(_) => return self.finish(),
            }
        }
    }

    fn segment(&mut self, segment: FilledSegment) {
        self.lose(segment.stream, segment.lost);
        let (events, histogram) = match self.digest.take_in(&segment.words) {
            Ok((events, histogram)) => (events, histogram),
            Err(error) => {
                self.fail(foreign(error, segment.stream));
                (0, None)
            }
        };
        let here = Loss { events, bytes: segment.words.len() as u64 };
        if self.failure.is_some() || !self.has_room(here.bytes) {
            self.lose(segment.stream, here);
        } else if let Err(error) = self.append(&segment, events, histogram) {
            self.lose(segment.stream, here);
            self.fail(error);
        } else {
            self.report.events += here.events;
            self.report.ring_bytes += here.bytes;
            self.report.segments += 1;
        }
        // Nobody takes buffers any more when all streams are gone.
        let _ = self.free.send(segment.words);
    }

    fn append(
        &mut self,
        segment: &FilledSegment,
        events: u64,
        histogram: Option<Histogram>,
    ) -> Result<(), Cause> {
        self.note_losses(segment.stream)?;
        let info = SegmentInfo {
            stream: segment.stream,
            start_ns: segment.start_ns,
            end_ns: segment.end_ns,
            events,
        };
        match histogram {
            None => self.trace.write_segment(&info, &segment.words)?,
            Some(histogram) => self.trace.write_histogram(&info, &histogram)?,
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

    /// Whether a segment of `bytes` surely fits, with what closes the trace behind it. Once one was dropped for its size, all that
    /// follow are: a prefix of the events says more than a random part of them.
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

    fn finish(mut self) -> Result<DrainReport, Box<DrainFailure>> {
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
            Some(cause) => Err(Box::new(DrainFailure { report, cause })),
        }
    }
}

/// Counts the events of segments, by the detail that is kept of them.
pub(super) struct Digest {
    layout: EventLayout,
    words: WordBuffer,
    /// Present when only counts are kept.
    counter: Option<EventCounter>,
}

impl Digest {
    pub(super) fn new(layout: EventLayout, detail: Detail) -> Digest {
        let counter = match detail {
            Detail::Full => None,
            Detail::Counts => Some(EventCounter::new(layout)),
        };
        Digest { layout, words: WordBuffer::default(), counter }
    }

    /// Number of events in the words of one segment, and their histogram if that is all that is
    /// kept.
    fn take_in(&mut self, words: &[u8]) -> Result<(u64, Option<Histogram>), EventError> {
        let words = self.words.load(words);
        match &mut self.counter {
            None => Ok((count(words, self.layout)?, None)),
            Some(counter) => Ok((counter.count(words)?, Some(counter.take()))),
        }
    }
}

fn count(words: &[u32], layout: EventLayout) -> Result<u64, EventError> {
    let mut events = 0;
    for event in Events::new(words, layout) {
        event?;
        events += 1;
    }
    Ok(events)
}

fn foreign(error: EventError, stream: u32) -> Cause {
    io::Error::other(format!(
        "stream {stream}: {error}: the module and its plan do not belong together"
    ))
    .into()
}
