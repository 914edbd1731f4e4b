//! Where the trace and the other files go.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::args::Args;

/// Where the trace goes.
#[derive(Clone)]
pub(crate) enum Output {
    /// Standard output.
    Stdout,
    /// A file.
    File(PathBuf),
}

impl Output {
    /// The output that was asked for; refused when it would do harm.
    pub(crate) fn choose(args: &Args) -> anyhow::Result<Output> {
        if args.output.as_os_str() != "-" {
            if is_same_file(&args.output, args.module()) {
                bail!("{} is the module itself: name another output", args.output.display());
            }
            return Ok(Output::File(args.output.clone()));
        }
        if io::stdout().is_terminal() {
            bail!("a trace is not for terminals: name a file with -o, or redirect standard output");
        }
        Ok(Output::Stdout)
    }

    /// Creates the file, keeping what is there already.
    pub(crate) fn open(&self) -> anyhow::Result<Opened> {
        let path = match self {
            Output::Stdout => return Ok(Opened { writer: Box::new(io::stdout()), identity: None }),
            Output::File(path) => path,
        };
        // Devices and pipes are written to, not replaced.
        if is_regular_file(path) {
            let old = with_suffix(path, ".old");
            fs::rename(path, &old)
                .with_context(|| format!("can't keep {} as {}", path.display(), old.display()))?;
        }
        let file = File::create(path).with_context(|| format!("can't write {}", path.display()))?;
        hold(&file);
        let identity = file.metadata().ok().and_then(|metadata| identity(&metadata));
        Ok(Opened { writer: Box::new(file), identity })
    }

    /// What became of the file that was opened, if it isn't there any more.
    pub(crate) fn loss(&self, opened: Option<Identity>) -> Option<&'static str> {
        let (Output::File(path), Some(opened)) = (self, opened) else { return None };
        match fs::metadata(path) {
            Ok(metadata) if identity(&metadata) == Some(opened) => None,
            Ok(_) => Some("replaced"),
            Err(_) => Some("removed or renamed"),
        }
    }

    /// Removes a file that was created in vain.
    pub(crate) fn discard(&self) {
        if let Output::File(path) = self
            && is_regular_file(path)
        {
            // It stays behind then, as an unfinished trace that says so to its readers.
            let _ = fs::remove_file(path);
        }
    }

    /// What messages call it.
    pub(crate) fn name(&self) -> String {
        match self {
            Output::Stdout => "standard output".to_owned(),
            Output::File(path) => path.display().to_string(),
        }
    }
}

/// The trace, opened to be written.
pub(crate) struct Opened {
    pub(crate) writer: Box<dyn Write + Send>,
    /// Which file it is, where that can be told.
    pub(crate) identity: Option<Identity>,
}

/// Device and number of a file.
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    metadata.is_file().then(|| (metadata.dev(), metadata.ino()))
}

/// Elsewhere an open file can't be removed.
#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> Option<Identity> {
    None
}

/// Takes the lock that tells readers that the trace is still being written, until this process ends
/// in whatever way.
///
/// Some file systems have no locks: then readers have to guess. On Windows a lock would keep them from
/// reading.
fn hold(file: &File) {
    if cfg!(unix) {
        let _ = file.try_lock();
    }
}

fn is_regular_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Writes a file that is there as a whole or not at all.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let context = || format!("can't write {}", path.display());
    // Devices and pipes can't be replaced.
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return fs::write(path, bytes).with_context(context);
    }
    let partial = with_suffix(path, ".partial");
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // It may be there or not: the first error is the one that matters.
        let _ = fs::remove_file(&partial);
    }
    written.with_context(context)
}

/// `path` with `suffix` after its whole name.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
