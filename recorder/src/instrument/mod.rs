//! Rewrites a module by its plan, so that it pushes an event at every cut point.
//!
//! Takes a [`Module`] and its [`Plan`], gives the instrumented module as bytes. What is added:
//! one imported function (`wf.flush`), one memory (the ring) and one global (the write position),
//! both exported, functions that empty the ring, globals in which loops keep their locals
//! meanwhile, one function around the start function when there is one, and copies of the functions
//! that silent calls call, as they were. Everything keeps its index but the defined functions,
//! which move up by one. `ABI.md` describes the result for engines.
//!
//! Each function keeps the number of its running path in a local. The rewriting is a pure function
//! of module, plan and options, so [`locate`] can repeat it for one function to find out which
//! original operator an instrumented offset belongs to.

mod function;
mod push;
mod sections;
#[cfg(test)]
mod tests;
mod types;
mod values;

use formats::plan::{COUNTER_WORDS, Plan};
use formats::ring::WORD_BYTES;
use formats::trace::Location;
use rayon::prelude::*;
use slicer::module::Module;
use thiserror::Error as ThisError;

use crate::limits::MAX_BODY_BYTES;
use function::{Rewriter, Rewritten};
use push::FlushCheck;
use types::BlockTypes;

/// Module and name of the imported function that drains the ring.
pub const FLUSH_IMPORT: (&str, &str) = ("wf", "flush");

/// Bytes of a WebAssembly page: the ring is a whole number of them.
pub const PAGE_BYTES: u32 = 1 << 16;

/// How to instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstrumentOptions {
    /// Size of the ring in bytes. Its memory has as many whole pages. A ring too small for the program's
    /// events is as large as it has to be: see [`InstrumentOptions::ring_for`].
    pub ring_bytes: u32,
}

impl Default for InstrumentOptions {
    /// A ring of 256 KiB: it stays in the second-level cache, and a flush is rare enough.
    fn default() -> Self {
        InstrumentOptions { ring_bytes: 4 * PAGE_BYTES }
    }
}

impl InstrumentOptions {
    /// Bytes of the ring that a program planned by `plan` gets: an event is pushed, and pushed again where a
    /// loop is entered again, before there may be no room for the next one.
    pub fn ring_for(&self, plan: &Plan) -> u32 {
        let largest = largest_event_bytes(plan);
        self.ring_bytes.clamp(3 * largest, PAGE_BYTES * ((1 << 16) - 1))
    }
}

/// Why a module can't be instrumented.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum InstrumentError {
    /// The module is not what it was when it was planned.
    #[error(transparent)]
    Module(#[from] slicer::Error),
    /// What instrumentation adds exceeds what engines accept.
    #[error(
        "can't be instrumented: {what} would be {found}; engines accept {limit}, which no option raises"
    )]
    Limit {
        /// What there would be too much of.
        what: String,
        /// How much.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// The plan records what the function doesn't have, which would leave a total that is wrong.
    #[error(
        "can't be instrumented: function {function} has no place for what its plan records: {what}"
    )]
    Unplaced {
        /// Index of the function.
        function: u32,
        /// What the plan records.
        what: String,
    },
    /// A section can't be encoded again.
    #[error("can't be instrumented: {0}")]
    Encode(String),
}

impl<E: std::fmt::Display> From<wasm_encoder::reencode::Error<E>> for InstrumentError {
    fn from(error: wasm_encoder::reencode::Error<E>) -> Self {
        InstrumentError::Encode(error.to_string())
    }
}

impl From<wasmparser::BinaryReaderError> for InstrumentError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        InstrumentError::Module(error.into())
    }
}

/// Indices of what instrumentation adds to the module, and of what it moves.
#[derive(Clone, Debug)]
struct Additions {
    /// The imported flush function; the defined functions come behind it.
    flush_function: u32,
    /// Flushes and returns the new write position; it comes behind the program's functions.
    empty_function: u32,
    /// Does so but for the last event, whose bytes it is given.
    empty_but_last_function: u32,
    ring_memory: u32,
    position_global: u32,
    /// Bytes of an event's id.
    id_bytes: u32,
    /// Write position in bytes from which on the ring has to be flushed.
    flush_at: u32,
    /// The defined functions that there are copies of, in ascending order.
    copied: Vec<u32>,
    /// Index of the first copy: they are the last functions.
    first_copy: u32,
}

impl Additions {
    fn new(module: &Module<'_>, plan: &Plan, options: &InstrumentOptions) -> Self {
        let empty_function = module.imported_functions + 1 + module.bodies.len() as u32;
        Additions {
            copied: plan.silent_callees().into_iter().collect(),
            first_copy: empty_function + 2 + u32::from(module.start.is_some()),
            flush_function: module.imported_functions,
            empty_function,
            empty_but_last_function: empty_function + 1,
            ring_memory: module.memory64.len() as u32,
            position_global: module.globals,
            id_bytes: plan.layout().id_bytes() as u32,
            flush_at: options.ring_for(plan) - largest_event_bytes(plan),
        }
    }

