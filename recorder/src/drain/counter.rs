//! How many bytes the trace has, read from outside the trace writer that owns the output.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Passes everything on and counts it.
pub(super) struct CountedWrite<W> {
    output: W,
    count: ByteCount,
}

/// The count of a [`CountedWrite`].
#[derive(Clone, Default)]
pub(super) struct ByteCount(Arc<AtomicU64>);

impl ByteCount {
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl<W> CountedWrite<W> {
    pub(super) fn new(output: W) -> (CountedWrite<W>, ByteCount) {
        let count = ByteCount::default();
        (CountedWrite { output, count: count.clone() }, count)
    }
}

impl<W: Write> Write for CountedWrite<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.output.write(bytes)?;
        self.count.0.fetch_add(written as u64, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
