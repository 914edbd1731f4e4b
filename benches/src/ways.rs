//! The ways to run a program that are set beside each other: plain, with what engines count
//! inline, and recorded. All take the same path through linker, store and call, so that their
//! times differ by the guest's code and, recorded, by its drain.

use std::io;
use std::time::{Duration, Instant};

use formats::trace::{Detail, Header, Outcome, TraceWriter};
use recorder::instrument::FLUSH_IMPORT;
use recorder::recorder::TOOL;
use recorder::{
    DEFAULT_RING_BYTES, DrainOptions, DrainReport, Instrumented, Recording, Slices, Stream,
    UnknownImports, imports, outcome,
};
use wasmtime::{
    Caller, Config, Engine, FuncType, InstancePre, Linker, Module, OperatorCost, Store,
    ThrownException, Trap, VariableOperatorCost, ensure,
};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

use crate::programs::Program;

/// A way to run a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Way {
    /// As it is.
    Plain,
    /// With Wasmtime's own fuel counter.
    Fuel,
    /// With Wasmtime's epoch interruption, and a deadline that never comes.
    Epoch,
    /// Recorded, with its trace written to nowhere.
    Recording,
}

impl Way {
    /// All of them, in the order of turns.
    pub(crate) const ALL: [Way; 4] = [Way::Plain, Way::Fuel, Way::Epoch, Way::Recording];

    /// Its name in figures, in errors and on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Way::Plain => "plain",
            Way::Fuel => "fuel",
            Way::Epoch => "epoch",
            Way::Recording => "recording",
        }
    }

    fn config(self) -> Config {
        let mut config = recorder::engine::config();
        match self {
            Way::Plain | Way::Recording => {}
            Way::Fuel => {
                config.consume_fuel(true);
            }
            Way::Epoch => {
                config.epoch_interruption(true);
            }
        }
        config
    }
}

/// Ticks until the epoch's deadline. Nobody ticks.
const FAR_AWAY: u64 = u64::MAX / 2;

/// A program that is ready to run in one way, as often as one likes.
pub(crate) struct Compiled<'a> {
    program: &'a Program,
    way: Way,
    engine: Engine,
    module: Module,
    recorded: Option<Recorded>,
    discards: bool,
}

/// What a recorded program needs beside its code.
struct Recorded {
    instrumented: Instrumented,
    header: Header,
}

/// One run of a program.
pub(crate) struct Run {
    /// Wall time between the guest's calls of `bench.start` and `bench.end`; of all of it when it
    /// doesn't call them.
    pub(crate) time: Duration,
    /// Wall time from instantiation to the program's end.
    pub(crate) whole_time: Duration,
    pub(crate) output: Output,
    /// Fuel that the engine counted, if it did.
    pub(crate) fuel: u64,
    /// What was recorded, if it was.
    pub(crate) drained: Option<Drained>,
}

/// What a run leaves behind that others can see.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    /// How it ended, in words.
    pub(crate) exit: String,
}

impl Output {
    /// What differs first from `other`.
    pub(crate) fn difference(&self, other: &Output) -> Option<&'static str> {
        match () {
            () if self.exit != other.exit => Some("exit"),
            () if self.stdout != other.stdout => Some("stdout"),
            () if self.stderr != other.stderr => Some("stderr"),
            () => None,
        }
    }
}

/// What became of a recorded run's events.
pub(crate) struct Drained {
    pub(crate) report: DrainReport,
    /// Wall time from the guest's end until the trace was closed.
    pub(crate) close_time: Duration,
}

