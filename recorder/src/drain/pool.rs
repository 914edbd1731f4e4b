//! The buffers that segments travel in from the guest to the writer, and back.
//!
//! A pool gives out the buffer that came back last, which is still in the caches; and it allocates
//! another one only when none is back, so that a writer that keeps up has two or three to go round,
//! however many there may be.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Buffers of one size, of which there are at most so many.
pub(super) struct Pool {
    state: Mutex<State>,
    /// Signalled when a buffer comes back or the pool is closed.
    changed: Condvar,
    /// Signalled when the pool is closed.
    ended: Condvar,
    buffer_bytes: usize,
}

struct State {
    free: Vec<Vec<u8>>,
    /// How many buffers may still be allocated.
    unallocated: usize,
    /// Whether no buffer will come back any more.
    closed: bool,
}

impl Pool {
    /// A pool of at most `buffers` buffers of `buffer_bytes` each.
    pub(super) fn new(buffers: usize, buffer_bytes: usize) -> Pool {
        let state = State { free: Vec::new(), unallocated: buffers, closed: false };
        Pool {
            state: Mutex::new(state),
            changed: Condvar::new(),
            ended: Condvar::new(),
            buffer_bytes,
        }
    }

    /// A buffer if there is one.
    pub(super) fn try_take(&self) -> Option<Vec<u8>> {
        self.lock().take(self.buffer_bytes)
    }

    /// A buffer, as soon as there is one; `None` when the pool was closed.
    pub(super) fn wait(&self) -> Option<Vec<u8>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(buffer) = state.take(self.buffer_bytes) {
                return Some(buffer);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Gives a buffer back.
    pub(super) fn give(&self, buffer: Vec<u8>) {
        self.lock().free.push(buffer);
        self.changed.notify_one();
    }

    /// Says that no buffer will come back any more: nobody is to wait for one.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
        self.ended.notify_all();
    }

    /// Waits until the pool is closed.
    pub(super) fn wait_until_closed(&self) {
        let wait = self.ended.wait_while(self.lock(), |state| !state.closed);
        drop(wait.unwrap_or_else(PoisonError::into_inner));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing is left half-done by a panic while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, buffer_bytes: usize) -> Option<Vec<u8>> {
        if self.closed {
            return None;
        }
        self.free.pop().or_else(|| {
            self.unallocated = self.unallocated.checked_sub(1)?;
            Some(Vec::with_capacity(buffer_bytes))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buffer_that_came_back_last_goes_out_first() {
        let pool = Pool::new(2, 16);
        let (mut first, mut second) = (pool.try_take().unwrap(), pool.try_take().unwrap());
        assert!(first.capacity() >= 16 && pool.try_take().is_none());
        first.push(1);
        second.push(2);
        pool.give(second);
        pool.give(first);
        assert_eq!(pool.try_take(), Some(vec![1]));
        assert_eq!(pool.wait(), Some(vec![2]));
    }

    #[test]
    fn one_who_waits_gets_what_comes_back_and_goes_home_when_the_pool_closes() {
        let pool = Pool::new(1, 16);
        let only = pool.try_take().unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| pool.wait());
            pool.give(only);
            assert_eq!(waiting.join().unwrap(), Some(Vec::new()));
            let waiting = scope.spawn(|| pool.wait());
            pool.close();
            assert_eq!(waiting.join().unwrap(), None);
        });
        assert!(pool.try_take().is_none());
    }
}
