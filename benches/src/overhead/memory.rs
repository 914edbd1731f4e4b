//! The memory that a way to run a program takes: that of a process that does nothing else.

use std::path::PathBuf;
use std::process::Command;

use clap::Args;
use wasmtime::ensure;
use wasmtime::error::Context;

use crate::process;
use crate::programs::Program;
use crate::ways::{Compiled, Way};

/// One run, in a process of its own.
#[derive(Args)]
pub(crate) struct OneRunOptions {
    #[arg(value_enum)]
    way: Way,
    program: PathBuf,
}

/// Compiles and runs `program` in a process of its own; gives the bytes of its peak.
pub(super) fn peak_bytes(program: &Program, way: Way) -> wasmtime::Result<u64> {
    let output = Command::new(std::env::current_exe()?)
        .args(["one-run", way.name()])
        .arg(program.path())
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    let line = String::from_utf8_lossy(&output.stdout);
    line.trim().parse::<u64>().context("a process printed no number")
}

/// The process behind [`peak_bytes`].
pub(crate) fn run_one(options: &OneRunOptions) -> wasmtime::Result<()> {
    let name = options.program.display().to_string();
    let program = Program::read(name, options.program.clone())?;
    Compiled::new(&program, options.way)?.run()?;
    println!("{}", process::peak_bytes()?);
    Ok(())
}
