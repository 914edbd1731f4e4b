//! An output that keeps its bytes where the one who started the recording can read them.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes in memory, shared by all clones: the output of recordings that go to no file.
///
/// # Examples
///
/// ```
/// use std::io::Write;
///
/// let bytes = recorder::SharedBytes::default();
/// bytes.clone().write_all(b"trace")?;
/// assert_eq!(bytes.take(), b"trace");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SharedBytes {
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl SharedBytes {
    /// What was written so far, leaving nothing behind.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for SharedBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
