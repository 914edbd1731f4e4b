//! Every limit on what this crate reads and writes.
//!
//! A trace may come from anywhere, so each length in it is compared with one of these before
//! memory is allocated for it. Writers refuse to write what readers would refuse to read.

/// Raw bytes of the header frame: tool names, arguments, module and plan together. The engine
/// reads modules of at most 1 GiB; a plan is about as large as the code that it describes.
pub const MAX_HEADER_BYTES: usize = 1 << 30;

/// Raw bytes of one segment, ordered events or histogram.
pub const MAX_SEGMENT_BYTES: usize = 64 << 20;

/// How many times longer than it is stored a body may be, that of an `S` frame excepted: ordered
/// events of a tight loop do shrink ten-thousandfold. Everything else is decoded into structures
/// that take up to 24 times the memory of its raw bytes; this keeps a small file from asking for
/// all memory. What would shrink more is stored uncompressed.
pub const MAX_EXPANSION: usize = 128;

/// Raw bytes of an outcome or a drop note.
pub const MAX_NOTE_BYTES: usize = 1 << 20;

/// Bytes of the message in an outcome; the writer shortens longer ones.
pub const MAX_MESSAGE_BYTES: usize = 64 << 10;

/// Frames of a chapter, the index frame that closes it and the histograms beside segments left out.
/// What is known of them is read at once, and takes some 100 bytes each.
pub const MAX_CHAPTER_FRAMES: usize = 4096;

/// Bytes of notes from which on a chapter is closed, however few its frames are.
pub const CHAPTER_NOTE_BYTES: usize = 1 << 20;

/// Raw bytes of an index frame: at most 51 for each segment, and the notes.
pub const MAX_INDEX_BYTES: usize = 4 << 20;

/// Raw bytes of the footer, which take up to 9 for each chapter: enough for as many segments as
/// frames can be counted.
pub const MAX_FOOTER_BYTES: usize = 16 << 20;

/// Bytes of a cost model file. A complete one takes about 15 kB.
pub const MAX_COST_MODEL_BYTES: usize = 1 << 20;

/// Characters up to which a misspelt name in a cost model is compared with known ones: twice the longest
/// known one.
pub const MAX_COMPARED_CHARS: usize = 80;

/// Words of the largest payload of an event that is not a counted nest's.
pub const MAX_PAYLOAD_WORDS: usize = 16;

/// Most counters of a nest.
pub const MAX_COUNTERS: usize = 32;

/// Ids below this are counted, and coded, in tables (8 and 4 MiB), the others in hash maps: tables hold the
/// path events of all but the largest programs.
pub const MAX_TABLE_EVENTS: u32 = 1 << 20;
