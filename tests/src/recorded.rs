//! The road under test: instrument and record a program, analyze its trace.
//!
//! [`Tape`] records one instance, in whatever store and linker it lives; [`record`] uses it for
//! the runs of a [`Program`], [`price`] is the one place that asks the analyzer.

use std::collections::BTreeMap;
use std::iter::successors;

use analyzer::AnalyzeOptions;
use analyzer::profile::{Profile, profile};
use analyzer::tree::CallTree;
use anyhow::{Context, Result, anyhow, ensure};
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

/// Ring of scripts, some of whose programs push millions of events.
pub const SMALL_RING_BYTES: u32 = 4096;

/// Ring of brief programs: as small as their events allow.
pub const SMALLEST_RING_BYTES: u32 = 1;

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
    /// Instruments `wasm`, with a small ring, and starts a recording of it.
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
        let instrumented = Instrumented::new(wasm.to_vec(), slices, SMALL_RING_BYTES)?;
        Tape::of(instrumented, program, detail)
    }

    /// Starts a recording of a module that is instrumented already.
    ///
    /// # Errors
    ///
    /// When the recorder can't start.
    pub fn of(
        instrumented: Instrumented,
        program: &str,
        detail: Detail,
    ) -> Result<Tape, recorder::Error> {
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

/// A program that is instrumented and compiled: it can be recorded any number of times.
pub struct Recordable<'a> {
    program: &'a Program,
    instrumented: Instrumented,
    module: Module,
}

impl<'a> Recordable<'a> {
    /// Instruments and compiles `program`.
    ///
    /// # Errors
    ///
    /// When it is refused.
    pub fn new(program: &'a Program, slices: Slices) -> Result<Self> {
        let ring_bytes = if program.is_brief { SMALLEST_RING_BYTES } else { RING_BYTES };
        let instrumented = Instrumented::new(program.wasm.clone(), slices, ring_bytes)?;
        let module = Module::new(engine::shared()?, &instrumented.wasm).map_err(engine::failure)?;
        Ok(Recordable { program, instrumented, module })
    }

    /// Records the program.
    ///
    /// # Errors
    ///
    /// When it cannot be linked.
    pub fn record(&self, detail: Detail) -> Result<RecordedRun> {
        let Recordable { program, instrumented, module } = self;
        let mut tape = Tape::of(instrumented.clone(), &program.name, detail)?;
        let observation =
            engine::run_compiled(module, &instrumented.wasm, None, program, &mut tape)?;
        Ok(RecordedRun { observation, trace: tape.finish()? })
    }
}

/// Records `program` once.
///
/// # Errors
///
/// When it is refused, or cannot be linked.
pub fn record(program: &Program, slices: Slices, detail: Detail) -> Result<RecordedRun> {
    Recordable::new(program, slices)?.record(detail)
}

/// Prices a trace, and checks that the parts of its profile add up.
///
/// # Errors
///
/// When the trace cannot be read, the analyzer refuses it, or the profile contradicts itself.
pub fn price(trace: &Trace, model: &CostModel, jobs: Option<usize>) -> Result<Report> {
    let options = AnalyzeOptions { jobs, ..AnalyzeOptions::default() };
    let profile = profile(trace, model, &options)
        .with_context(|| format!("analyzing by the cost model {}", model.name))?;
    check(&profile)?;
    Ok(profile.analysis.report)
}

/// Checks that operators, functions, call tree and time line tell of the same fuel.
fn check(profile: &Profile) -> Result<()> {
    let report = &profile.analysis.report;
    let total = report.fuel.total;
    let of_operators: u128 = report.operators.iter().map(|found| found.fuel).sum();
    let mut notes = profile.analysis.notes.iter();
    let tells = !notes.any(|note| note.starts_with("what operators cost is left out"));
    ensure!(of_operators == total || !tells, "the operators cost {of_operators} of {total}");
    let of_functions: u128 = report.functions.iter().map(|found| found.self_fuel).sum();
    let nowhere = total - of_functions;
    let tail = report.operators.iter().find(|found| found.class == "before a trap");
    let tail = tail.map_or(0, |found| found.fuel);
    let over_time: u128 = profile.timeline.iter().map(|stretch| stretch.fuel).sum();
    let is_open = report.fuel.low < report.fuel.high || !tells;
    ensure!(over_time + tail == total || is_open, "over time it is {over_time} of {total}");
    let CallTree { nodes } = &profile.tree;
    if nodes.is_empty() {
        return Ok(());
    }
    let mut functions: BTreeMap<u32, (u128, u128, u128)> = BTreeMap::new();
    for (node, inclusive) in nodes.iter().zip(profile.tree.inclusive()) {
        let found = functions.entry(node.function).or_default();
        found.0 += u128::from(node.calls);
        found.1 += node.fuel;
        let callers = successors(node.parent, |&caller| nodes[caller as usize].parent);
        if !callers.map(|caller| nodes[caller as usize]).any(|it| it.function == node.function) {
            found.2 += inclusive;
        }
    }
    let folded = functions.remove(&CallTree::FOLDED).unwrap_or_default();
    ensure!(folded.1 == nowhere, "{} in no context, {nowhere} in no function", folded.1);
    for found in &report.functions {
        let told = (found.calls, found.self_fuel, found.total_fuel.unwrap_or_default());
        let in_tree = functions.remove(&found.index).unwrap_or_default();
        ensure!(told == in_tree, "{found:?} has {in_tree:?} in the call tree");
    }
    ensure!(functions.is_empty(), "only the call tree has {functions:?}");
    Ok(())
}

/// Reads a trace from memory.
///
/// # Errors
///
/// When it is none.
pub fn read(trace: Vec<u8>) -> Result<Trace> {
    Trace::from_bytes(trace).context("reading the trace")
}
