//! What Linux tells of this process.

use wasmtime::error::Context;
use wasmtime::format_err;

/// The most memory that the process had at once, in bytes.
pub(crate) fn peak_bytes() -> wasmtime::Result<u64> {
    Ok(number("/proc/self/status", "VmHWM:")? * 1024)
}

/// Bytes that the process has read so far.
pub(crate) fn bytes_read() -> wasmtime::Result<u64> {
    number("/proc/self/io", "rchar:")
}

fn number(path: &str, label: &str) -> wasmtime::Result<u64> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("{path}: only Linux has it"))?;
    let rest = text.lines().find_map(|line| line.strip_prefix(label));
    let number = rest.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| format_err!("{path} has no {label}"))
}
