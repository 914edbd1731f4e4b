//! The limits of the slicer. Input beyond them is refused by name, or cut where cutting is free of
//! consequences.

/// Largest sum of the lengths (in blocks) of all paths of a region. Joins are cut until every
/// region is below it, so it bounds the paths and the blocks of a region, and the size of its
/// slice. A `br_table` with more targets than this makes a region that exceeds it by its targets. Not tuned.
pub const MAX_REGION_SIZE: u64 = 1 << 14;

/// Regions are not made smaller than this to get by with ids of two bytes in the ring. `benches overhead`, events: of
/// `rust-compression` (256) 19 % more, of SQLite (128) 5 % more, of `regex` (1,024) and `pulldown-cmark` (2,048) 0 and
/// 1 % more; the first takes as long as with four bytes, the others 1 to 2 % less.
pub const MIN_NARROW_REGION_SIZE: u64 = 1 << 6;

/// What each way of a branch may add to a region, however many there are: else each arm of a large
/// `br_table` would be a region of its own, and take an event more (`switch`, 4,096 arms).
pub const MIN_BRANCH_SIZE: u64 = 1 << 5;

/// Largest size of what follows the header of a loop that is no cut point of its own, as
/// [`MAX_REGION_SIZE`] counts: each region that comes around the loop contains it. `benches slices` on
/// SQLite: 306 M events with 8, 302 M with this, 297 M with 1,024; no other program changes by 1 %.
pub const MAX_OPEN_LOOP_SIZE: u64 = 1 << 6;

/// Most blocks that are looked at to find out whether each way around a loop has a cut point.
pub const MAX_OPEN_LOOP_BLOCKS: usize = 1 << 10;

/// Most operators of a function whose calls are silent: a call of a longer one costs so much more than its
/// events that nothing is gained. Not tuned: it keeps the copies small.
pub const MAX_SILENT_OPERATORS: u32 = 1 << 6;

/// A block counts once more towards [`MAX_REGION_SIZE`] for so many loops around it: a slice keeps an
/// accumulator for each of them, over all of its blocks.
pub const LOOPS_PER_BLOCK: u32 = 1 << 6;

/// Largest number of event ids of a module. Above it, regions are made smaller.
pub const MAX_EVENTS: u64 = 1 << 31;

/// Deepest nesting of `loop` constructs in one function: a slice keeps an accumulator for each
/// loop around its region.
pub const MAX_LOOP_DEPTH: u32 = 10_000;

/// Largest number of arguments and results of a function's SSA form. Only what was made to exceed
/// it does: a body of the largest size that parsers accept has some 4 million operators, but each can
/// pass a thousand operands, and each of a million ways into a block fifty thousand locals.
pub const MAX_ARGUMENTS: u64 = 1 << 25;

/// Most blocks of a loop nest that is stepped over. Larger ones are recorded iteration by iteration.
pub const MAX_NEST_BLOCKS: usize = 1 << 10;

/// Most values that the branches of a nest may depend on: each of them can be computed once in each
/// block of the nest's slice.
pub const MAX_NEST_VALUES: usize = 1 << 10;

/// How often the passes that simplify a function repeat. What one round leaves to the next gets less
/// quickly.
pub const MAX_SIMPLIFY_ROUNDS: usize = 8;

/// How often the loops of a function are looked at. Each time the innermost ones are closed, but those
/// that work on what another one leaves behind, which come next.
pub const MAX_CLOSED_ROUNDS: u32 = 16;

/// How often one instruction is rewritten in a walk.
pub const MAX_REWRITE_STEPS: usize = 4;

/// Instructions in a block that is passed by when its branch is decided before.
pub const MAX_THREADED_INSTRUCTIONS: usize = 8;

/// Branches that a way is followed over when they are decided on it.
pub const MAX_THREADED_BRANCHES: usize = 8;

/// How many blocks are visited for each block and value that there is, to find out where values live. No
/// function of the Sightglass programs takes more than 11.
pub const MAX_LIVENESS_VISITS: usize = 64;

/// What encoding a function kept in its locals is not checked where it has more blocks times locals than
/// this: what is known of them would take too much memory.
pub const MAX_CHECKED_FACTS: usize = 1 << 22;

/// Deepest nesting of operators in one expression of a listing: deeper ones get names in between.
pub const MAX_EXPRESSION_DEPTH: u32 = 5;

/// Deepest indentation of a listing, in constructs: deeper ones stay there, so that the text's size is
/// linear in the function's.
pub const MAX_INDENTATION: usize = 40;
