//! Every limit and tuned size of the recorder, by name.

use std::time::Duration;

use formats::limits::MAX_SEGMENT_BYTES;

use crate::instrument::PAGE_BYTES;

/// Ring size when none is asked for. Four pages fit the second-level cache of the program's core together with the
/// buffer that a segment is copied to. `benches overhead`: `fib2` 1.68 times plain, and 1.94 with a page.
pub const DEFAULT_RING_BYTES: u32 = 4 * PAGE_BYTES;

/// Largest ring. Its words, with four bytes for an id that took two, and its histogram are at most twice its size, and
/// fit a segment of a trace; and larger rings only move memory from the pool to the guest.
pub const MAX_RING_BYTES: u32 = 32 * 1024 * 1024;

const _: () = assert!(2 * MAX_RING_BYTES as usize <= MAX_SEGMENT_BYTES);

/// Bytes of the buffers between the guest and the writer thread, beyond [`ROUND_BYTES`] allocated when they are
/// needed: a short program has ended before the writer has warmed up, and a long one is busy in bursts. `benches
/// overhead`: with 32 MiB `switch` took 2.8 times the plain time instead of 2.3, because a full queue walks through all
/// of them.
pub const POOL_BYTES: usize = 4 * 1024 * 1024;

/// Buffers that there are at least, however large the ring is.
pub const MIN_POOL_BUFFERS: usize = 4;

/// Buffers that there are at most, however small the ring is: as many as of a page each.
pub const MAX_POOL_BUFFERS: usize = POOL_BYTES / PAGE_BYTES as usize;

/// Most buffers between the guest and the writer thread for a ring of `ring_bytes`.
pub const fn pool_buffers(ring_bytes: u32) -> usize {
    match POOL_BYTES.checked_div(ring_bytes as usize) {
        Some(buffers) if buffers < MIN_POOL_BUFFERS => MIN_POOL_BUFFERS,
        Some(buffers) if buffers < MAX_POOL_BUFFERS => buffers,
        _ => MAX_POOL_BUFFERS,
    }
}

/// Bytes of the buffers that go round while the writer keeps up; there from the beginning. With streaming stores their
/// number makes no difference; with plain ones, a buffer should have left the second-level cache (1 MiB) of the
/// writer's core before the guest fills it again. `cargo bench -p benches --bench pieces -- handover`.
pub const ROUND_BYTES: usize = 3 << 19;

/// The writer hurries, and compresses less, while so large a part of all buffers waits for it. Not tuned: what matters
/// is that the program doesn't come to wait before.
pub const HURRY_PART: usize = 8;

/// How long the writer naps when nothing is there for it: a program that pushes events all the time fills the ring
/// in about so long. `benches overhead`, four runs of both in turns, medians: `fib2` 1.73 times plain when the
/// guest has to wake the writer, 1.65 with naps; `minicsv` 1.42 and 1.29.
pub const NAP: Duration = Duration::from_micros(50);

/// How often the writer naps before it waits to be woken: for 2 ms and more, which is as long as a program takes that
/// fills the ring with an event for each 15 ns (each 30 with ids of four bytes). One that pushes less doesn't notice what waking takes.
pub const MAX_NAPS: u32 = 40;

/// Messages without a buffer (outcomes, the end) that may wait for the writer beside the segments.
pub const SPARE_MESSAGES: usize = 4;

/// Most locals of a function whose loops are entered again after a flush: those that a loop needs are found with a set
/// of 128 bits for each block. Not tuned.
pub const MAX_LIVENESS_LOCALS: usize = 128;

/// How often each edge between the blocks of a function is looked at on average, at most, to find out which locals its
/// loops need. A function where that isn't enough has its flushes in its loops. Not tuned.
pub const MAX_LIVENESS_VISITS: usize = 32;

/// Most locals of 32 bits that a loop may need to be entered again after a flush, that of the path included: each is
/// saved in a global, by some eight bytes of code. `benches overhead`: instrumented code is 1.586 times as large as the
/// program with 6 of 32 bits and 2 of 64, 1.600 with 8 and 3, 1.618 with 12 and 4; without such loops 1.578.
pub const MAX_SAVED_NARROW: usize = 6;

/// Most locals of 64 bits that such a loop may need.
pub const MAX_SAVED_WIDE: usize = 2;

/// How long a program that is to end may take to come to its next flush, before its trace is closed
/// without it. One that pushes events all the time fills its ring in some milliseconds. One that waits,
/// or stays in a loop that is one event, may not come to a flush for hours: no patience would do.
pub const INTERRUPT_PATIENCE: Duration = Duration::from_millis(500);

/// Largest module that is read.
pub const MAX_MODULE_BYTES: u64 = 1024 * 1024 * 1024;

/// Most bytes of a function body that engines accept.
pub const MAX_BODY_BYTES: usize = 7_654_321;

/// Most locals of a function that engines accept, parameters included.
pub const MAX_LOCALS: u64 = 50_000;

/// Most types, functions and globals of a module that engines accept, of each.
pub const MAX_ENTRIES: usize = 1_000_000;

/// Most memories of a module that engines accept.
pub const MAX_MEMORIES: usize = 100;

/// Stack that the guest may use. Twice Wasmtime's default, because instrumented frames are larger
/// and a program that fits into the default must not overflow only because it is recorded.
pub const GUEST_STACK_BYTES: usize = 1024 * 1024;

/// Names listed in an error message before the rest is only counted.
pub const MAX_LISTED_NAMES: usize = 20;

/// Frames of a backtrace, innermost first.
pub const MAX_BACKTRACE_FRAMES: usize = 20;

/// Bytes of a trace that is limited in size that are kept free for drop notes, outcomes and what
/// closes it.
pub const CLOSING_BYTES: u64 = 4096;

/// Bytes that are kept free for what the index tells of a segment: at most 51 before compression.
pub const FOOTER_ENTRY_BYTES: u64 = 56;

/// How often the events of a segment have to occur on average for their histogram to be stored beside
/// them. Where they occur less often, reading it wouldn't be much less work than reading them. Not tuned.
pub const MIN_REPETITION: u64 = 8;
