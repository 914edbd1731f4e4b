//! Less of the same: a function that does what it did, with fewer instructions and blocks.
//!
//! Takes a [`Function`] and changes it in place. Each pass is one file and takes about linear time;
//! they repeat until none finds anything, at most [`MAX_SIMPLIFY_ROUNDS`] times. What touches state stays, in
//! its order, and so does what may trap, unless it surely doesn't. No float is computed in another
//! way.
//!
//! | file | what |
//! |---|---|
//! | `rewrite` | operators give way to less, by the rules of the next four |
//! | `constants` | operators on constants |
//! | `identities` | `x + 0`, `x ^ x`, conversions of conversions |
//! | `comparisons` | `x < x`, `eqz` of a comparison |
//! | `selects` | `select` on a constant, or of the same twice |
//! | `equal` | what was computed before |
//! | `branches` | branches on constants, and blocks that can't be reached |
//! | `thread` | branches whose outcome is known on a way that leads to them |
//! | `dead` | what nothing needs |
//! | `merge` | blocks that always follow one another |
//! | `replaced` | for `rewrite` and `equal`: values that others take the place of |

mod branches;
mod comparisons;
mod constants;
mod dead;
mod equal;
mod identities;
mod merge;
mod replaced;
mod rewrite;
mod selects;
mod thread;

use super::Function;
use super::ssa::remove_redundant_parameters;
use crate::limits::MAX_SIMPLIFY_ROUNDS;

/// Simplifies `function`. It is well formed before and after; values, instructions and blocks get
/// new ids.
pub fn simplify(function: &mut Function<'_>) {
    for _ in 0..MAX_SIMPLIFY_ROUNDS {
        let size = |function: &Function<'_>| (function.blocks.len(), function.values.len());
        let before = size(function);
        let mut changes = rewrite::rewrite(function);
        changes += equal::unite(function);
        changes += branches::straighten(function);
        changes += branches::decide(function);
        changes += thread::thread(function);
        branches::remove_unreachable(function);
        dead::remove(function);
        remove_redundant_parameters(function);
        let merged = merge::merge(function);
        if merged > 0 {
            branches::remove_unreachable(function);
        }
        if changes + merged == 0 && size(function) == before {
            break;
        }
    }
}
