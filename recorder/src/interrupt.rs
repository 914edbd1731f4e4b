//! Ending a recording before its program ends, with a closed trace.
//!
//! A program is asked to end, and does so at its next flush: everything that it recorded is in the
//! trace then. One that comes to no flush, because it waits for its input or stays in a loop that is
//! one event, is left alone: its trace is closed without what still lies in its ring. Either way the
//! trace says that the recording ended before the program.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use formats::trace::{Outcome, OutcomeKind};
use thiserror::Error as ThisError;

use crate::drain::Closer;
use crate::receipt::Receipt;

/// Why a recording is to end before its program does. The error that a flush ends the program with.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[error("interrupted by {by}")]
pub struct Interrupted {
    /// What interrupts it, such as the name of a signal.
    pub by: String,
    /// Exit status that says so.
    pub status: i32,
}

impl Interrupted {
    /// How the invocation ended.
    pub fn outcome(&self) -> Outcome {
        Outcome {
            kind: OutcomeKind::Unknown,
            code: self.status,
            message: Some(self.to_string()),
            ..Outcome::default()
        }
    }
}

/// Ends a recording from another thread. Clones are the same.
///
/// A program that waits in a host function, or stays in a loop that is one event, comes to no flush:
/// [`Interrupt::wait`] tells, and then [`Interrupt::close`] is all that can be done.
///
/// Give it to [`crate::RecorderBuilder::interrupt`], or to [`crate::Stream::interrupt`].
#[derive(Clone, Default)]
pub struct Interrupt {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Whether there is a reason: what a flush looks at.
    raised: AtomicBool,
    state: Mutex<State>,
    /// Signalled when the recording ends.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    reason: Option<Interrupted>,
    open: Option<Open>,
    ended: bool,
}

/// A recording that has begun.
struct Open {
    closer: Closer,
    since: Instant,
}

impl Interrupt {
    /// Asks the program to end at its next flush. The first reason counts.
    pub fn raise(&self, reason: Interrupted) {
        self.state().reason.get_or_insert(reason);
        self.shared.raised.store(true, Ordering::Release);
    }

    /// Waits until the recording has ended, for so long at most; returns whether it has.
    pub fn wait(&self, patience: Duration) -> bool {
        let runs = |state: &mut State| !state.ended;
        let waited = self.shared.changed.wait_timeout_while(self.state(), patience, runs);
        waited.unwrap_or_else(PoisonError::into_inner).0.ended
    }

    /// Closes the trace of a program that does not end, and returns when everything is written that
    /// was flushed, what was recorded. Does nothing when no reason was raised, or nothing is being
    /// recorded.
    pub fn close(&self) -> Option<Receipt> {
        let (open, reason) = {
            let mut state = self.state();
            (state.open.take(), state.reason.clone())
        };
        let (Open { closer, since }, outcome) = (open?, reason?.outcome());
        let (guest_time, results) = (since.elapsed(), Vec::new());
        let drain = closer.close(outcome.clone());
        Some(Receipt { outcome, results, crash: None, guest_time, drain })
    }

    /// Fails when the program is to end.
    pub(crate) fn check(&self) -> Result<(), Interrupted> {
        if !self.shared.raised.load(Ordering::Acquire) {
            return Ok(());
        }
        self.state().reason.clone().map_or(Ok(()), Err)
    }

    /// A recording has begun.
    pub(crate) fn begin(&self, closer: Closer) {
        self.state().open = Some(Open { closer, since: Instant::now() });
    }

    /// The recording has ended, and its trace is closed.
    pub(crate) fn end(&self) {
        let mut state = self.state();
        state.open = None;
        state.ended = true;
        self.shared.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is left half-done by a panic while the lock is held.
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Interrupt").field("reason", &self.state().reason).finish()
    }
}
