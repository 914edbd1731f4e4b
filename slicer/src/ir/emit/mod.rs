//! A function in SSA form to a WebAssembly body.
//!
//! Takes a [`Function`] and gives the encoded body. The phases: `constants` passes some constants early, [`structure`] finds the constructs,
//! `schedule` decides what stays on the operand stack, `liveness` and `locals` find locals for the
//! rest, and `encode` writes it all down. None of them recurses, and each takes time about linear in
//! the function's size.
//!
//! Constructs take and give nothing: what crosses their bounds is in locals. The exceptions are those
//! around calls that are caught and around branches on references, where the operators themselves
//! leave values on the stack; [`BlockTypes`] has the types that they need.
//!
//! [`structure`]: crate::ir::structure

mod check;
mod constants;
mod effects;
mod encode;
mod liveness;
mod locals;
mod schedule;
mod types;

pub use types::BlockTypes;

use super::graph::{Dominators, Graph};
use super::structure::{Purpose, Structure};
use super::{BlockId, Function, InstructionId, Target, TerminatorKind};
use crate::Error;
use encode::Encoder;
use liveness::Liveness;
use locals::Locals;
use schedule::Schedule;

/// How to write a body.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether `select` becomes an `if`.
    pub select_as_branch: bool,
}

/// Writes the body of `function`.
///
/// # Errors
///
/// [`Error::Unencodable`] when an operator or a type has no encoding.
///
/// # Panics
///
/// When `function` was not [added](BlockTypes::add) to `types`, or is not well formed.
pub fn emit(
    function: &Function<'_>,
    types: &BlockTypes,
    options: &Options,
) -> Result<wasm_encoder::Function, Error> {
    let graph = Graph::new(function);
    let dominators = Dominators::new(&graph);
    let with_constants = constants::early_constants(function, &graph, &dominators);
    let (function, kept_from) = match &with_constants {
        Some((function, first)) => (function, *first),
        None => (function, InstructionId(u32::MAX)),
    };
    let structure = Structure::new(function, &graph, &dominators, Purpose::Emission);
    let schedule = Schedule::new(function, &graph, kept_from, options);
    let layout: Vec<BlockId> = structure.layout().collect();
    let mut liveness = Liveness::new(function, &graph, &schedule, &layout);
    let locals = Locals::new(function, &schedule, &mut liveness);
    if cfg!(debug_assertions) {
        check::check(function, &graph, &schedule, &locals);
    }
    let encoder = Encoder::new(function, &schedule, &locals, &liveness.places, types);
    encoder.encode(&structure).map_err(|error| unencodable(function, &error))
}

fn unencodable(function: &Function<'_>, error: &wasm_encoder::reencode::Error) -> Error {
    Error::Unencodable { function: function.index, message: error.to_string() }
}

/// The target with the index `edge`, in the order of
/// [`Terminator::targets`](super::Terminator::targets).
fn target<'f>(kind: &'f TerminatorKind<'_>, edge: usize) -> &'f Target {
    let target = match kind {
        TerminatorKind::Jump(target) => Some(target).filter(|_| edge == 0),
        TerminatorKind::Branch { taken, otherwise, .. }
        | TerminatorKind::BranchOn { taken, otherwise, .. } => {
            [taken, otherwise].get(edge).copied()
        }
        TerminatorKind::Switch { targets, default, .. } => {
            targets.get(edge).or(Some(default).filter(|_| edge == targets.len()))
        }
        TerminatorKind::Try { normal, handlers, .. } => match normal {
            Some(normal) if edge == 0 => Some(normal),
            _ => {
                let first = usize::from(normal.is_some());
                handlers.get(edge - first).map(|handler| &handler.target)
            }
        },
        _ => None,
    };
    target.expect("a terminator has as many targets as it has edges")
}
