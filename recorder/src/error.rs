//! What can go wrong with a recording, apart from what the guest itself does wrong.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error as ThisError;

use crate::drain::DrainFailure;
use crate::limits::MAX_LISTED_NAMES;

/// Why a program can't be recorded, or a recording failed.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The module is not a core WebAssembly module, not valid, or beyond a limit.
    #[error(transparent)]
    Module(#[from] slicer::Error),
    /// The module can't be rewritten.
    #[error(transparent)]
    Instrument(#[from] crate::instrument::InstrumentError),
    /// The module imports `wf.flush`: it is the product of an instrumentation.
    #[error("the module is instrumented already: record the original module instead")]
    AlreadyInstrumented,
    /// The engine refuses to compile the module.
    #[error("Wasmtime can't compile the module: {0}")]
    Compile(String),
    /// The engine can't be set up.
    #[error("Wasmtime can't be set up: {0}")]
    Engine(String),
    /// The module imports what nobody provides.
    #[error("the module imports what nobody provides: {}", list(.0))]
    UnknownImports(Vec<Import>),
    /// The module's imports don't fit what is provided under their names.
    #[error("the module can't be linked: {0}")]
    Link(String),
    /// The module is not a command.
    #[error(
        "the module has no `_start` function: name the export to call with --invoke ({})",
        exported(.exports)
    )]
    NoStart {
        /// The exported functions.
        exports: Vec<String>,
    },
    /// There is no such function.
    #[error("the module exports no function `{name}` ({})", exported(.exports))]
    NoExport {
        /// What was asked for.
        name: String,
        /// The exported functions.
        exports: Vec<String>,
    },
    /// The arguments don't fit the function that is called.
    #[error("can't call `{function}`: {message}")]
    Argument {
        /// The exported function.
        function: String,
        /// What doesn't fit.
        message: String,
    },
    /// A directory for the guest can't be opened.
    #[error("can't open directory {}: {message}", path.display())]
    Directory {
        /// The directory on the host.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// The ring size is out of range.
    #[error("a ring of {bytes} bytes is not possible: give 1 to {limit} bytes")]
    RingSize {
        /// What was asked for.
        bytes: u64,
        /// The largest ring.
        limit: u32,
    },
    /// The trace's header alone is larger than the whole trace may be.
    #[error(
        "the trace may have {limit} bytes, but its header (module and plan) alone has {header}"
    )]
    TraceLimit {
        /// Bytes of the header.
        header: u64,
        /// Bytes that the trace may have.
        limit: u64,
    },
    /// The trace can't be written.
    #[error(transparent)]
    Write(#[from] Box<DrainFailure>),
}

impl Error {
    /// Whether what was given can't be recorded (`true`), or the recorder failed at its own work.
    pub fn is_about_input(&self) -> bool {
        !matches!(self, Error::Engine(_) | Error::Write(_))
    }

    pub(crate) fn link(error: wasmtime::Error) -> Error {
        Error::Link(format!("{error:#}"))
    }
}

/// An import of the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The module name.
    pub module: String,
    /// The name in that module.
    pub name: String,
    /// What it is: `function`, `memory`, `table`, `global` or `tag`.
    pub kind: &'static str,
}

impl fmt::Display for Import {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} `{}`.`{}`", self.kind, self.module, self.name)
    }
}

fn exported(names: &[String]) -> String {
    if names.is_empty() {
        return "it exports no function".to_owned();
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("it exports {}", list(&quoted))
}

/// The first items, and how many there are beside them.
fn list<T: fmt::Display>(items: &[T]) -> String {
    let shown: Vec<String> = items.iter().take(MAX_LISTED_NAMES).map(T::to_string).collect();
    let mut text = shown.join(", ");
    if items.len() > shown.len() {
        text.push_str(&format!(" and {} more", items.len() - shown.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_missing_import_is_listed_up_to_the_limit() {
        let import = |number: usize| Import {
            module: "env".to_owned(),
            name: format!("f{number}"),
            kind: "function",
        };
        let few = Error::UnknownImports((0..2).map(import).collect()).to_string();
        assert!(few.ends_with("function `env`.`f0`, function `env`.`f1`"), "{few}");
        let many = Error::UnknownImports((0..MAX_LISTED_NAMES + 3).map(import).collect());
        assert!(many.to_string().ends_with("and 3 more"), "{many}");
    }
}
