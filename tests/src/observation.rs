//! What can be seen of a run from outside, in a form that two engines can be compared by.

use std::fmt::Write as _;

use wasmtime::Trap;

use crate::program::Value;

/// How an invocation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It returned these values, NaNs made canonical.
    Return(Vec<Value>),
    /// It called `proc_exit` with this code.
    Exit(i32),
    /// It trapped.
    Trap(Trap),
    /// It threw an exception that nothing caught.
    Exception,
    /// Anything else, such as a missing export.
    Other(String),
}

impl Ending {
    /// Whether nothing can be called afterwards.
    pub fn is_final(&self) -> bool {
        matches!(self, Ending::Exit(_))
    }
}

/// Everything that a run does to the world outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observation {
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// The ending of the start function, if there is one, and of every call.
    pub endings: Vec<Ending>,
    /// Exported memories (hash of contents) and globals at the end, by export name, sorted.
    pub state: Vec<(String, String)>,
}

impl Observation {
    /// Whether the run overflowed its stack. Where that happens depends on the size of native
    /// frames, so two runs of different code cannot be compared.
    pub fn overflowed_the_stack(&self) -> bool {
        self.endings.contains(&Ending::Trap(Trap::StackOverflow))
    }

    /// A line for each way in which `other` differs, empty when it is the same.
    pub fn differences(&self, other: &Observation) -> String {
        let mut text = String::new();
        for (what, ours, theirs) in
            [("stdout", &self.stdout, &other.stdout), ("stderr", &self.stderr, &other.stderr)]
        {
            if ours != theirs {
                let at = ours.iter().zip(theirs).take_while(|(a, b)| a == b).count();
                let _ = writeln!(
                    text,
                    "    {what} differs from byte {at}: {:?} against {:?}",
                    excerpt(ours, at),
                    excerpt(theirs, at)
                );
            }
        }
        if self.endings != other.endings {
            let _ = writeln!(text, "    endings: {:?} against {:?}", self.endings, other.endings);
        }
        if self.state != other.state {
            for (ours, theirs) in self.state.iter().zip(&other.state).filter(|(a, b)| a != b) {
                let _ = writeln!(text, "    state: {ours:?} against {theirs:?}");
            }
            if self.state.len() != other.state.len() {
                let _ = writeln!(text, "    state: {:?} against {:?}", self.state, other.state);
            }
        }
        text
    }
}

/// Number of bytes of differing output that a message shows.
const EXCERPT_BYTES: usize = 60;

fn excerpt(bytes: &[u8], from: usize) -> String {
    let to = bytes.len().min(from + EXCERPT_BYTES);
    String::from_utf8_lossy(&bytes[from..to]).into_owned()
}

/// A short stable hash of a memory's contents, with its length.
pub fn digest(bytes: &[u8]) -> String {
    // FNV-1a over words: the contents need no protection against an adversary.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |word: u64| hash = (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3);
    let (words, rest) = bytes.as_chunks::<8>();
    words.iter().for_each(|word| add(u64::from_le_bytes(*word)));
    rest.iter().for_each(|byte| add(u64::from(*byte)));
    format!("{} bytes, hash {hash:016x}", bytes.len())
}
