//! How the body of a frame is stored.

use std::cell::RefCell;
use std::io;

use zstd::bulk::Decompressor;

use super::packing::unpack;

thread_local! {
    /// Each thread's own: preparing one takes longer than a small body.
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Zstandard level of segments. `benches overhead`, SQLite: it takes the writer 1.54 ns an event, of 4.8 in all, so
/// that the writer keeps up; at level -4 it is 1.34 ns, and a third more bytes.
pub(super) const SEGMENT_LEVEL: i32 = 1;

/// Zstandard level of segments when the writer falls behind. `benches overhead`, `switch`: an event takes it 2.2 ns
/// instead of 3.4, and a third more bytes.
pub(super) const HURRIED_LEVEL: i32 = -4;

/// Zstandard level of the header, of index frames and of the footer, which are written seldom.
pub(super) const ONCE_LEVEL: i32 = 3;

/// Shorter bodies are not worth compressing: a Zstandard frame alone takes about 20 bytes.
pub(super) const MIN_COMPRESSED_BYTES: usize = 128;

/// How the body of a frame is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    /// As it is.
    None,
    /// As one Zstandard frame.
    Zstd,
    /// Packed (see [`super::packing`]), then as one Zstandard frame. Only segments are.
    Packed,
}

impl Compression {
    pub(super) fn code(self) -> u8 {
        match self {
            Compression::None => 0,
            Compression::Zstd => 1,
            Compression::Packed => 2,
        }
    }

    pub(super) fn from_code(code: u8) -> Option<Compression> {
        match code {
            0 => Some(Compression::None),
            1 => Some(Compression::Zstd),
            2 => Some(Compression::Packed),
            _ => None,
        }
    }
}

/// Restores a body of exactly `raw_bytes` bytes. The caller has compared `raw_bytes` with the
/// limit of its kind of frame.
pub(super) fn decompress(
    compression: Compression,
    stored: &[u8],
    raw_bytes: usize,
) -> Result<Vec<u8>, &'static str> {
    match compression {
        Compression::None if stored.len() == raw_bytes => Ok(stored.to_vec()),
        Compression::None => Err("the body does not have the length that the frame announces"),
        Compression::Zstd if announced_bytes(stored) != Some(raw_bytes as u64) => {
            Err("the compressed body does not have the length that the frame announces")
        }
        Compression::Zstd => decompress_zstd(stored, raw_bytes),
        Compression::Packed => {
            // Writers pack only what gets shorter by it.
            let packed = announced_bytes(stored).filter(|&packed| packed <= raw_bytes as u64);
            let packed = packed.ok_or("the packed segment is longer than the frame announces")?;
            unpack(&decompress_zstd(stored, packed as usize)?, raw_bytes)
        }
    }
}

/// The raw length that a Zstandard frame names: compared before anything is allocated.
fn announced_bytes(stored: &[u8]) -> Option<u64> {
    zstd::zstd_safe::get_frame_content_size(stored).ok().flatten()
}

fn decompress_zstd(stored: &[u8], raw_bytes: usize) -> Result<Vec<u8>, &'static str> {
    let mut raw = Vec::new();
    raw.try_reserve_exact(raw_bytes).map_err(|_| "there is not enough memory for the body")?;
    match decompress_to(stored, &mut raw) {
        Ok(found) if found == raw_bytes => Ok(raw),
        _ => Err("the body does not decompress"),
    }
}

fn decompress_to(stored: &[u8], raw: &mut Vec<u8>) -> io::Result<usize> {
    DECOMPRESSOR.with_borrow_mut(|decompressor| {
        let zstd = match decompressor {
            Some(zstd) => zstd,
            None => decompressor.insert(Decompressor::new()?),
        };
        zstd.decompress_to_buffer(stored, raw)
    })
}
