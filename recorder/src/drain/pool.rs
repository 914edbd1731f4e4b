//! The buffers that segments travel in from the guest to the writer, and back.
//!
//! Buffers go out in the order in which they came back. The one that came back last is still in the caches of
//! the writer's core, from where each of its lines would have to be taken away, by processors that have no streaming
//! stores ([`super::streaming`]). There is a stock of them ([`ROUND_BYTES`]), and more are allocated only when none is
//! back.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::limits::ROUND_BYTES;

/// Buffers of one size.
pub(super) struct Pool {
    state: Mutex<State>,
    /// Signalled when a buffer comes back or the pool is closed.
    changed: Condvar,
    /// Signalled when the pool is closed.
    ended: Condvar,
    buffer_bytes: usize,
}

struct State {
    /// Those that came back, in that order.
    free: VecDeque<Vec<u8>>,
    /// How many buffers may still be allocated.
    unallocated: usize,
    /// Whether no buffer will come back any more.
    closed: bool,
}

impl Pool {
    /// A pool of at most `buffers` buffers of `buffer_bytes` each.
    pub(super) fn new(buffers: usize, buffer_bytes: usize) -> Pool {
        let state = State { free: VecDeque::new(), unallocated: buffers, closed: false };
        Pool {
            state: Mutex::new(state),
            changed: Condvar::new(),
            ended: Condvar::new(),
            buffer_bytes,
        }
    }

    /// Allocates the stock, and touches its memory, so that the guest has no page faults to wait for. Who needs
    /// a buffer meanwhile allocates one.
    pub(super) fn stock_up(&self) {
        for _ in 0..ROUND_BYTES.checked_div(self.buffer_bytes).unwrap_or(0) {
            let mut buffer = vec![u8::MAX; self.buffer_bytes];
            buffer.clear();
            let mut state = self.lock();
            if !state.may_allocate() {
                return;
            }
            state.free.push_back(buffer);
            self.changed.notify_one();
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
        self.lock().free.push_back(buffer);
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
        self.free
            .pop_front()
            .or_else(|| self.may_allocate().then(|| Vec::with_capacity(buffer_bytes)))
    }

    /// Whether there may be one more buffer, which is counted then.
    fn may_allocate(&mut self) -> bool {
        let left = self.unallocated.checked_sub(1);
        self.unallocated = left.unwrap_or(0);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_go_round_in_the_order_in_which_they_come_back() {
        let pool = Pool::new(4, 16);
        let mut buffers: Vec<Vec<u8>> =
            (0..4).map(|_| pool.try_take().expect("one of four")).collect();
        assert!(pool.try_take().is_none());
        for (mark, buffer) in (0..).zip(&mut buffers) {
            assert!(buffer.is_empty() && buffer.capacity() >= 16);
            buffer.push(mark);
        }
        for place in [3, 1, 2, 0] {
            pool.give(std::mem::take(&mut buffers[place]));
        }
        let marks: Vec<u8> = (0..4).map(|_| pool.wait().expect("one that came back")[0]).collect();
        assert_eq!(marks, [3, 1, 2, 0]);
    }

    #[test]
    fn the_stock_is_a_part_of_the_pool() {
        let bytes = ROUND_BYTES / 3;
        let stocked = |buffers: usize| {
            let pool = Pool::new(buffers, bytes);
            pool.stock_up();
            let state = pool.lock();
            (state.free.len(), state.unallocated)
        };
        assert_eq!(stocked(5), (3, 2));
        assert_eq!(stocked(2), (2, 0));
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
