//! A stream of events from an instance under Wasmtime: defines the import that instrumentation
//! adds, and ends invocations. `ABI.md`, next to this crate's manifest, describes the interface.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use formats::plan::Plan;
use formats::trace::Outcome;
use wasmtime::{AsContext, AsContextMut, Caller, Extern, Global, Instance, Linker, Memory, Val};

use crate::Error;
use crate::drain::{Recording, Tap};
use crate::instrument::FLUSH_IMPORT;
use crate::interrupt::Interrupt;

/// The events of one instance. Clones are the same stream.
///
/// For each instance: a stream of its own, defined in a linker of its own.
#[derive(Clone)]
pub struct Stream {
    state: Arc<Mutex<State>>,
}

struct State {
    tap: Tap,
    ring_export: String,
    position_export: String,
    exports: Option<Exports>,
    interrupt: Interrupt,
}

/// What an instrumented instance exports to the recorder.
#[derive(Clone, Copy)]
struct Exports {
    ring: Memory,
    position: Global,
}

impl Recording {
    /// A new stream for an instance of the module that was instrumented by `plan`.
    pub fn stream(&self, plan: &Plan) -> Stream {
        let state = State {
            tap: self.tap(),
            ring_export: plan.ring_export.clone(),
            position_export: plan.position_export.clone(),
            exports: None,
            interrupt: Interrupt::default(),
        };
        Stream { state: Arc::new(Mutex::new(state)) }
    }
}

impl Stream {
    /// Number of the stream in the trace.
    pub fn number(&self) -> u32 {
        self.state().tap.stream()
    }

    /// Ends the instance's invocations at their next flush once `interrupt` is raised, with the error
    /// [`crate::Interrupted`].
    pub fn interrupt(&self, interrupt: &Interrupt) {
        self.state().interrupt = interrupt.clone();
    }

    /// Defines the import `wf.flush` in `linker`, for the one instance of this stream.
    ///
    /// # Errors
    ///
    /// When the linker has such a definition and doesn't allow shadowing.
    pub fn define<T: 'static>(&self, linker: &mut Linker<T>) -> Result<(), Error> {
        let stream = self.clone();
        let flush = move |mut caller: Caller<'_, T>, bytes: i32| -> wasmtime::Result<()> {
            let mut state = stream.state();
            let exports = state.exports_of(|name| caller.get_export(name))?;
            // What is in the ring then is taken when the invocation ends.
            state.interrupt.check()?;
            state.take(&caller, exports.ring, bytes as u32)
        };
        let (module, name) = FLUSH_IMPORT;
        linker.func_wrap(module, name, flush).map_err(Error::link)?;
        Ok(())
    }

    /// Tells the stream its instance. Needed only when the module has no start function and might
    /// end its first invocation before its first flush; harmless at any time after instantiation.
    ///
    /// # Errors
    ///
    /// When the instance doesn't export what the plan promises.
    pub fn attach(&self, mut store: impl AsContextMut, instance: &Instance) -> Result<(), Error> {
        self.state()
            .exports_of(|name| instance.get_export(&mut store, name))
            .map(|_| ())
            .map_err(Error::link)
    }

    /// Ends one invocation: takes what is left in the ring, empties it, and writes down how the
    /// invocation ended. Right after a return, a trap, or any other end of the guest's execution.
    pub fn end_invocation(&self, mut store: impl AsContextMut, outcome: Outcome) {
        let mut state = self.state();
        if let Some(exports) = state.exports {
            let bytes = exports.position.get(&mut store).i32().unwrap_or(0) as u32;
            // A position outside of the ring is impossible unless the engine or the rewriting is
            // broken: then there is nothing to take.
            let _ = state.take(&store, exports.ring, bytes);
            exports
                .position
                .set(&mut store, Val::I32(0))
                .expect("instrumentation made the position a mutable i32");
        }
        state.tap.outcome(outcome);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is left half-done by a panic while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The exports, looked up at the first call.
    fn exports_of(
        &mut self,
        mut export: impl FnMut(&str) -> Option<Extern>,
    ) -> wasmtime::Result<Exports> {
        if let Some(exports) = self.exports {
            return Ok(exports);
        }
        let ring = export(&self.ring_export).and_then(Extern::into_memory);
        let position = export(&self.position_export).and_then(Extern::into_global);
        let (Some(ring), Some(position)) = (ring, position) else {
            return Err(wasmtime::Error::msg(format!(
                "the instance does not export a memory `{}` and a global `{}`: \
                 it was not instrumented by this plan",
                self.ring_export, self.position_export
            )));
        };
        Ok(*self.exports.insert(Exports { ring, position }))
    }

    /// Hands `bytes` bytes from the start of the ring to the writer.
    fn take(&mut self, store: impl AsContext, ring: Memory, bytes: u32) -> wasmtime::Result<()> {
        let context = store.as_context();
        match ring.data(&context).get(..bytes as usize) {
            Some(events) => {
                self.tap.segment(events);
                Ok(())
            }
            None => {
                Err(wasmtime::Error::msg(format!("flush of {bytes} bytes: more than the ring has")))
            }
        }
    }
}
