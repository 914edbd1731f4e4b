//! Why a cost model file is refused.

/// Why a cost model file is refused. Lines are numbered from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CostModelError {
    /// The file is too long to be a cost model.
    #[error("{bytes} bytes are too many for a cost model (at most {limit})")]
    TooLong {
        /// Length of the file.
        bytes: usize,
        /// [`crate::limits::MAX_COST_MODEL_BYTES`].
        limit: usize,
    },
    /// The file is no TOML.
    #[error("line {line}: not TOML: {message}")]
    Syntax {
        /// Where.
        line: usize,
        /// What the TOML parser said.
        message: String,
    },
    /// A key that cost models do not have.
    #[error("line {line}: unknown key `{key}`; the keys are {known}")]
    UnknownKey {
        /// Where.
        line: usize,
        /// The key.
        key: String,
        /// The keys that there are.
        known: String,
    },
    /// A name in `[operators]` that is no operator.
    #[error("line {line}: unknown operator `{name}`; did you mean `{nearest}`?")]
    UnknownOperator {
        /// Where.
        line: usize,
        /// The name.
        name: String,
        /// The operator with the most similar name.
        nearest: &'static str,
    },
    /// A name in `[per_unit]` that is no operator with run-time units.
    #[error(
        "line {line}: `{name}` is no operator with bytes, pages or elements; \
         did you mean `{nearest}`?"
    )]
    UnknownBulk {
        /// Where.
        line: usize,
        /// The name.
        name: String,
        /// The operator with run-time units that has the most similar name.
        nearest: &'static str,
    },
    /// A cost that is no integer from 0 to 4294967295.
    #[error("line {line}: `{key}` must cost an integer from 0 to {max}, not {found}", max = u32::MAX)]
    InvalidCost {
        /// Where.
        line: usize,
        /// What costs that.
        key: String,
        /// What stands there.
        found: String,
    },
    /// A name with a dot that was not quoted, so that TOML takes it for a table.
    #[error("line {line}: quote names that have a dot: write \"{name}\" = …")]
    UnquotedName {
        /// Where.
        line: usize,
        /// The beginning of what was probably meant.
        name: String,
    },
    /// A value of another type than its key asks for.
    #[error("line {line}: `{key}` must be {expected}, not {found}")]
    WrongType {
        /// Where.
        line: usize,
        /// The key.
        key: &'static str,
        /// The type that it should have.
        expected: &'static str,
        /// The type that it has.
        found: &'static str,
    },
    /// The model has no name.
    #[error("the cost model has no name: add a line `name = \"…\"`")]
    NoName,
    /// Operators without a price, and no default one.
    #[error(
        "{missing} operators have no cost, the first of them `{first}`: \
         list them under [operators] or add a line `default = …`"
    )]
    NoDefault {
        /// Number of operators without a price.
        missing: usize,
        /// One of them.
        first: &'static str,
    },
}
