//! Where text goes, and in which colours.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use analyzer::names::printable;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Effects, Style as Ansi};
use anyhow::{Context, Result};
use slicer::ir::style::{Sink, Style};

use crate::args::{Args, Color};

impl From<Color> for ColorChoice {
    fn from(color: Color) -> ColorChoice {
        match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }
}

/// Standard output or a file. The first failure to write is kept, and nothing is written behind it.
pub(crate) struct Output {
    writer: Box<dyn Write>,
    color: bool,
    failure: Option<io::Error>,
    /// The file and the name that it has until it is whole.
    unfinished: Option<(PathBuf, PathBuf)>,
    name: String,
}

impl Output {
    /// Opens what was asked for.
    pub(crate) fn open(args: &Args) -> Result<Output> {
        let Some(path) = args.output.as_deref().filter(|path| *path != Path::new("-")) else {
            let stdout = AutoStream::new(io::stdout().lock(), args.color.into());
            let color = stdout.current_choice() != ColorChoice::Never;
            return Ok(Output {
                writer: Box::new(BufWriter::new(stdout)),
                color,
                failure: None,
                unfinished: None,
                name: "standard output".to_owned(),
            });
        };
        let name = path.display().to_string();
        // Devices and pipes can't be replaced.
        let is_replaced = fs::metadata(path).map_or(true, |found| found.is_file());
        let partial = if is_replaced { with_suffix(path, ".partial") } else { path.to_owned() };
        let file = File::create(&partial).with_context(|| format!("can't write {name}"))?;
        Ok(Output {
            writer: Box::new(BufWriter::new(file)),
            color: false,
            failure: None,
            unfinished: is_replaced.then(|| (path.to_owned(), partial)),
            name,
        })
    }

    /// Writes text without colour.
    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Writes bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        if self.failure.is_none() {
            self.failure = self.writer.write_all(bytes).err();
        }
    }

    /// Whether all went well so far.
    pub(crate) fn check(&mut self) -> Result<()> {
        let written = self.failure.take().map_or(Ok(()), Err);
        written.with_context(|| format!("can't write {}", self.name))
    }

    /// Ends the output: a file then has its name.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.check()?;
        self.failure = self.writer.flush().err();
        self.check()?;
        if let Some((path, partial)) = self.unfinished.take() {
            self.failure = fs::rename(&partial, path).err();
        }
        self.check()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some((_, partial)) = &self.unfinished {
            // It stays behind then, under a name that nobody asked for.
            let _ = fs::remove_file(partial);
        }
    }
}

impl Sink for Output {
    fn write(&mut self, style: Style, text: &str) {
        match ansi(style).filter(|_| self.color) {
            Some(ansi) => {
                self.text(&ansi.render().to_string());
                self.text(text);
                self.text(&ansi.render_reset().to_string());
            }
            None => self.text(text),
        }
    }
}

fn ansi(style: Style) -> Option<Ansi> {
    let colored = |color: AnsiColor| Some(Ansi::new().fg_color(Some(color.into())));
    match style {
        Style::Plain | Style::Value => None,
        Style::Keyword => Some(Ansi::new().effects(Effects::BOLD)),
        Style::Operator => colored(AnsiColor::Blue),
        Style::Immediate => colored(AnsiColor::Magenta),
        Style::Block => colored(AnsiColor::Yellow),
        Style::Type => colored(AnsiColor::Cyan),
        Style::Name => colored(AnsiColor::Green),
        Style::Origin => Some(Ansi::new().effects(Effects::DIMMED)),
    }
}

/// Says what is wrong on standard error.
pub(crate) fn complain(message: &str, color: Color) {
    let style = Ansi::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let message = printable(message);
    let mut stderr = AutoStream::new(io::stderr().lock(), color.into());
    // There is nowhere left to report that standard error is closed.
    let _ = writeln!(stderr, "wf-slice: {style}error:{style:#} {message}");
}

/// Whether `error` says that the reader of a pipe has gone.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// `path` with `suffix` after its whole name.
fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
