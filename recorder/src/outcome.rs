//! How an invocation ended: Wasmtime's errors to [`Outcome`]s, exit statuses and messages.

use formats::trace::{Location, Outcome, OutcomeKind};
use wasmtime::{FrameInfo, Module, ThrownException, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use crate::instrumented::{Instrumented, Locator};
use crate::interrupt::Interrupted;

/// Exit status after a trap: that of an aborted process, as Wasmtime's command line has it.
pub const TRAP_STATUS: i32 = 134;

/// Exit status after an uncaught exception or a failed host function, as Wasmtime's command line
/// has it.
pub const FAILURE_STATUS: i32 = 1;

/// An invocation that returned.
pub fn returned() -> Outcome {
    Outcome { kind: OutcomeKind::Return, ..Outcome::default() }
}

/// An invocation of `module`, compiled from `instrumented`, that ended with `error`.
///
/// The location is that of the innermost frame of this module, or its function where the engine gives no
/// place: of a read that it merged into an operator that it made itself. When deeper frames of another
/// module trapped, it is a call, as it is when a host function failed.
pub fn of_error(error: &wasmtime::Error, instrumented: &Instrumented, module: &Module) -> Outcome {
    if let Some(interrupted) = error.downcast_ref::<Interrupted>() {
        return interrupted.outcome();
    }
    let locator = instrumented.locator();
    let is_original = |frame: &FrameInfo| locator.original_function(frame.func_index()).is_some();
    let frame = innermost_frame(error, module, is_original);
    let location = frame.and_then(|frame| locate(frame, &locator));
    let unplaced = frame.filter(|_| location.is_none());
    let function = unplaced.and_then(|frame| locator.original_function(frame.func_index()));
    let outcome = |kind, code, message| Outcome {
        kind,
        code,
        message,
        location,
        stack_overflow: error.downcast_ref() == Some(&Trap::StackOverflow),
        out_of_bounds: error.downcast_ref() == Some(&Trap::MemoryOutOfBounds),
        function,
    };
    if let Some(&I32Exit(code)) = error.downcast_ref() {
        return outcome(OutcomeKind::Exit, code, None);
    }
    if error.is::<ThrownException>() {
        return outcome(OutcomeKind::Exception, FAILURE_STATUS, Some(cause(error)));
    }
    let code = if error.is::<Trap>() { TRAP_STATUS } else { FAILURE_STATUS };
    outcome(OutcomeKind::Trap, code, Some(cause(error)))
}

/// What ended a program before its time, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash {
    /// The frames on the stack, innermost first, with places in the original module.
    pub frames: Vec<String>,
    /// What happened, in the engine's words.
    pub cause: String,
}

/// What ended an invocation of `module`, compiled from `instrumented`, and where.
pub fn crash(error: &wasmtime::Error, instrumented: &Instrumented, module: &Module) -> Crash {
    let frames = match error.downcast_ref::<WasmBacktrace>() {
        Some(backtrace) => {
            let locator = instrumented.locator();
            let describe = |frame| describe_frame(frame, &locator, module);
            backtrace.frames().iter().filter_map(describe).collect()
        }
        None => Vec::new(),
    };
    Crash { frames, cause: cause(error) }
}

fn cause(error: &wasmtime::Error) -> String {
    if error.is::<ThrownException>() {
        // Wasmtime's own words here tell embedders where to look for the exception.
        "uncaught exception".to_owned()
    } else {
        error.root_cause().to_string()
    }
}

/// A frame by name and place in its original module; `None` for a function that only
/// instrumentation added.
fn describe_frame(frame: &FrameInfo, locator: &Locator<'_>, module: &Module) -> Option<String> {
    let own = Module::same(frame.module(), module);
    let place = match locate(frame, locator).filter(|_| own) {
        Some(Location { function, operator }) => {
            format!("function {function}, operator {operator}")
        }
        None if own => format!("function {}", locator.original_function(frame.func_index())?),
        None => format!("function {} of another module", frame.func_index()),
    };
    Some(match frame.func_name() {
        Some(name) => format!("{name} ({place})"),
        None => place,
    })
}

/// The innermost frame of `module` in a function that `is_original`: a silent call that finds no room on the
/// stack ends in a copy of its callee.
fn innermost_frame<'a>(
    error: &'a wasmtime::Error,
    module: &Module,
    is_original: impl Fn(&FrameInfo) -> bool,
) -> Option<&'a FrameInfo> {
    let frames = error.downcast_ref::<WasmBacktrace>()?.frames();
    frames.iter().find(|frame| Module::same(frame.module(), module) && is_original(frame))
}

fn locate(frame: &FrameInfo, locator: &Locator<'_>) -> Option<Location> {
    locator.locate(frame.module_offset()?)
}
