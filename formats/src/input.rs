//! Files and streams that are read as a whole, up to a limit.
//!
//! A file tells its length before anything is read; a device, a pipe or a file that grows doesn't. So no
//! more than a byte beyond the limit is ever in memory. Errors don't name the file: whoever calls does.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use thiserror::Error as ThisError;

/// Why something can't be read as a whole.
#[derive(Debug, ThisError)]
pub enum InputError {
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is longer than the limit.
    #[error("it may have {limit} bytes, and has more; no option raises that")]
    TooLong {
        /// The limit.
        limit: u64,
    },
    /// It is no text.
    #[error("it is not UTF-8: {0}")]
    NotText(#[from] std::string::FromUtf8Error),
}

/// The bytes of the file `path`, which may have `limit` of them.
///
/// # Errors
///
/// [`InputError::TooLong`], and [`InputError::Io`].
pub fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, InputError> {
    let file = File::open(path)?;
    match file.metadata()?.len() {
        known if known > limit => Err(InputError::TooLong { limit }),
        _ => read_stream(file, limit),
    }
}

/// The text in the file `path`, which may have `limit` bytes.
///
/// # Errors
///
/// Those of [`read_file`], and [`InputError::NotText`].
pub fn read_text(path: &Path, limit: u64) -> Result<String, InputError> {
    Ok(String::from_utf8(read_file(path, limit)?)?)
}

/// All of `source`, which may have `limit` bytes.
///
/// # Errors
///
/// As [`read_file`].
pub fn read_stream(source: impl Read, limit: u64) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    source.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > limit {
        true => Err(InputError::TooLong { limit }),
        false => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_read_up_to_their_limit_and_not_cut_short() {
        assert_eq!(read_stream(&b"1234"[..], 4).unwrap(), b"1234");
        assert_eq!(read_stream(io::repeat(7).take(9), u64::MAX).unwrap().len(), 9);
        let error = read_stream(io::repeat(7), 4).unwrap_err();
        assert!(matches!(error, InputError::TooLong { limit: 4 }), "{error}");
    }
}
