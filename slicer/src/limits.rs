//! The limits of the slicer. Input beyond them is refused by name, or cut where cutting is free of
//! consequences.

/// Largest sum of the lengths (in blocks) of all paths of a region. Joins are cut until every
/// region is below it, so it bounds the paths and the blocks of a region, and the size of its
/// slice. A `br_table` with more targets than this makes a region that exceeds it by its targets.
pub const MAX_REGION_SIZE: u64 = 1 << 14;

/// Largest number of event ids of a module. Above it, regions are made smaller.
pub const MAX_EVENTS: u64 = 1 << 31;

/// Deepest nesting of `loop` constructs in one function: a slice keeps an accumulator for each
/// loop around its region.
pub const MAX_LOOP_DEPTH: u32 = 10_000;
