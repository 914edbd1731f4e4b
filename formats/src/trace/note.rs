//! Notes between segments: how an invocation ended, and what was dropped.

use serde::{Deserialize, Serialize};

/// How one invocation of the program ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What kind of end.
    pub kind: OutcomeKind,
    /// Exit status that the recorder passes on: the guest's own, or 134 after a trap.
    pub code: i32,
    /// What the engine said.
    pub message: Option<String>,
    /// Where the innermost frame was after a trap, if that is known.
    pub location: Option<Location>,
    /// Whether the stack overflowed: then the innermost frame executed nothing of its own.
    pub stack_overflow: bool,
    /// Whether the trap was an access outside of a memory. Engines merge a read into an operator
    /// behind it, so that the location may be later than the operator that trapped.
    pub out_of_bounds: bool,
    /// Index of the function of the innermost frame after a trap, where that is all that is known: engines
    /// may know no place for an access that they merged into an operator behind it.
    pub function: Option<u32>,
}

/// What kind of end an invocation had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeKind {
    /// The invoked function returned.
    Return,
    /// The program asked to exit, as WASI's `proc_exit` does.
    Exit,
    /// The program trapped.
    Trap,
    /// An exception that nobody caught.
    Exception,
    /// The recording ended before the program did.
    #[default]
    Unknown,
}

/// An operator of the original module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// Index in the module's function index space.
    pub function: u32,
    /// Index of the operator in the function's body.
    pub operator: u32,
}

/// The body of a drop frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DropNote {
    pub(super) stream: u32,
    pub(super) events: u64,
    pub(super) bytes: u64,
}

/// The body of an outcome frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OutcomeNote {
    pub(super) stream: u32,
    pub(super) outcome: Outcome,
}