impl<'a> Compiled<'a> {
    /// Compiles `program` for one way to run it.
    pub(crate) fn new(program: &'a Program, way: Way) -> wasmtime::Result<Compiled<'a>> {
        let engine = Engine::new(&way.config())?;
        match way {
            Way::Recording => Compiled::recorded(program, engine),
            _ => Compiled::unrecorded(program, way, engine),
        }
    }

    /// Compiles `program` so that its fuel is the number of operators that it executes: those that
    /// Wasmtime prices count 1 each (`block`, `loop`, `end` and their like are free), and so does
    /// the entry of a function. What bulk operators do counts nothing.
    pub(crate) fn counting(program: &'a Program) -> wasmtime::Result<Compiled<'a>> {
        let mut costs = OperatorCost::new();
        costs.variable = NO_UNITS;
        let mut config = Way::Fuel.config();
        config.operator_cost(costs);
        Compiled::unrecorded(program, Way::Fuel, Engine::new(&config)?)
    }

    fn unrecorded(
        program: &'a Program,
        way: Way,
        engine: Engine,
    ) -> wasmtime::Result<Compiled<'a>> {
        let module = Module::new(&engine, &program.wasm)?;
        check_command(&module)?;
        Ok(Compiled { program, way, engine, module, recorded: None, discards: false })
    }

    fn recorded(program: &'a Program, engine: Engine) -> wasmtime::Result<Compiled<'a>> {
        let instrumented = instrument(program)?;
        let module = Module::new(&engine, &instrumented.wasm)?;
        check_command(&module)?;
        let header = Header {
            tool: TOOL.to_owned(),
            engine: recorder::engine::ENGINE.to_owned(),
            detail: Detail::Full,
            sample: None,
            program: program.name.clone(),
            arguments: Vec::new(),
            module: program.wasm.clone(),
            plan: instrumented.plan.clone(),
        };
        let recorded = Some(Recorded { instrumented, header });
        let way = Way::Recording;
        Ok(Compiled { program, way, engine, module, recorded, discards: false })
    }

    /// From now on throws away what is in a full ring, if the program is to be recorded. What recording costs then
    /// are the program's own instructions.
    pub(crate) fn discard(&mut self) {
        self.discards = true;
    }

    /// The instrumented program, if it's to be recorded.
    pub(crate) fn instrumented(&self) -> Option<&Instrumented> {
        self.recorded.as_ref().map(|recorded| &recorded.instrumented)
    }

    /// Bytes of the trace that are there before anything runs: module and plan, if it's to be
    /// recorded.
    pub(crate) fn header_bytes(&self) -> wasmtime::Result<u64> {
        let Some(recorded) = &self.recorded else { return Ok(0) };
        let mut bytes = Vec::new();
        TraceWriter::create(&mut bytes, &recorded.header)?;
        Ok(bytes.len() as u64)
    }

    /// Runs the program once.
    pub(crate) fn run(&self) -> wasmtime::Result<Run> {
        let (stdout, stderr) =
            (MemoryOutputPipe::new(usize::MAX), MemoryOutputPipe::new(usize::MAX));
        let mut context = self.program.wasi().context()?;
        context.stdout(stdout.clone()).stderr(stderr.clone());
        let guest = Guest { wasi: context.build_p1(), stopwatch: Stopwatch::default() };
        let mut store = Store::new(&self.engine, guest);
        match self.way {
            Way::Plain | Way::Recording => {}
            Way::Fuel => store.set_fuel(u64::MAX)?,
            Way::Epoch => store.set_epoch_deadline(FAR_AWAY),
        }
        let mut linker = self.linker(&mut store)?;
        let drain = self.recorded.as_ref().map(Drain::start).transpose()?;
        match &drain {
            Some(_) if self.discards => define_discard(&mut linker)?,
            Some(drain) => drain.stream.define(&mut linker)?,
            None => {}
        }

        let program = linker.instantiate_pre(&self.module)?;

        let start = Instant::now();
        let ended = call(&program, &mut store, drain.as_ref());
        let whole_time = start.elapsed();
        let fuel = if self.way == Way::Fuel { u64::MAX - store.get_fuel()? } else { 0 };
        let drained =
            drain.map(|drain| drain.finish(&mut store, &self.module, ended.as_ref().err()));
        let output = Output {
            stdout: stdout.contents().to_vec(),
            stderr: stderr.contents().to_vec(),
            exit: exit(&ended),
        };
        let time = store.data().stopwatch.total.unwrap_or(whole_time);
        Ok(Run { time, whole_time, output, fuel, drained: drained.transpose()? })
    }

    fn linker(&self, store: &mut Store<Guest>) -> wasmtime::Result<Linker<Guest>> {
        let mut linker = Linker::new(&self.engine);
        recorder::wasi::define(&mut linker, |guest: &mut Guest| &mut guest.wasi)?;
        Stopwatch::define(&mut linker)?;
        imports::define_unknown(&mut linker, store, &self.module, UnknownImports::Default)?;
        Ok(linker)
    }
}

/// Defines a flush that does nothing: the ring's events are gone.
fn define_discard(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let (module, name) = FLUSH_IMPORT;
    linker.func_wrap(module, name, |_: i32| {})?;
    Ok(())
}

/// What commands start with.
const START: &str = "_start";

fn call(
    program: &InstancePre<Guest>,
    store: &mut Store<Guest>,
    drain: Option<&Drain<'_>>,
) -> wasmtime::Result<()> {
    let instance = program.instantiate(&mut *store)?;
    if let Some(drain) = drain {
        drain.stream.attach(&mut *store, &instance)?;
    }
    instance.get_typed_func::<(), ()>(&mut *store, START)?.call(store, ())
}

/// Refuses what is no WASI command.
fn check_command(module: &Module) -> wasmtime::Result<()> {
    let is_start = |ty: FuncType| ty.params().len() == 0 && ty.results().len() == 0;
    let start = module.get_export(START).and_then(|ty| ty.func().cloned());
    ensure!(start.is_some_and(is_start), "it exports no function `{START}` without parameters");
    Ok(())
}

/// Plans and rewrites the program as recordings have it.
pub(crate) fn instrument(program: &Program) -> wasmtime::Result<Instrumented> {
    Ok(Instrumented::new(program.wasm.clone(), Slices::Chosen, DEFAULT_RING_BYTES)?)
}

/// How a program ended, in words that are the same in all ways to run it.
fn exit(ended: &wasmtime::Result<()>) -> String {
    let Err(error) = ended else { return "return".to_owned() };
    if let Some(I32Exit(code)) = error.downcast_ref() {
        return format!("exit with {code}");
    }
    match error.downcast_ref::<Trap>() {
        Some(trap) => trap.to_string(),
        None if error.is::<ThrownException>() => "uncaught exception".to_owned(),
        None => error.root_cause().to_string(),
    }
}

/// A recording of one run.
struct Drain<'a> {
    instrumented: &'a Instrumented,
    recording: Recording,
    stream: Stream,
}

impl<'a> Drain<'a> {
    fn start(recorded: &'a Recorded) -> wasmtime::Result<Drain<'a>> {
        let Recorded { instrumented, header } = recorded;
        let options =
            DrainOptions { ring_bytes: instrumented.ring_bytes, ..DrainOptions::default() };
        let recording = Recording::start(io::sink(), header, options)?;
        let stream = recording.stream(&instrumented.plan);
        Ok(Drain { instrumented, recording, stream })
    }

    fn finish(
        self,
        store: &mut Store<Guest>,
        module: &Module,
        error: Option<&wasmtime::Error>,
    ) -> wasmtime::Result<Drained> {
        let start = Instant::now();
        let outcome: Outcome = match error {
            None => outcome::returned(),
            Some(error) => outcome::of_error(error, self.instrumented, module),
        };
        self.stream.end_invocation(store, outcome);
        let report = self.recording.finish()?;
        Ok(Drained { report, close_time: start.elapsed() })
    }
}

/// What the store holds of a guest.
struct Guest {
    wasi: WasiP1Ctx,
    stopwatch: Stopwatch,
}

/// The imports `bench.start` and `bench.end` of programs that say which part of them counts.
#[derive(Default)]
struct Stopwatch {
    started: Option<Instant>,
    /// Time between the calls, of all pairs of them.
    total: Option<Duration>,
}

impl Stopwatch {
    fn define(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
        linker.func_wrap("bench", "start", |mut caller: Caller<'_, Guest>| {
            caller.data_mut().stopwatch.start();
        })?;
        linker.func_wrap("bench", "end", |mut caller: Caller<'_, Guest>| {
            caller.data_mut().stopwatch.end();
        })?;
        Ok(())
    }

