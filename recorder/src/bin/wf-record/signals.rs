//! Ctrl-C and SIGTERM: the recording ends, its trace is closed, and then the process ends as the signal
//! would have ended it at once.
//!
//! A second signal does end it at once. On systems other than Unix the first one does: a trace that
//! isn't closed can be read as well.

#[cfg(unix)]
pub(crate) use unix::{end_as_received, watch};

#[cfg(not(unix))]
pub(crate) use elsewhere::{end_as_received, watch};

#[cfg(unix)]
mod unix {
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
    use std::thread;

    use recorder::limits::INTERRUPT_PATIENCE;
    use recorder::{Interrupt, Interrupted, Receipt};
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::{emulate_default_handler, signal_name};

    /// Exit status of a shell's command that a signal ended, less the signal's number.
    const SIGNALLED: i32 = 128;

    /// The signal that came, 0 before.
    static RECEIVED: AtomicI32 = AtomicI32::new(0);

    /// Ends the recording at the first signal. Of a program that doesn't end, `abandoned` is called
    /// with what was recorded when its trace is closed, and the process ends.
    pub(crate) fn watch(
        interrupt: Interrupt,
        abandoned: impl FnOnce(&Receipt) + Send + 'static,
    ) -> io::Result<()> {
        let second = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds the flag down, and raises it.
            flag::register_conditional_default(signal, second.clone())?;
            flag::register(signal, second.clone())?;
        }
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        thread::Builder::new().name("wf-signals".to_owned()).spawn(move || {
            let Some(signal) = signals.forever().next() else { return };
            RECEIVED.store(signal, Ordering::Release);
            let by = signal_name(signal).unwrap_or("a signal").to_owned();
            let reason = Interrupted { by, status: SIGNALLED + signal };
            interrupt.raise(reason);
            if !interrupt.wait(INTERRUPT_PATIENCE) {
                if let Some(receipt) = interrupt.close() {
                    abandoned(&receipt);
                }
                end_as_received();
            }
        })?;
        Ok(())
    }

    /// Ends the process as the signal that came would have, if one came.
    pub(crate) fn end_as_received() {
        let signal = RECEIVED.load(Ordering::Acquire);
        if signal != 0 {
            // Should that fail, the exit status still tells the signal.
            let _ = emulate_default_handler(signal);
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::io;

    use recorder::{Interrupt, Receipt};

    pub(crate) fn watch(_: Interrupt, _: impl FnOnce(&Receipt)) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn end_as_received() {}
}
