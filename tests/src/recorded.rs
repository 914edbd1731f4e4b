//! The road under test: instrument and record a program, analyze its trace.
//!
//! [`Tape`] records one instance, in whatever store and linker it lives; [`record`] uses it for
//! the runs of a [`Program`], [`price`] is the one place that asks the analyzer.

use analyzer::{AnalyzeOptions, analyze};
use anyhow::{Context, Result, anyhow};
use formats::cost_model::CostModel;
use formats::report::Report;
use formats::trace::{Detail, Header, Trace};
use recorder::{DrainOptions, Instrumented, Recording, SharedBytes, Slices, Stream, outcome};
use wasmtime::{AsContextMut, Instance, Linker, Module, Store};

use crate::engine::{self, End, Host, Observer};
use crate::observation::Observation;
use crate::program::Program;

/// Ring of the recordings: one page, so that flushes are frequent.
pub const RING_BYTES: u32 = 1 << 16;

/// Largest trace, which lies in memory. Only max slices of long runs leave larger ones.
pub const MAX_TRACE_BYTES: u64 = 1 << 30;

/// A program that was recorded.
pub struct RecordedRun {
    /// What the program did.
    pub observation: Observation,
    /// Its trace.
    pub trace: Vec<u8>,
}

/// The recording of one instance.
pub struct Tape {
    /// What is run.
    pub instrumented: Instrumented,
    /// Where its events go.
    pub stream: Stream,
    recording: Recording,
    bytes: SharedBytes,
}

impl Tape {
    /// Instruments `wasm` and starts a recording of it.
    ///
    /// # Errors
    ///
    /// When the slicer or the recorder refuses the module.
    pub fn start(
        wasm: &[u8],
        program: &str,
        slices: Slices,
        detail: Detail,
    ) -> Result<Tape, recorder::Error> {
        let instrumented = Instrumented::new(wasm.to_vec(), slices, RING_BYTES)?;
        let header = Header {
            program: program.to_owned(),
            detail,
            module: instrumented.original.clone(),
            plan: instrumented.plan.clone(),
            ..Header::default()
        };
        let options = DrainOptions {
            ring_bytes: instrumented.ring_bytes,
            max_trace_bytes: Some(MAX_TRACE_BYTES),
            ..Default::default()
        };
        let bytes = SharedBytes::default();
        let recording = Recording::start(bytes.clone(), &header, options)?;
        let stream = recording.stream(&instrumented.plan);
        Ok(Tape { instrumented, stream, recording, bytes })
    }

    /// Ends an invocation of `module`, the compiled instrumented module.
    pub fn end(&self, store: impl AsContextMut, module: &Module, error: Option<&wasmtime::Error>) {
        let outcome = match error {
            None => outcome::returned(),
            Some(error) => outcome::of_error(error, &self.instrumented, module),
        };
        self.stream.end_invocation(store, outcome);
    }

    /// Closes the trace.
    ///
    /// # Errors
    ///
    /// When it could not be written.
    pub fn finish(self) -> Result<Vec<u8>> {
        self.recording.finish().map_err(|failure| anyhow!("{failure}"))?;
        Ok(self.bytes.take())
    }
}

impl Observer for Tape {
    fn link(&mut self, linker: &mut Linker<Host>) -> Result<()> {
        Ok(self.stream.define(linker)?)
    }

    fn ready(&mut self, store: &mut Store<Host>, instance: &Instance) -> Result<()> {
        Ok(self.stream.attach(store, instance)?)
    }

    fn ended(&mut self, store: &mut Store<Host>, end: &End<'_>) -> Result<()> {
        self.end(store, end.module, end.error);
        Ok(())
    }
}

/// Records `program`.
///
/// # Errors
///
/// When it is refused, or cannot be linked.
pub fn record(program: &Program, slices: Slices, detail: Detail) -> Result<RecordedRun> {
    let mut tape = Tape::start(&program.wasm, &program.name, slices, detail)?;
    let engine = engine::engine(|_| ())?;
    let wasm = tape.instrumented.wasm.clone();
    let observation = engine::run(&engine, &wasm, None, program, &mut tape)?;
    Ok(RecordedRun { observation, trace: tape.finish()? })
}

/// Prices a trace.
///
/// # Errors
///
/// When the trace cannot be read, or the analyzer refuses it.
pub fn price(trace: &Trace, model: &CostModel, jobs: Option<usize>) -> Result<Report> {
    let options = AnalyzeOptions { jobs, ..AnalyzeOptions::default() };
    let analysis = analyze(trace, model, &options)
        .with_context(|| format!("analyzing by the cost model {}", model.name))?;
    Ok(analysis.report)
}

/// Reads a trace from memory.
///
/// # Errors
///
/// When it is none.
pub fn read(trace: Vec<u8>) -> Result<Trace> {
    Trace::from_bytes(trace).context("reading the trace")
}
