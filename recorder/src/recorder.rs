//! One program, recorded from its start to its end.
//!
//! [`RecorderBuilder::build`] does everything that can be refused (validate, instrument, compile,
//! link), so that [`Recorder::run`] touches its output only for a program that will run.

use std::io::Write;
use std::time::Instant;

use formats::trace::{Detail, Header, OutcomeKind, Sample};
use slicer::bundles::Slices;
use wasmtime::{Linker, Module, Store, Val};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p1::WasiP1Ctx;

use crate::drain::{DrainOptions, Overflow, Recording};
use crate::imports::{self, UnknownImports};
use crate::instrumented::Instrumented;
use crate::interrupt::Interrupt;
use crate::invoke::{self, Call, INITIALIZE};
use crate::limits::DEFAULT_RING_BYTES;
use crate::receipt::Receipt;
use crate::stream::Stream;
use crate::wasi::{Directory, WasiOptions};
use crate::{Error, engine, outcome, wasi};

/// What traces say about the recorder.
pub const TOOL: &str = concat!("wf-record ", env!("CARGO_PKG_VERSION"));

/// A last word on the WASI context.
type WasiHook = Box<dyn FnOnce(&mut WasiCtxBuilder)>;

/// How a program is recorded. Start with [`Recorder::builder`].
#[must_use]
pub struct RecorderBuilder {
    module: Vec<u8>,
    wasi: WasiOptions,
    wasi_hook: Option<WasiHook>,
    invoke: Option<String>,
    unknown_imports: UnknownImports,
    slices: Slices,
    detail: Detail,
    sample: Option<Sample>,
    drain: DrainOptions,
    interrupt: Interrupt,
}

impl RecorderBuilder {
    /// The binary module.
    pub fn module(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.module = bytes.into();
        self
    }

    /// The program's name: argument 0 of the guest, and the trace's name for it.
    pub fn program(mut self, name: impl Into<String>) -> Self {
        self.wasi.program = name.into();
        self
    }

    /// The guest's arguments; with [`RecorderBuilder::invoke`] also those of the function.
    pub fn arguments(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.wasi.arguments.extend(words.into_iter().map(Into::into));
        self
    }

    /// An environment variable of the guest.
    pub fn environment(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.wasi.environment.push((name.into(), value.into()));
        self
    }

    /// A directory that the guest may use.
    pub fn directory(mut self, directory: Directory) -> Self {
        self.wasi.directories.push(directory);
        self
    }

    /// Fixed clocks and random numbers.
    pub fn deterministic(mut self, seed: u64) -> Self {
        self.wasi.seed = Some(seed);
        self
    }

    /// Changes the WASI context last of all, for instance its standard streams.
    pub fn wasi(mut self, change: impl FnOnce(&mut WasiCtxBuilder) + 'static) -> Self {
        self.wasi_hook = Some(Box::new(change));
        self
    }

    /// The exported function to call instead of `_start`, with the guest's arguments parsed by the
    /// types of its parameters.
    pub fn invoke(mut self, export: impl Into<String>) -> Self {
        self.invoke = Some(export.into());
        self
    }

    /// What imports become that WASI doesn't define.
    pub fn unknown_imports(mut self, policy: UnknownImports) -> Self {
        self.unknown_imports = policy;
        self
    }

    /// Which slices the program is recorded for.
    pub fn slices(mut self, slices: Slices) -> Self {
        self.slices = slices;
        self
    }

    /// What the trace keeps of the events.
    pub fn detail(mut self, detail: Detail) -> Self {
        self.detail = detail;
        self
    }

    /// Keeps only some of the segments, and of the others how many events they had: enough for an
    /// estimate.
    pub fn sample(mut self, sample: Sample) -> Self {
        self.sample = Some(sample);
        self
    }

    /// Size of the ring. Its memory has as many whole pages of 64 KiB.
    pub fn ring_bytes(mut self, bytes: u32) -> Self {
        self.drain.ring_bytes = bytes;
        self
    }

