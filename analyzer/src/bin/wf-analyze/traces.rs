//! Opening traces, with words about what to do when that fails.

use std::env;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use analyzer::Error;
use analyzer::limits::MAX_SYMBOLS_BYTES;
use anyhow::{Context, Result, anyhow};
use formats::input;
use formats::trace::{Trace, TraceError};

/// Opens the trace at `path`; `-` is standard input.
pub(crate) fn open(path: &Path) -> Result<Trace> {
    let opened = if path == Path::new("-") { read_stdin() } else { Trace::open(path) };
    opened.map_err(|error| explain(path, &Error::Read(error)))
}

/// A trace is read here and there, which a pipe can't be: it goes through a file without a name, because
/// it may be larger than memory.
fn read_stdin() -> Result<Trace, TraceError> {
    let spooled = unnamed_file().and_then(|mut file| {
        io::copy(&mut io::stdin().lock(), &mut file)?;
        Ok(file)
    });
    Trace::from_file(spooled.map_err(|source| TraceError::Io { offset: 0, source })?)
}

/// A new file that nobody else finds, and that is gone when it is closed.
fn unnamed_file() -> io::Result<File> {
    let path = env::temp_dir().join(format!("wf-analyze-{}.spool", std::process::id()));
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    // Where open files can't be removed, it stays behind.
    let _ = fs::remove_file(&path);
    Ok(file)
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
        Error::Read(
            TraceError::OlderVersion { .. } | TraceError::Truncated { segments: 0, .. },
        ) => "record it again",
        Error::Sample { .. } => "`wf-analyze --approx` makes one",
        Error::Incomplete(_) => "`wf-analyze --allow-partial` prices what is there",
        Error::Read(TraceError::Truncated { .. } | TraceError::Corrupt { .. })
        | Error::Events { .. }
        | Error::Segment { .. } => "`wf-analyze --allow-partial` prices what can be read",
        Error::Order { .. } | Error::Replay(_) | Error::Module(_) => "record it again",
        _ => return None,
    })
}

/// The bytes of the module at `path`, if there is one.
pub(crate) fn symbols(path: Option<&Path>) -> Result<Option<Vec<u8>>> {
    let read = |path: &Path| {
        input::read_file(path, MAX_SYMBOLS_BYTES as u64)
            .with_context(|| format!("cannot read {}", path.display()))
    };
    path.map(read).transpose()
}