    fn start(&mut self) {
        self.started = Some(Instant::now());
    }

    fn end(&mut self) {
        if let Some(started) = self.started.take() {
            *self.total.get_or_insert_default() += started.elapsed();
        }
    }
}

/// Prices nothing that depends on run-time values.
const NO_UNITS: VariableOperatorCost = VariableOperatorCost {
    memory_copy_per_byte: 0,
    memory_fill_per_byte: 0,
    memory_init_per_byte: 0,
    memory_grow_per_page: 0,
    table_copy_per_element: 0,
    table_fill_per_element: 0,
    table_init_per_element: 0,
    table_grow_per_element: 0,
    array_copy_per_element: 0,
    array_fill_per_element: 0,
    array_new_data_per_element: 0,
    array_init_data_per_element: 0,
    array_new_elem_per_element: 0,
    array_init_elem_per_element: 0,
    array_new_default_per_element: 0,
    array_new_per_element: 0,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_has_code_of_its_own() {
        let text = "(module (func (export \"_start\") (loop (br_if 0 (i32.const 0)))))";
        let program = Program::of_text("loop", text).unwrap();
        let compiled = Way::ALL.map(|way| Compiled::new(&program, way).unwrap());
        for (index, this) in compiled.iter().enumerate() {
            for other in &compiled[..index] {
                assert_ne!(this.module.text(), other.module.text(), "{:?}", this.way);
            }
        }
    }

    #[test]
    fn discarded_events_are_gone_but_for_the_last_ones() {
        let text = r#"(module (func $call) (table funcref (elem $call))
            (func (export "_start") (local i32) (loop (call_indirect (i32.const 0))
                (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 100000))))))"#;
        let program = Program::of_text("calls", text).unwrap();
        let mut compiled = Compiled::new(&program, Way::Recording).unwrap();
        let events =
            |compiled: &Compiled<'_>| compiled.run().unwrap().drained.unwrap().report.events;
        let all = events(&compiled);
        assert!(all >= 200_000, "{all}");
        compiled.discard();
        let left = events(&compiled);
        assert!(left > 0 && left <= u64::from(DEFAULT_RING_BYTES) / 2, "{left}");
    }

    #[test]
    fn operators_are_counted_without_what_they_do_in_bulk() {
        let text = r#"(module (memory 1) (func (export "_start")
            (memory.fill (i32.const 0) (i32.const 0) (i32.const 1000)) (nop)))"#;
        let program = Program::of_text("fill", text).unwrap();
        // Four operators and the entry of the function.
        assert_eq!(Compiled::counting(&program).unwrap().run().unwrap().fuel, 5);
        assert_eq!(Compiled::new(&program, Way::Fuel).unwrap().run().unwrap().fuel, 1005);
    }
}