    /// Index of the copy of the defined function number `function`, if there is one.
    fn copy_of(&self, function: u32) -> Option<u32> {
        let place = self.copied.binary_search(&function).ok()?;
        Some(self.first_copy + place as u32)
    }
}

/// Bytes of an id and the largest payload.
fn largest_event_bytes(plan: &Plan) -> u32 {
    let words = plan.widths.len().saturating_sub(1);
    let counter_words = plan.counted.len().saturating_sub(1) * COUNTER_WORDS;
    (plan.layout().id_bytes() + words.max(counter_words) * WORD_BYTES) as u32
}

/// Moves the indices of the defined functions up by one, to make room for the import.
struct ShiftFunctions {
    imported: u32,
}

impl wasm_encoder::reencode::Reencode for ShiftFunctions {
    type Error = std::convert::Infallible;

    fn function_index(
        &mut self,
        function: u32,
    ) -> Result<u32, wasm_encoder::reencode::Error<Self::Error>> {
        Ok(if function >= self.imported { function + 1 } else { function })
    }
}

/// Rewrites `module` by `plan`.
///
/// # Errors
///
/// [`InstrumentError::Limit`] when the module is so close to an implementation limit that nothing
/// can be added to it.
pub fn instrument(
    module: &Module<'_>,
    plan: &Plan,
    options: &InstrumentOptions,
) -> Result<Vec<u8>, InstrumentError> {
    let additions = Additions::new(module, plan, options);
    let types = block_types(module, plan, &additions)?;
    let bodies = (0..module.bodies.len() as u32)
        .into_par_iter()
        .map(|function| {
            let body = Rewriter::new(module, plan, &additions, &types, function).rewrite()?;
            check_body(module.imported_functions + function, &body)?;
            let Rewritten { bytes, flush_checks, saved, kept, .. } = body;
            Ok(Body { bytes, flush_checks, saved, kept })
        })
        .collect::<Vec<_>>()
        .into_iter()
        .collect::<Result<Vec<_>, InstrumentError>>()?;
    sections::rewrite(module, plan, options, &additions, &types, &bodies)
}

/// What the code section needs of a rewritten function.
struct Body {
    bytes: Vec<u8>,
    flush_checks: Vec<FlushCheck>,
    /// How many globals save locals of loops.
    saved: u32,
    /// Bytes of the largest event that is kept when the ring is flushed for a loop.
    kept: u32,
}

fn check_body(function: u32, body: &Rewritten) -> Result<(), InstrumentError> {
    if body.bytes.len() > MAX_BODY_BYTES {
        return Err(InstrumentError::Limit {
            what: format!("the body of function {function}, in bytes,"),
            found: body.bytes.len() as u64,
            limit: MAX_BODY_BYTES as u64,
        });
    }
    Ok(())
}

/// The function types that instrumentation needs for blocks. They are collected beforehand, one
/// function after the other, so that their indices don't depend on the number of threads.
fn block_types(
    module: &Module<'_>,
    plan: &Plan,
    additions: &Additions,
) -> Result<BlockTypes, InstrumentError> {
    let mut types = BlockTypes::new(module);
    for (number, function) in plan.functions.iter().enumerate() {
        let results = module.signature(plan.function_index(number as u32)).results().len();
        let catches = function
            .regions
            .iter()
            .any(|region| matches!(region.kind, formats::plan::RegionKind::Landing { .. }));
        if results > 1 || catches {
            let rewritten =
                Rewriter::new(module, plan, additions, &types, number as u32).rewrite()?;
            rewritten.missing_types.into_iter().for_each(|missing| types.add(missing));
        }
    }
    Ok(types)
}

/// The original operator to which the byte at `offset` of the instrumented module belongs; `None`
/// when it lies in none of the program's functions.
///
/// # Errors
///
/// Those of [`instrument`], and when `instrumented` isn't what it made of `module` and `plan`.
pub fn locate(
    module: &Module<'_>,
    plan: &Plan,
    options: &InstrumentOptions,
    instrumented: &[u8],
    offset: usize,
) -> Result<Option<Location>, InstrumentError> {
    let mut bodies =
        wasmparser::Parser::new(0).parse_all(instrumented).filter_map(|payload| match payload {
            Ok(wasmparser::Payload::CodeSectionEntry(body)) => Some(body.range()),
            _ => None,
        });
    let found = bodies.by_ref().enumerate().find(|(_, range)| range.contains(&offset));
    let Some((number, range)) = found.filter(|(number, _)| *number < plan.functions.len()) else {
        return Ok(None);
    };
    let additions = Additions::new(module, plan, options);
    let types = block_types(module, plan, &additions)?;
    let rewritten = Rewriter::new(module, plan, &additions, &types, number as u32).rewrite()?;
    let operator = rewritten.operator_at((offset - range.start) as u32);
    let function = plan.function_index(number as u32);
    Ok(operator.map(|operator| Location { function, operator }))
}
