//! Positional reads from a file or from memory: no shared cursor, so that several threads can
//! read one trace at the same time.

use std::fs::File;
use std::io;

/// Where a trace is.
pub(super) enum Source {
    /// In a file.
    File(File),
    /// In memory.
    Bytes(Vec<u8>),
}

impl Source {
    /// A regular file: pipes cannot be read at an offset.
    pub(super) fn file(file: File) -> io::Result<Source> {
        if !file.metadata()?.is_file() {
            let message = "not a regular file; a trace has to be in one to be read";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        Ok(Source::File(file))
    }

    /// Length at this moment: a file may be growing.
    pub(super) fn bytes(&self) -> io::Result<u64> {
        match self {
            Source::File(file) => Ok(file.metadata()?.len()),
            Source::Bytes(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// Fills `buffer` with what stands at `offset`.
    pub(super) fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        match self {
            Source::File(file) => read_file_at(file, buffer, offset),
            Source::Bytes(bytes) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX);
                let found = bytes.get(start..).and_then(|rest| rest.get(..buffer.len()));
                buffer.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
        }
    }
}

#[cfg(unix)]
fn read_file_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_file_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    while !buffer.is_empty() {
        match file.seek_read(buffer, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(bytes) => {
                buffer = &mut buffer[bytes..];
                offset += bytes as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
