//! The printed form of a function, and back.
//!
//! ```text
//! func 12 -> (i32) {
//! b0(v0: i32, v1: i32):                                       @0
//!   v2: i32 = i32.const 0                                     @1
//!   br b1(v1, v2)                                             @3
//! b1(v3: i32 (local 1), v4: i32 (local 2)):                   @3
//!   v5: i32 = i32.load offset=4 v3                            @6
//!   v6: i32 = i32.add v4, v5                                  @7
//!   v7: i32 = i32.const 1                                     @10
//!   v8: i32 = i32.sub v3, v7                                  @11
//!   br_if v8, b1(v8, v6), b2                                  @13
//! b2:                                                         @14
//!   return v6                                                 @16
//! }
//! ```
//!
//! Blocks stand in reverse postorder, so that a value is made above its uses. A line is a
//! block's head, an instruction, or what leaves the block; `;;` starts a comment.
//!
//! * **Instructions** are `results = operator immediates arguments`. The operator and its immediates
//!   are those of the WebAssembly text format (but a memory is `memory=1`, floats are the shortest
//!   decimals that round to them, and NaNs are `nan:0x…`).
//! * **Targets** are `block(arguments)`, with a `_` for each parameter that the terminator itself
//!   makes (see [`Target::made`](super::Target::made)).
//! * **Terminators** are `br target`, `br_if condition, taken, otherwise`, `br_on_… immediates
//!   reference, taken, otherwise`, `br_table index, [targets], default`, `return values`,
//!   `unreachable`, `return_call… arguments`, `throw… arguments`, and
//!   `try operator immediates arguments -> target`, followed by a line for each handler:
//!   `catch tag -> target`, `catch_ref tag -> target`, `catch_all -> target` or
//!   `catch_all_ref -> target`.
//! * **Origins** stand at the end of a line: `@17` for the original operator, or for a block the
//!   first one behind its start; `@12.1` on a handler is clause 1 of the `try_table` at operator
//!   12. A value's own origin stands behind its type where the line doesn't tell it: `(param 0)`,
//!   `(zero 3)`, `(local 3)` (of its block's first operator, else `(local 3 @20)`), `(stack 0)`,
//!   `(@17)` and `(@17.1)` for the results 0 and 1 of operator 17, and `(made)`.
//!
//! Printing keeps the numbers of values and blocks. Reading renumbers both, in the order in
//! which they stand in the text, and so does [`canonical`]: reading gives the canonical function back,
//! and printing a canonical function that was read gives the same text.

use thiserror::Error as ThisError;

mod canonical;
mod lexer;
pub(crate) mod operators;
mod parse;
mod print;
pub(crate) mod types;

pub use canonical::canonical;
pub use parse::parse;
pub use print::{print, print_to};

use super::{BlockId, ENTRY, Function, Origin};

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[error("line {line}, column {column}: expected {expected}, found {found}")]
pub struct ParseError {
    /// Where, in lines from 1.
    pub line: u32,
    /// Where in the line, in characters from 1.
    pub column: u32,
    /// What should stand there.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

/// The origin of a parameter that needs no telling.
fn usual_parameter(block: BlockId, index: u32) -> Option<Origin> {
    (block == ENTRY).then_some(Origin::Parameter(index))
}

/// The origin of a result that needs no telling.
fn usual_result(instruction: u32, index: u32) -> Origin {
    match instruction {
        u32::MAX => Origin::Made,
        operator => Origin::Operator { operator, index },
    }
}

/// The order in which blocks are printed: reverse postorder, then those that can't be reached.
fn printing_order(function: &Function<'_>) -> Vec<BlockId> {
    let graph = super::graph::Graph::new(function);
    let mut order = graph.reverse_postorder.clone();
    order.extend(function.block_ids().filter(|&block| !graph.is_reachable(block)));
    order
}
