//! A WASI preview 1 world in which the same program is always the same run: the clocks and random
//! numbers of a deterministic recording, and standard streams in memory.

use anyhow::Result;
use recorder::wasi::{Directory, WasiOptions, deterministic};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};

use crate::program::Program;

/// Module name of the WASI functions.
pub const MODULE: &str = "wasi_snapshot_preview1";
/// How much a program may print.
const OUTPUT_BYTES: usize = 1 << 28;

/// The two output streams of a program, in memory.
#[derive(Clone)]
pub struct Outputs {
    stdout: MemoryOutputPipe,
    stderr: MemoryOutputPipe,
}

impl Outputs {
    /// What the program has printed so far.
    pub fn stdout(&self) -> Vec<u8> {
        self.stdout.contents().to_vec()
    }

    /// What the program has complained so far.
    pub fn stderr(&self) -> Vec<u8> {
        self.stderr.contents().to_vec()
    }
}

/// What a deterministic run of `program` may see of the host.
pub fn options(program: &Program) -> WasiOptions {
    let surroundings = program.surroundings();
    let directory = |(host, guest)| Directory { host, guest };
    WasiOptions {
        program: program.name.clone(),
        arguments: surroundings.arguments,
        environment: surroundings.environment,
        directories: surroundings.directories.into_iter().map(directory).collect(),
        seed: Some(deterministic::DEFAULT_SEED),
    }
}

/// Makes the standard streams of `context` lie in memory.
pub fn redirect(context: &mut WasiCtxBuilder, program: &Program) -> Outputs {
    let outputs = Outputs {
        stdout: MemoryOutputPipe::new(OUTPUT_BYTES),
        stderr: MemoryOutputPipe::new(OUTPUT_BYTES),
    };
    context
        .stdin(MemoryInputPipe::new(program.surroundings().stdin))
        .stdout(outputs.stdout.clone())
        .stderr(outputs.stderr.clone());
    outputs
}

/// Makes a fresh world for `program`.
///
/// # Errors
///
/// When one of its directories cannot be opened.
pub fn world(program: &Program) -> Result<(WasiP1Ctx, Outputs)> {
    let mut context = options(program).context()?;
    let outputs = redirect(&mut context, program);
    Ok((context.build_p1(), outputs))
}
