//! The module that is given.

use std::io;
use std::path::Path;

use anyhow::{Context, Result, bail};
use formats::input::{read_file, read_stream};
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
        true => read_stream(io::stdin().lock(), MAX_MODULE_BYTES),
        false if path.is_dir() => bail!("{name} is a directory: give a WebAssembly module"),
        false => read_file(path, MAX_MODULE_BYTES),
    };
    let bytes = bytes.with_context(|| format!("can't read {name}"))?;
    if is_text_format(&bytes) {
        bail!(
            "{name} is in the text format: make a binary module of it first \
             (`wat2wasm {name}` or `wasm-tools parse {name} -o OUTPUT.wasm`)"
        );
    }
    Ok(bytes)
}

fn is_text_format(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    text.starts_with(b"(module") || text.starts_with(b";;") || text.starts_with(b"(;")
}
