//! The guest's side of a stream: copies the ring and hands it over.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use formats::plan::EventLayout;
use formats::ring;
use formats::trace::Outcome;

use super::pool::Pool;
use super::report::Ended;
use super::streaming;
use super::{DrainFailure, FilledSegment, Loss, Message};

/// What happens to a full ring when no buffer is free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// The guest waits for the writer.
    #[default]
    Block,
    /// The segment is dropped, and its events are counted.
    Drop,
}

/// What all streams of a recording share.
#[derive(Clone)]
pub(super) struct Port {
    pub(super) full: Sender<Message>,
    pub(super) pool: Arc<Pool>,
    pub(super) overflow: Overflow,
    pub(super) layout: EventLayout,
    pub(super) origin: Instant,
    /// Time that all streams together waited for a buffer.
    pub(super) stalled_ns: Arc<AtomicU64>,
    /// What the writer wrote, once it has ended.
    pub(super) ended: Arc<OnceLock<Ended>>,
}

impl Port {
    /// What was written, when the writer has ended; one that panicked told nothing.
    pub(super) fn ended(&self) -> Ended {
        let stalled = Duration::from_nanos(self.stalled_ns.load(Ordering::Relaxed));
        let mut ended = self.ended.get().cloned().unwrap_or_else(DrainFailure::writer_panicked);
        match &mut ended {
            Ok(report) => report.stalled = stalled,
            Err(failure) => failure.report.stalled = stalled,
        }
        ended
    }
}

/// One stream of a recording: takes the events of one instance, flush by flush.
///
/// Nothing here fails: a recording whose writer is gone discards what comes, and its `finish` says
/// why.
pub struct Tap {
    stream: u32,
    port: Port,
    segment_start_ns: u64,
    /// Lost since the last message of this stream.
    lost: Loss,
}

impl Tap {
    pub(super) fn new(stream: u32, port: Port) -> Tap {
        let mut tap = Tap { stream, port, segment_start_ns: 0, lost: Loss::default() };
        tap.segment_start_ns = tap.now_ns();
        tap
    }

    /// Number of the stream in the trace.
    pub fn stream(&self) -> u32 {
        self.stream
    }

    /// Takes over `bytes`, whole events as they lie in the ring.
    pub fn segment(&mut self, bytes: &[u8]) {
        let (start_ns, end_ns) = (self.segment_start_ns, self.now_ns());
        if !bytes.is_empty() {
            self.hand_over(bytes, start_ns, end_ns);
        }
        // Waiting for the writer is none of the program's time.
        self.segment_start_ns = self.now_ns();
    }

    fn hand_over(&mut self, bytes: &[u8], start_ns: u64, end_ns: u64) {
        let Some(mut buffer) = self.buffer() else {
            self.lose(bytes);
            return;
        };
        streaming::fill(&mut buffer, bytes);
        let lost = std::mem::take(&mut self.lost);
        let segment = FilledSegment { stream: self.stream, start_ns, end_ns, lost, ring: buffer };
        let _ = self.port.full.send(Message::Segment(segment));
    }

    /// Ends one invocation. Segments that follow belong to the next one.
    pub fn outcome(&mut self, outcome: Outcome) {
        let lost = std::mem::take(&mut self.lost);
        let _ = self.port.full.send(Message::Outcome { stream: self.stream, lost, outcome });
    }

    /// Counts what is dropped.
    fn lose(&mut self, bytes: &[u8]) {
        self.lost.add(ring::extent(bytes, self.port.layout).into());
    }

    /// A free buffer, or `None` when the segment is to be dropped.
    fn buffer(&self) -> Option<Vec<u8>> {
        self.port.pool.try_take().or_else(|| match self.port.overflow {
            Overflow::Block => self.wait_for_buffer(),
            Overflow::Drop => None,
        })
    }

    fn wait_for_buffer(&self) -> Option<Vec<u8>> {
        let start = Instant::now();
        let buffer = self.port.pool.wait();
        let waited_ns = start.elapsed().as_nanos() as u64;
        self.port.stalled_ns.fetch_add(waited_ns, Ordering::Relaxed);
        buffer
    }

    fn now_ns(&self) -> u64 {
        self.port.origin.elapsed().as_nanos() as u64
    }
}
