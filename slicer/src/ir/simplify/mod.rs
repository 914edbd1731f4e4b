//! Less of the same: a function that does what it did, with fewer instructions and blocks.
//!
//! Takes a [`Function`] and changes it in place. Each pass is one file and takes about linear time;
//! they repeat until none finds anything, at most [`MAX_ROUNDS`] times. Operators that may trap or
//! that touch state stay, in their order.

mod branches;
mod constants;
mod dead;
mod merge;

use super::Function;
use super::ssa::remove_redundant_parameters;

/// How often the passes repeat. What one round leaves to the next gets less quickly.
pub const MAX_ROUNDS: usize = 8;

/// Simplifies `function`. It is well formed before and after; values, instructions and blocks get
/// new ids.
pub fn simplify(function: &mut Function<'_>) {
    for _ in 0..MAX_ROUNDS {
        let size = |function: &Function<'_>| (function.blocks.len(), function.values.len());
        let before = size(function);
        let folded = constants::fold(function);
        let jumps = branches::decide(function);
        branches::remove_unreachable(function);
        dead::remove(function);
        remove_redundant_parameters(function);
        let merged = merge::merge(function);
        if merged > 0 {
            branches::remove_unreachable(function);
        }
        if folded + jumps + merged == 0 && size(function) == before {
            break;
        }
    }
}
