//! How far a long analysis has come, for those who wait for it.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the work of an analysis: segments, each once for every time that it is read.
#[derive(Debug, Default)]
pub struct Meter {
    done: AtomicU64,
    whole: AtomicU64,
}

impl Meter {
    /// How much is done, and how much there is as far as is known by now.
    pub fn progress(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.whole.load(Ordering::Relaxed))
    }

    pub(crate) fn expect(&self, segments: usize) {
        self.whole.fetch_add(segments as u64, Ordering::Relaxed);
    }

    pub(crate) fn advance(&self, segments: usize) {
        self.done.fetch_add(segments as u64, Ordering::Relaxed);
    }
}
