//! Every limit of the analyzer, in one place, with what it protects.

/// Most activations that may be open at once while the call tree is rebuilt. Deeper stacks than
/// engines allow can only come from a damaged trace; at 32 bytes each this is 256 MiB.
pub const MAX_ACTIVATIONS: usize = 1 << 23;

/// Steps that replay may take for each nanosecond of the recorded run: no processor executes nearly
/// as many operators, and a slice takes but a few steps for each of them.
pub const STEPS_PER_NANOSECOND: u64 = 128;

/// Steps that replay may take however short the run was: timestamps are coarse.
pub const LEAST_STEPS: u64 = 1 << 30;

/// Steps that replay may take however long the run was, by its own account: about an
/// hour.
pub const MOST_STEPS: u64 = 1 << 42;

/// Path events up to this id are counted in a table (8 bytes an id and thread); plans with more
/// ids count the rest in a hash map.
pub const MAX_DENSE_EVENTS: u32 = 1 << 20;

/// Blocks of code that one slice module may hold. Bounds what is generated and compiled at once.
pub const MAX_BLOCKS_PER_CHUNK: usize = 1 << 14;

/// Distinct bundles that one replay task runs. Bounds the memory of a task and spreads slices
/// with very many bundles over the threads.
pub const MAX_BUNDLES_PER_CHUNK: usize = 1 << 15;

/// Bytes of segments, uncompressed, that are decoded ahead of the one pass that must see events in
/// order. A single larger segment is decoded nevertheless.
pub const ORDERED_BATCH_BYTES: u64 = 64 << 20;

/// Entries of histograms that are kept before equal ones are added up.
pub const MAX_LOOSE_ENTRIES: usize = 1 << 20;

/// Bytes of segments, uncompressed, whose events are counted before the counts are taken over: it
/// bounds the counter's hash map to some 10 million payloads.
pub const UNCOUNTED_BYTES: u64 = 64 << 20;

/// Most distinct events that a trace may have: 1.5 GiB of them. A program has some 10 thousand, and
/// copies some thousand different lengths.
pub const MAX_DISTINCT_EVENTS: usize = 1 << 25;

/// Damaged segments that are listed one by one.
pub const MAX_LISTED_DAMAGE: usize = 8;

/// Stretches of segments that are counted for each thread: more than one, so that a thread whose
/// stretch was easy finds another one, and few, because each takes a counter of its own.
pub const STRETCHES_PER_JOB: usize = 4;

/// Most threads that can be asked for.
pub const MAX_JOBS: usize = 1024;

/// Characters of a function name that the text report shows.
pub const MAX_NAME_COLUMNS: usize = 80;

/// Rows that a table of the text and markdown reports shows unless `--limit` says otherwise.
pub const DEFAULT_TABLE_ROWS: usize = 25;
