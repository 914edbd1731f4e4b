//! The module that is given.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};
use recorder::limits::MAX_MODULE_BYTES;

/// What messages call `path`.
pub(crate) fn name(path: &Path) -> String {
    match path.as_os_str() == "-" {
        true => "standard input".to_owned(),
        false => path.display().to_string(),
    }
}

/// Reads a binary module; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    let name = name(path);
    let bytes = match path.as_os_str() == "-" {
        true => read_whole(io::stdin().lock()),
        false if fs::metadata(path).is_ok_and(|found| found.is_dir()) => {
            bail!("{name} is a directory: give a WebAssembly module")
        }
        false => File::open(path).and_then(read_whole),
    };
    let bytes = bytes.with_context(|| format!("can't read {name}"))?;
    if bytes.len() as u64 > MAX_MODULE_BYTES {
        bail!("{name} is too large: modules may have {MAX_MODULE_BYTES} bytes");
    }
    if is_text_format(&bytes) {
        bail!(
            "{name} is in the text format: make a binary module of it first \
             (`wat2wasm {name}` or `wasm-tools parse {name} -o OUTPUT.wasm`)"
        );
    }
    Ok(bytes)
}

/// All of `source`, or one byte more than a module may have.
fn read_whole(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_MODULE_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn is_text_format(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    text.starts_with(b"(module") || text.starts_with(b";;") || text.starts_with(b"(;")
}
