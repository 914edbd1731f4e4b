//! Every limit of the analyzer, in one place, with what it protects.

/// Most activations that may be open at once while the call tree is rebuilt. Deeper stacks than
/// engines allow can only come from a damaged trace; at 32 bytes each this is 256 MiB.
pub const MAX_ACTIVATIONS: usize = 1 << 23;

/// Calling contexts that are told apart, some 100 bytes each. Those behind them are folded into one below
/// each caller, which at most doubles the number.
pub const MAX_CONTEXTS: usize = 1 << 20;

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

/// Blocks of code after which a slice module ends with the function that it is at: few enough that two
/// threads share what a short trace needs (of `ctype`, `benches analyze`, 16 instead of 27 ms), enough
/// that setting an engine up is little beside them.
pub const BLOCKS_PER_CHUNK: usize = 1 << 8;

/// Blocks of code that one slice module may hold, if it has more than one slice. Bounds what is
/// generated and compiled at once.
pub const MAX_BLOCKS_PER_CHUNK: usize = 1 << 11;

/// Distinct bundles that one replay task runs. Bounds the memory of a task and spreads slices
/// with very many bundles over the threads.
pub const MAX_BUNDLES_PER_CHUNK: usize = 1 << 15;

/// Bytes of segments, uncompressed, that are walked ahead of being joined. What is known of the calls of a
/// segment can take some 20 times as much memory as its events do, if each returns to a caller. A
/// single larger segment is walked nevertheless.
pub const ORDERED_BATCH_BYTES: u64 = 16 << 20;

/// Stretches of segments that a trace is counted in. More than one for each thread, so that one whose
/// stretch was easy finds another; and a number that doesn't depend on the threads, because limits on
/// what a stretch holds must not either.
pub const STRETCHES: usize = 64;

/// Distinct events that are kept of a stretch, some 40 bytes each, before they are priced and
/// forgotten: all stretches together take at most 160 MiB. A program has some 10 thousand.
pub const MAX_STRETCH_EVENTS: usize = 1 << 16;

/// Distinct events of which each single price is kept, for the ordered pass: with all that it needs,
/// some 200 bytes for each.
pub const MAX_PRICED_EVENTS: usize = 1 << 20;

/// Most events that are walked in order when nobody asks for it. At 23 ns for each and thread (`benches
/// analyze`) that takes a quarter to half of a second.
pub const MAX_WALKED_EVENTS: u64 = 1 << 24;

/// Entries of histograms, some 40 bytes each, that are held while a sample is priced, and as many again
/// while they are read: the more, the less often slices are made of functions that were seen before.
/// A single larger histogram is held nevertheless.
pub const ENTRIES_AT_ONCE: u64 = 1 << 21;

/// Loop nests without an end that are priced while a trace is followed, a second each.
pub const MAX_FOLLOWED_CUTS: u64 = 2;

/// Damaged segments that are listed one by one.
pub const MAX_LISTED_DAMAGE: usize = 8;

/// Most threads that can be asked for.
pub const MAX_JOBS: usize = 1024;

/// Characters of a function name that the text report shows.
pub const MAX_NAME_COLUMNS: usize = 80;

/// Rows that a table of the text and markdown reports shows unless `--limit` says otherwise.
pub const DEFAULT_TABLE_ROWS: usize = 25;

/// Functions whose code a profile shows.
pub const MAX_CODE_FUNCTIONS: usize = 20;

/// Operators of each of them.
pub const MAX_CODE_LINES: usize = 5000;

/// Characters of an operator in the text format.
pub const MAX_OPERATOR_TEXT: usize = 120;

/// Contexts with less than this part of all fuel don't get a frame of the flame graph in the HTML report: a
/// twentieth of a pixel where all fuel is 1000 pixels wide, and as wide as a name once one zooms in.
pub const LEAST_FRAME_PARTS: u128 = 20_000;

/// Most frames of the flame graph in the HTML report, some 100 bytes of the file each.
pub const MAX_FRAMES: usize = 20_000;

/// Deepest frame of the flame graph in the HTML report. At 20 pixels each they are as high as five
/// screens. Recursion below counts for the last frame of its function.
pub const MAX_FRAME_DEPTH: u32 = 256;

/// Frames of a function that calls itself directly which are shown below one another; its calls
/// below them count for the last one.
pub const MAX_DIRECT_RECURSION: u32 = 8;

/// Most points of the chart of fuel against time in the HTML report: as many as a chart has pixels
/// on a small screen.
pub const MAX_CHART_POINTS: usize = 600;

/// Most streams that the chart can show one by one.
pub const MAX_CHART_STREAMS: usize = 16;

/// Characters of a function name, and of an operator in the text format, that the HTML report
/// shows.
pub const MAX_NAME_CHARACTERS: usize = 1000;

/// Frames of a stack in the exports that repeat whole stacks (folded, pprof): of deeper ones the
/// outermost and innermost half are kept. 30,000 nested calls, each with fuel of its own, would be
/// 450 million frames.
pub const MAX_STACK_FRAMES: u32 = 512;

/// Different stacks with frames left out that are held at once to be merged: 16 MiB.
pub const MAX_MERGED_STACKS: usize = 1 << 12;

/// Characters of a function name in the exports that repeat names (folded, flamegraph, csv, parquet).
pub const MAX_REPEATED_NAME: usize = 1000;

/// Samples that may be added to an export for pprof because a function has several lines. The fuel of
/// functions whose lines would take more stands at their starts.
pub const MAX_LINE_SAMPLES: usize = 1 << 18;

/// Levels of calls that a flame graph shows: 8,000 pixels.
pub const MAX_FLAMEGRAPH_FRAMES: usize = 512;

/// Bytes of all stacks of a flame graph, which are in memory at once.
pub const MAX_FLAMEGRAPH_BYTES: usize = 64 << 20;

/// Samples that may be added to an export for Firefox because a weight has only 31 bits there. With
/// more fuel than 140 million million, weights count in thousands.
pub const MAX_FIREFOX_SPLITS: u64 = 1 << 16;

/// Longest snapshot that is read: some million functions.
pub const MAX_SNAPSHOT_BYTES: usize = 64 << 20;

/// Longest C++ name that is demangled: what a name stands for can be far longer than itself.
pub const MAX_MANGLED_NAME: usize = 4096;

/// Largest module that symbols are taken from.
pub const MAX_SYMBOLS_BYTES: usize = 1 << 30;

/// How often each price of a fit is improved at most.
pub const MAX_FIT_SWEEPS: usize = 100_000;
