//! Where words go: reports to standard output or a file, complaints to standard error.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice, StripStream};
use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result};

use crate::args::Color;

impl From<Color> for ColorChoice {
    fn from(color: Color) -> ColorChoice {
        match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }
}

/// Writes `text` to the file `path`, or to standard output.
pub(crate) fn write(text: &str, path: Option<&Path>, color: Color) -> Result<()> {
    match path.filter(|path| *path != Path::new("-")) {
        Some(path) => {
            write_file(text, path).with_context(|| format!("cannot write {}", path.display()))
        }
        None => {
            let mut stdout = AutoStream::new(io::stdout().lock(), color.into());
            stdout.write_all(text.as_bytes())?;
            Ok(stdout.flush()?)
        }
    }
}

/// Writes a file that is either whole or as it was before: under another name first, unless what
/// stands at `path` is a device or a pipe.
fn write_file(text: &str, path: &Path) -> io::Result<()> {
    match fs::canonicalize(path) {
        Ok(existing) if !existing.is_file() => strip_to(File::create(existing)?, text),
        Ok(existing) => replace(text, &existing),
        Err(_) => replace(text, path),
    }
}

fn replace(text: &str, path: &Path) -> io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(format!(".{}.tmp", std::process::id()));
    let unfinished = PathBuf::from(unfinished);
    let written = File::create(&unfinished)
        .and_then(|file| strip_to(file, text))
        .and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        // What can't be removed was not created: the first error is the one that matters.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

fn strip_to(file: File, text: &str) -> io::Result<()> {
    let mut stream = StripStream::new(file);
    stream.write_all(text.as_bytes())?;
    stream.flush()
}

/// Says something on standard error, after `kind` (`error`, `warning` or `note`).
pub(crate) fn complain(kind: &str, message: &str, color: Color) {
    let style = match kind {
        "error" => Style::new().bold().fg_color(Some(AnsiColor::Red.into())),
        _ => Style::new().bold(),
    };
    let message = analyzer::names::printable(message);
    let mut stderr = AutoStream::new(io::stderr().lock(), color.into());
    // There is nowhere left to report that standard error is closed.
    let _ = writeln!(stderr, "wf-analyze: {style}{kind}{style:#}: {message}");
}

/// Whether `error` says that the reader of a pipe has gone.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
