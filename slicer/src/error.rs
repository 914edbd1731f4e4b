//! What can be wrong with a module.

use thiserror::Error as ThisError;

/// Why a module can't be sliced. Offsets are in bytes from the start of the module.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum Error {
    /// The bytes don't start like a binary WebAssembly module.
    #[error("not a WebAssembly module: it does not start with the magic bytes \\0asm")]
    NotWasm,
    /// The bytes are a component, not a core module.
    #[error("components are not supported: this is a component, give the core module inside it")]
    Component,
    /// The module is not valid, or uses a proposal that is not supported (then the message names
    /// it).
    #[error("invalid module at offset {offset:#x}: {message}")]
    Invalid {
        /// Where.
        offset: u64,
        /// What, in the words of the validator.
        message: String,
    },
    /// A named limit is exceeded.
    #[error("function {function} has {what} {found} (at most {limit} are supported)")]
    Limit {
        /// Function index.
        function: u32,
        /// What there is too much of.
        what: &'static str,
        /// How much.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// A function in SSA form has something that the binary format can't say.
    #[error("function {function} can't be encoded: {message}")]
    Unencodable {
        /// Function index.
        function: u32,
        /// What, in the words of the encoder.
        message: String,
    },
    /// A plan doesn't belong to the module that it came with.
    #[error("the plan does not fit the module: {0}")]
    PlanMismatch(String),
}

impl From<wasmparser::BinaryReaderError> for Error {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Error::Invalid { offset: error.offset() as u64, message: error.message().to_string() }
    }
}
