//! From the ring to the trace: pooled buffers, a writer thread, and what happens when they are
//! full or fail.
//!
//! ```text
//! guest thread(s)                                writer thread
//! ring --copy--> buffer ==full segments==> count, check, compress, append ==> trace
//!                  ^                              |
//!                  +=========free buffers=========+
//! ```
//!
//! Full segments go through a crossbeam channel of fixed capacity, and their buffers come back through
//! a pool: once there are as many as ride out the bursts, nothing is allocated. A guest that finds no
//! free buffer waits, or drops its segment and counts what it dropped ([`Overflow`]). A writer that
//! fails keeps taking segments and discards them: the guest finishes, and [`Recording::finish`] reports
//! the error.
//!
//! This module knows no engine: [`crate::stream`] connects it to Wasmtime.

mod buffer;
mod counter;
mod pool;
mod report;
pub mod streaming;
mod tap;
mod writer;

pub use buffer::SharedBytes;
pub use report::{DrainFailure, DrainReport, Loss};
pub use tap::{Overflow, Tap};

use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Instant;

use crossbeam_channel::bounded;
use formats::plan::EventLayout;
use formats::trace::{Header, Outcome, TraceWriter};

use crate::Error;
use crate::limits::{DEFAULT_RING_BYTES, HURRY_PART, SPARE_MESSAGES, pool_buffers};
use counter::CountedWrite;
use pool::Pool;
use report::Ended;
use tap::Port;
use writer::{Digest, Writer};

/// How segments get from the guest to the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrainOptions {
    /// Bytes of the ring: no segment is larger.
    pub ring_bytes: u32,
    /// What the guest does when no buffer is free.
    pub overflow: Overflow,
    /// Bytes that the trace may have. What doesn't fit is dropped and counted.
    pub max_trace_bytes: Option<u64>,
}

impl Default for DrainOptions {
    fn default() -> Self {
        DrainOptions {
            ring_bytes: DEFAULT_RING_BYTES,
            overflow: Overflow::Block,
            max_trace_bytes: None,
        }
    }
}

/// What the guest's side says to the writer.
enum Message {
    /// A full buffer.
    Segment(FilledSegment),
    /// The end of an invocation, with what the stream lost since its last message.
    Outcome { stream: u32, lost: Loss, outcome: Outcome },
    /// Nothing will follow.
    End,
}

/// A buffer with the events of one flush.
struct FilledSegment {
    stream: u32,
    start_ns: u64,
    end_ns: u64,
    /// What the stream lost just before this segment.
    lost: Loss,
    /// The events, as they lay in the ring.
    ring: Vec<u8>,
}

/// A trace being written by a thread of its own.
pub struct Recording {
    port: Port,
    next_stream: AtomicU32,
    writer: JoinHandle<()>,
}

impl Recording {
    /// Writes `header` to `output` and starts the writer thread.
    ///
    /// # Errors
    ///
    /// When the header can't be written, or leaves no room in the trace.
    pub fn start<W: Write + Send + 'static>(
        output: W,
        header: &Header,
        options: DrainOptions,
    ) -> Result<Recording, Error> {
        let (output, written) = CountedWrite::new(output);
        let trace = TraceWriter::create(output, header).map_err(DrainFailure::at_start)?;
        if let Some(limit) = options.max_trace_bytes.filter(|&limit| limit < written.get()) {
            return Err(Error::TraceLimit { header: written.get(), limit });
        }
        let buffers = pool_buffers(options.ring_bytes);
        let (full_sender, full_receiver) = bounded(buffers + SPARE_MESSAGES);
        let pool = Arc::new(Pool::new(buffers, options.ring_bytes as usize));
        let layout: EventLayout = header.plan.layout();
        let digest = Digest::new(header);
        let hurry_at = (buffers / HURRY_PART).max(1);
        let writer =
            Writer::new(trace, written, options.max_trace_bytes, pool.clone(), hurry_at, digest);
        let ended = Arc::new(OnceLock::new());
        let tells = ended.clone();
        let thread = std::thread::Builder::new()
            .name("wf-writer".to_owned())
            .spawn(move || writer.run(&full_receiver, &tells))
            .map_err(DrainFailure::at_start)?;
        let port = Port {
            full: full_sender,
            pool,
            overflow: options.overflow,
            layout,
            origin: Instant::now(),
            stalled_ns: Arc::default(),
            ended,
        };
        Ok(Recording { port, next_stream: AtomicU32::new(0), writer: thread })
    }

    /// A new stream: the segments of one instance, in order. [`crate::stream::Stream`] is the
    /// same for an instance under Wasmtime.
    pub fn tap(&self) -> Tap {
        Tap::new(self.next_stream.fetch_add(1, Ordering::Relaxed), self.port.clone())
    }

    /// What closes the trace while the guest of `stream` still runs.
    pub(crate) fn closer(&self, stream: u32) -> Closer {
        Closer { port: self.port.clone(), stream }
    }

    /// Waits until everything is written and closes the trace. What streams send later is
    /// discarded.
    ///
    /// # Errors
    ///
    /// When something could not be written. The failure carries what was written before, and the
    /// trace up to there is readable.
    pub fn finish(self) -> Result<DrainReport, Box<DrainFailure>> {
        // A writer that is gone already says why when it's joined.
        let _ = self.port.full.send(Message::End);
        // One that panicked has told nothing.
        let _ = self.writer.join();
        self.port.ended()
    }
}

/// Closes a trace whose guest does not end.
pub(crate) struct Closer {
    port: Port,
    stream: u32,
}

impl Closer {
    /// Ends the stream's invocation and the trace; returns when both are written, or couldn't be, what
    /// was written. What the guest sends later is discarded.
    ///
    /// # Errors
    ///
    /// Those of [`Recording::finish`].
    pub(crate) fn close(&self, outcome: Outcome) -> Ended {
        let lost = Loss::default();
        let outcome = Message::Outcome { stream: self.stream, lost, outcome };
        // A writer that is gone has closed the trace already.
        let _ = self.port.full.send(outcome);
        let _ = self.port.full.send(Message::End);
        self.port.pool.wait_until_closed();
        self.port.ended()
    }
}

#[cfg(test)]
mod tests;
