//! `wf-record`: runs a WebAssembly program and records what its fuel depends on.

mod args;
mod generate;
mod next;
mod output;
mod signals;
mod terminal;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, anyhow};
use clap::Parser;
use formats::trace::OutcomeKind;
use formats::{codec, input};
use recorder::limits::MAX_MODULE_BYTES;
use recorder::{Instrumented, Interrupt, Receipt, Recorder};
use slicer::limits::MAX_ARGUMENTS;

use args::Args;
use generate::Generate;
use output::Output;
use terminal::Terminal;

/// Exit status when what was given can't be recorded.
const USAGE_STATUS: u8 = 2;

/// Exit status when the recorder itself failed.
const RECORDER_STATUS: u8 = 125;

/// Why there is no complete recording, and the exit status that says so.
struct Failure {
    status: u8,
    error: anyhow::Error,
}

fn usage(error: anyhow::Error) -> Failure {
    Failure { status: USAGE_STATUS, error }
}

fn recorder_failed(error: anyhow::Error) -> Failure {
    Failure { status: RECORDER_STATUS, error }
}

fn main() -> ExitCode {
    if let Some(wanted) = Generate::from_command_line() {
        // Whoever reads it has seen enough when the pipe is closed.
        return if wanted.print().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let args = Args::parse();
    let terminal = Terminal::new(&args);
    match record(&args, &terminal) {
        Ok(status) => ExitCode::from(status),
        Err(failure) => {
            terminal.error(&format!("{:#}", failure.error));
            ExitCode::from(failure.status)
        }
    }
}

fn record(args: &Args, terminal: &Terminal) -> Result<u8, Failure> {
    let module = read_module(args.module()).map_err(usage)?;
    if let Some(path) = &args.emit_instrumented {
        return emit_instrumented(args, module, path, terminal);
    }
    let interrupt = Interrupt::default();
    let recorder = prepare(args, module, &interrupt, terminal)?;
    let output = Output::choose(args).map_err(usage)?;
    let trace = output.open().map_err(recorder_failed)?;
    let (left, beside, summary) = (output.clone(), terminal.clone(), args.summary_json.clone());
    signals::watch(interrupt, move |receipt| abandon(receipt, &left, summary.as_deref(), &beside))
        .context("can't watch for signals")
        .map_err(recorder_failed)?;
    let receipt = recorder.run(trace.writer).map_err(|error| {
        // Nothing was run: what there is of the trace is of no use.
        output.discard();
        about(error, &output.name())
    })?;
    print_results(&receipt, &output).context("can't print the results").map_err(recorder_failed)?;
    if let Some(crash) = &receipt.crash {
        terminal.crash(&args.program(), crash);
    }
    if let Some(path) = &args.summary_json {
        write_summary(&receipt, &output, path).map_err(recorder_failed)?;
    }
    if let (Ok(_), Some(became)) = (&receipt.drain, output.loss(trace.identity)) {
        return Err(lost(&receipt, &output, became));
    }
    conclude(&receipt, &output, terminal)
}

/// Leaves a program alone that was interrupted and did not come to a flush.
fn abandon(receipt: &Receipt, output: &Output, summary: Option<&Path>, terminal: &Terminal) {
    terminal.abandoned(receipt, output);
    if let Some(path) = summary
        && let Err(error) = write_summary(receipt, output, path)
    {
        terminal.warning(&format!("{error:#}"));
    }
}

/// The trace was written to its end, but the file `became` what nobody finds under its name.
fn lost(receipt: &Receipt, output: &Output, became: &str) -> Failure {
    recorder_failed(anyhow!(
        "{} was {became} while the trace was written to it; the program ended with exit status {}",
        output.name(),
        receipt.outcome.code,
    ))
}

/// Prints the receipt, and turns the end of the program into that of this process.
fn conclude(receipt: &Receipt, output: &Output, terminal: &Terminal) -> Result<u8, Failure> {
    let guest_status = receipt.outcome.code;
    if let Err(failure) = &receipt.drain {
        return Err(recorder_failed(anyhow!(
            "{}: {failure}; the program went on without recording and ended with exit status \
             {guest_status}; the {} events written before the failure can be read with \
             `wf-analyze --allow-partial`",
            output.name(),
            terminal::grouped(failure.report.events),
        )));
    }
    terminal.receipt(receipt, output);
    if receipt.outcome.kind == OutcomeKind::Unknown {
        signals::end_as_received();
    }
    // WASI's exit statuses are below 126, and Wasmtime's after a trap is 134.
    Ok(u8::try_from(guest_status).unwrap_or(u8::MAX))
}

fn read_module(path: &Path) -> anyhow::Result<Vec<u8>> {
    let name = path.display();
    if path.is_dir() {
        return Err(anyhow!("{name} is a directory: give a WebAssembly module"));
    }
    let bytes =
        input::read_file(path, MAX_MODULE_BYTES).with_context(|| format!("can't read {name}"))?;
    if is_text_format(&bytes) {
        return Err(anyhow!(
            "{name} is in the text format: make a binary module of it first \
             (`wat2wasm {name}` or `wasm-tools parse {name} -o OUTPUT.wasm`)"
        ));
    }
    Ok(bytes)
}

fn is_text_format(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    text.starts_with(b"(module") || text.starts_with(b";;") || text.starts_with(b"(;")
}

fn prepare(
    args: &Args,
    module: Vec<u8>,
    interrupt: &Interrupt,
    terminal: &Terminal,
) -> Result<Recorder, Failure> {
    let start = Instant::now();
    let name = args.module().display().to_string();
    let builder = args.recorder().map_err(usage)?.interrupt(interrupt);
    let recorder = builder.module(module).build().map_err(|error| about(error, &name))?;
    terminal.prepared(recorder.instrumented(), start.elapsed());
    Ok(recorder)
}

fn emit_instrumented(
    args: &Args,
    module: Vec<u8>,
    path: &Path,
    terminal: &Terminal,
) -> Result<u8, Failure> {
    let name = args.module().display().to_string();
    let instrumented = Instrumented::new(module, args.slices(), args.ring_size)
        .map_err(|error| about(error, &name))?;
    let plan_path = output::with_suffix(path, ".plan");
    output::write_whole(path, &instrumented.wasm).map_err(recorder_failed)?;
    output::write_whole(&plan_path, &codec::encode(&instrumented.plan)).map_err(recorder_failed)?;
    terminal.say(&format!(
        "instrumented module: {}, its plan: {}",
        path.display(),
        plan_path.display()
    ));
    Ok(0)
}

/// `error`, which is about the file `name`.
fn about(error: recorder::Error, name: &str) -> Failure {
    let status = if error.is_about_input() { USAGE_STATUS } else { RECORDER_STATUS };
    let context = match error {
        // What outcomes of branches record follows from the graph, without an SSA form.
        recorder::Error::Module(slicer::Error::Limit { limit: MAX_ARGUMENTS, .. }) => {
            format!("{name}: too large for this choice of slices, `--slices min` may record it")
        }
        _ => name.to_owned(),
    };
    Failure { status, error: anyhow::Error::new(error).context(context) }
}

/// Results of an invoked function go where the guest's own standard output goes.
fn print_results(receipt: &Receipt, output: &Output) -> io::Result<()> {
    // Flushing for nothing could fail for a guest that closed or filled its standard output.
    if receipt.results.is_empty() {
        return Ok(());
    }
    let lines: String = receipt.results.iter().map(|result| format!("{result}\n")).collect();
    match output {
        Output::Stdout => io::stderr().write_all(lines.as_bytes()),
        Output::File(_) => {
            io::stdout().write_all(lines.as_bytes())?;
            io::stdout().flush()
        }
    }
}

fn write_summary(receipt: &Receipt, output: &Output, path: &Path) -> anyhow::Result<()> {
    let mut text = format!("{:#}", receipt.to_json(&output.name()));
    text.push('\n');
    output::write_whole(path, text.as_bytes())
}