    /// What the guest does when the writer can't keep up.
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.drain.overflow = overflow;
        self
    }

    /// Bytes that the trace may have.
    pub fn max_trace_bytes(mut self, bytes: u64) -> Self {
        self.drain.max_trace_bytes = Some(bytes);
        self
    }

    /// What can end the recording before the program ends.
    pub fn interrupt(mut self, interrupt: &Interrupt) -> Self {
        self.interrupt = interrupt.clone();
        self
    }

    /// Validates, instruments, compiles and links the program.
    ///
    /// # Errors
    ///
    /// When the module or what it was given doesn't allow it to be run and recorded.
    pub fn build(mut self) -> Result<Recorder, Error> {
        let instrumented = Instrumented::new(self.module, self.slices, self.drain.ring_bytes)?;
        self.drain.ring_bytes = instrumented.ring_bytes;
        let engine = engine::engine()?;
        let module = Module::new(&engine, &instrumented.wasm)
            .map_err(|error| Error::Compile(format!("{error:#}")))?;
        if module.imports().filter(imports::is_flush).count() > 1 {
            return Err(Error::AlreadyInstrumented);
        }
        let invoke = self.invoke.as_deref();
        let call = invoke::call(&module, invoke, &self.wasi.arguments, instrumented.has_start)?;
        let mut context = self.wasi.context()?;
        if let Some(change) = self.wasi_hook {
            change(&mut context);
        }
        let mut store = Store::new(&engine, context.build_p1());
        let mut linker = Linker::new(&engine);
        wasi::define(&mut linker, |context| context)?;
        imports::define_unknown(&mut linker, &mut store, &module, self.unknown_imports)?;
        check_links(&linker, &module)?;
        let header = Header {
            tool: TOOL.to_owned(),
            engine: engine::ENGINE.to_owned(),
            detail: self.detail,
            sample: self.sample,
            program: self.wasi.program,
            arguments: self.wasi.arguments,
            module: instrumented.original.clone(),
            plan: instrumented.plan.clone(),
        };
        let (drain, interrupt) = (self.drain, self.interrupt);
        Ok(Recorder { instrumented, module, store, linker, call, header, drain, interrupt })
    }
}

/// Links `module` with a stand-in for the recorder's own import, to see whether the others fit.
fn check_links(linker: &Linker<WasiP1Ctx>, module: &Module) -> Result<(), Error> {
    let mut linker = linker.clone();
    let (flush_module, flush_name) = crate::instrument::FLUSH_IMPORT;
    linker.func_wrap(flush_module, flush_name, |_: i32| {}).map_err(Error::link)?;
    linker.instantiate_pre(module).map_err(Error::link)?;
    Ok(())
}

/// A program that is ready to run and to be recorded.
pub struct Recorder {
    instrumented: Instrumented,
    module: Module,
    store: Store<WasiP1Ctx>,
    linker: Linker<WasiP1Ctx>,
    call: Option<Call>,
    header: Header,
    drain: DrainOptions,
    interrupt: Interrupt,
}

impl Recorder {
    /// Says how a program is to be recorded.
    pub fn builder() -> RecorderBuilder {
        RecorderBuilder {
            module: Vec::new(),
            wasi: WasiOptions::default(),
            wasi_hook: None,
            invoke: None,
            unknown_imports: UnknownImports::default(),
            slices: Slices::default(),
            detail: Detail::default(),
            sample: None,
            drain: DrainOptions { ring_bytes: DEFAULT_RING_BYTES, ..DrainOptions::default() },
            interrupt: Interrupt::default(),
        }
    }

    /// What was instrumented.
    pub fn instrumented(&self) -> &Instrumented {
        &self.instrumented
    }

    /// Runs the program to its end and writes its trace to `output`.
    ///
    /// The trace has one stream, and one outcome at its end. Whatever the program does, and also
    /// when the trace can't be written to its end, there is a receipt.
    ///
    /// # Errors
    ///
    /// When the recording can't start: then nothing was run.
    pub fn run<W: Write + Send + 'static>(mut self, output: W) -> Result<Receipt, Error> {
        let recording = Recording::start(output, &self.header, self.drain)?;
        let stream = recording.stream(&self.instrumented.plan);
        stream.define(&mut self.linker)?;
        stream.interrupt(&self.interrupt);
        self.interrupt.begin(recording.closer(stream.number()));
        let start = Instant::now();
        let ended = self.execute(&stream);
        let guest_time = start.elapsed();
        let (outcome, crash) = match &ended {
            Ok(_) => (outcome::returned(), None),
            Err(error) => {
                let outcome = outcome::of_error(error, &self.instrumented, &self.module);
                let crashed = !matches!(outcome.kind, OutcomeKind::Exit | OutcomeKind::Unknown);
                let crash =
                    crashed.then(|| outcome::crash(error, &self.instrumented, &self.module));
                (outcome, crash)
            }
        };
        stream.end_invocation(&mut self.store, outcome.clone());
        let drain = recording.finish();
        self.interrupt.end();
        Ok(Receipt { outcome, results: ended.unwrap_or_default(), crash, guest_time, drain })
    }

    fn execute(&mut self, stream: &Stream) -> wasmtime::Result<Vec<String>> {
        let instance = self.linker.instantiate(&mut self.store, &self.module)?;
        stream.attach(&mut self.store, &instance).map_err(wasmtime::Error::new)?;
        if let Some(initialize) = instance.get_func(&mut self.store, INITIALIZE) {
            initialize.typed::<(), ()>(&self.store)?.call(&mut self.store, ())?;
        }
        let Some(call) = &self.call else { return Ok(Vec::new()) };
        let function = instance
            .get_func(&mut self.store, &call.function)
            .expect("the call was made from the module's exports");
        let mut results = vec![Val::I32(0); call.results];
        function.call(&mut self.store, &call.arguments, &mut results)?;
        Ok(results.iter().map(|value| invoke::print(value).into_owned()).collect())
    }
}
