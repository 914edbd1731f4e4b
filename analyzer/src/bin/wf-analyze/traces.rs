//! Opening traces, with words about what to do when that fails.

use std::io::{self, Read};
use std::path::Path;

use analyzer::Error;
use anyhow::{Result, anyhow};
use formats::trace::{Trace, TraceError};

/// Opens the trace at `path`; `-` is standard input.
pub(crate) fn open(path: &Path) -> Result<Trace> {
    let opened = if path == Path::new("-") { read_stdin() } else { Trace::open(path) };
    opened.map_err(|error| explain(path, &Error::Read(error)))
}

fn read_stdin() -> Result<Trace, TraceError> {
    let mut bytes = Vec::new();
    match io::stdin().lock().read_to_end(&mut bytes) {
        Ok(_) => Trace::from_bytes(bytes),
        Err(source) => Err(TraceError::Io { offset: bytes.len() as u64, source }),
    }
}

/// `error` in one line: the file, what is wrong and what to do.
pub(crate) fn explain(path: &Path, error: &Error) -> anyhow::Error {
    let name =
        if path == Path::new("-") { "standard input".into() } else { path.to_string_lossy() };
    match error {
        Error::Read(TraceError::Io { offset: 0, source }) => anyhow!("{name}: {source}"),
        _ => match advice(error) {
            Some(advice) => anyhow!("{name}: {error}; {advice}"),
            None => anyhow!("{name}: {error}"),
        },
    }
}

fn advice(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::Read(TraceError::NotATrace) => "record one with `wf-record MODULE.wasm`",
        Error::Read(TraceError::NewerVersion { .. }) => "use the wf-analyze that came with it",
        Error::Read(TraceError::Truncated { segments: 0, .. }) => "record it again",
        Error::Sample { .. } => "--approx makes one",
        Error::Incomplete(_) => "--allow-partial prices what is there",
        Error::Read(TraceError::Truncated { .. } | TraceError::Corrupt { .. })
        | Error::Events { .. }
        | Error::Segment { .. } => "--allow-partial prices what can be read",
        Error::Order { .. } | Error::Replay(_) | Error::Module(_) => "record it again",
        _ => return None,
    })
}
