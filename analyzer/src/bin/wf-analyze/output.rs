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
        Some(path) => write_file(path, |file| {
            let mut stream = StripStream::new(file);
            stream.write_all(text.as_bytes())?;
            Ok(stream.flush()?)
        }),
        None => {
            let mut stdout = AutoStream::new(io::stdout().lock(), color.into());
            stdout.write_all(text.as_bytes())?;
            Ok(stdout.flush()?)
        }
    }
}

/// Writes what `fill` gives to the file `path`, or to standard output if that is `-`, byte by byte.
pub(crate) fn write_bytes(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    if path == Path::new("-") {
        let mut stdout = io::stdout().lock();
        fill(&mut stdout)?;
        return Ok(stdout.flush()?);
    }
    write_file(path, |file| fill(file))
}

/// Writes a file that is either whole or as it was before: under another name first, unless what
/// stands at `path` is a device or a pipe.
fn write_file(path: &Path, fill: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
    let written = match fs::canonicalize(path) {
        Ok(existing) if !existing.is_file() => {
            File::create(existing).map_err(Into::into).and_then(|mut file| fill(&mut file))
        }
        Ok(existing) => replace(&existing, fill),
        Err(_) => replace(path, fill),
    };
    written.with_context(|| format!("cannot write {}", path.display()))
}

fn replace(path: &Path, fill: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(format!(".{}.tmp", std::process::id()));
    let unfinished = PathBuf::from(unfinished);
    let written = File::create(&unfinished)
        .map_err(Into::into)
        .and_then(|mut file| fill(&mut file))
        .and_then(|()| Ok(fs::rename(&unfinished, path)?));
    if written.is_err() {
        // What can't be removed was not created: the first error is the one that matters.
        let _ = fs::remove_file(&unfinished);
    }
    written
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
