//! Files that are read as a whole, up to a limit. Who calls adds the file's name to errors.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Result, ensure};

/// The bytes of the file `path`, which may have `limit` of them.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>> {
    let file = File::open(path)?;
    // The length of a file is known before anything is read, that of a device or a pipe is not.
    let known = file.metadata()?.len();
    let mut bytes = Vec::new();
    if known <= limit as u64 {
        file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    }
    ensure!(
        known.max(bytes.len() as u64) <= limit as u64,
        "it may have {limit} bytes, and has more"
    );
    Ok(bytes)
}

/// The text in the file `path`, which may have `limit` bytes.
pub(crate) fn read_text(path: &Path, limit: usize) -> Result<String> {
    Ok(String::from_utf8(read(path, limit)?)?)
}
