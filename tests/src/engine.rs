//! Runs a program under Wasmtime and observes it.
//!
//! Takes a module, which need not be the program's own but may be a rewritten one, and gives an
//! [`Observation`]. An [`Observer`] looks at the store after each invocation: so oracles read
//! their counters, and the recorder drains its ring.

use std::sync::OnceLock;

use anyhow::{Result, anyhow};
use wasmtime::{
    AsContextMut, Config, Engine, Error, Extern, Instance, Linker, Module, OptLevel, Store,
    ThrownException, Trap, Val,
};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p1::WasiP1Ctx;

use crate::observation::{Ending, Observation, digest};
use crate::oracle::counter;
use crate::program::{Call, Program, Run, Value};
use crate::wasi::{self, Outputs};

/// Exports that start like this are ours, not the program's.
const OUR_EXPORTS: &str = "wf.";

/// All that a program's collected heap may take: random programs fill what they get.
const MAX_GC_HEAP_BYTES: u64 = 64 << 20;

/// What a store of a run holds.
pub struct Host {
    /// The program's WASI world.
    pub wasi: WasiP1Ctx,
}

/// An engine as the recorder has it, with `configure` applied.
///
/// # Errors
///
/// When the configuration is contradictory.
pub fn engine(configure: impl FnOnce(&mut Config)) -> Result<Engine> {
    let mut config = recorder::engine::config();
    config
        .relaxed_simd_deterministic(true)
        .gc_heap_reservation(MAX_GC_HEAP_BYTES)
        .gc_heap_may_move(false);
    configure(&mut config);
    Engine::new(&config).map_err(failure)
}

/// The engine that instrumented modules run under, and whatever else wants the recorder's configuration:
/// made once for all threads.
///
/// # Errors
///
/// When Wasmtime does not support the machine.
pub fn shared() -> Result<&'static Engine> {
    static SHARED: OnceLock<Engine> = OnceLock::new();
    made_once(&SHARED, || engine(|_| ()))
}

/// The engine that oracles run `program` under.
///
/// # Errors
///
/// When Wasmtime does not support the machine.
pub fn of_oracles(program: &Program) -> Result<&'static Engine> {
    static HASTY: OnceLock<Engine> = OnceLock::new();
    match program.is_brief {
        true => made_once(&HASTY, || engine(compile_hastily)),
        false => shared(),
    }
}

fn made_once(place: &OnceLock<Engine>, make: impl FnOnce() -> Result<Engine>) -> Result<&Engine> {
    match place.get() {
        Some(engine) => Ok(engine),
        None => {
            let made = make()?;
            Ok(place.get_or_init(|| made))
        }
    }
}

/// Makes an engine compile quickly, whatever becomes of the code: what a program does and costs does not
/// depend on it.
pub fn compile_hastily(config: &mut Config) {
    config.cranelift_opt_level(OptLevel::None).parallel_compilation(false);
}

/// A Wasmtime error as one that this crate's functions return.
pub fn failure(error: Error) -> anyhow::Error {
    anyhow!("{error:#}")
}

/// What watches a run: an oracle, or the recorder.
pub trait Observer {
    /// Before instantiation: may define what a rewritten module imports.
    ///
    /// # Errors
    ///
    /// When it cannot.
    fn link(&mut self, _linker: &mut Linker<Host>) -> Result<()> {
        Ok(())
    }

    /// After instantiation, before the first call.
    ///
    /// # Errors
    ///
    /// When the instance is not as expected.
    fn ready(&mut self, _store: &mut Store<Host>, _instance: &Instance) -> Result<()> {
        Ok(())
    }

    /// After each invocation; a start function that runs within instantiation is one.
    ///
    /// # Errors
    ///
    /// When the instance is not as expected.
    fn ended(&mut self, _store: &mut Store<Host>, _end: &End<'_>) -> Result<()> {
        Ok(())
    }
}

/// The end of an invocation.
pub struct End<'a> {
    /// The module that runs.
    pub module: &'a Module,
    /// Its instance, unless the start function failed.
    pub instance: Option<&'a Instance>,
    /// What ended the invocation if it did not return.
    pub error: Option<&'a Error>,
}

/// Watches nothing.
struct Nobody;

impl Observer for Nobody {}

/// Runs the program's own module.
///
/// # Errors
///
/// When the program cannot be compiled or lacks an import.
pub fn run_plain(program: &Program) -> Result<Observation> {
    run(of_oracles(program)?, &program.wasm, None, program, &mut Nobody)
}

/// Runs `wasm` as `program` says; `start` names an export to call before everything else.
///
/// # Errors
///
/// When the module cannot be compiled or lacks an import, or when `observer` fails. A trap is not
/// an error but an [`Ending`].
pub fn run(
    engine: &Engine,
    wasm: &[u8],
    start: Option<&str>,
    program: &Program,
    observer: &mut impl Observer,
) -> Result<Observation> {
    let module = Module::new(engine, wasm).map_err(failure)?;
    run_compiled(&module, wasm, start, program, observer)
}

/// Runs `wasm`, of which `module` is made, as [`run`] does.
///
/// # Errors
///
/// When the module lacks an import, or when `observer` fails.
pub fn run_compiled(
    module: &Module,
    wasm: &[u8],
    start: Option<&str>,
    program: &Program,
    observer: &mut impl Observer,
) -> Result<Observation> {
    let (context, outputs) = wasi::world(program)?;
    let mut store = Store::new(module.engine(), Host { wasi: context });
    // Only engines that consume fuel have a tank to fill.
    let _ = store.set_fuel(u64::MAX);
    let mut linker = Linker::new(store.engine());
    recorder::wasi::define(&mut linker, |host: &mut Host| &mut host.wasi)?;
    observer.link(&mut linker)?;
    if matches!(&program.run, Run::Command(command) if command.default_imports) {
        linker.define_unknown_imports_as_default_values(&mut store, module).map_err(failure)?;
    }
    let has_start = has_start_section(wasm)?;
    let instance = match linker.instantiate(&mut store, module) {
        Ok(instance) => instance,
        Err(error)
            if has_start
                && is_guest_failure(&error)
                && instantiates_without_start(&mut store, &linker, wasm)? =>
        {
            let end = End { module, instance: None, error: Some(&error) };
            observer.ended(&mut store, &end)?;
            store.take_pending_exception();
            return Ok(observe(&mut store, None, &outputs, vec![ending(&error)]));
        }
        Err(error) => return Err(failure(error)),
    };
    observer.ready(&mut store, &instance)?;
    let mut endings = Vec::new();
    if has_start {
        let end = End { module, instance: Some(&instance), error: None };
        observer.ended(&mut store, &end)?;
        endings.push(Ending::Return(Vec::new()));
    }
    let start = start.map(|name| Call::new(name, &[]));
    for (number, call) in start.iter().chain(&program.invocations()).enumerate() {
        let (ending, error) = invoke(&mut store, &instance, call);
        let end = End { module, instance: Some(&instance), error: error.as_ref() };
        observer.ended(&mut store, &end)?;
        let failed_start = number == 0 && start.is_some() && !matches!(ending, Ending::Return(_));
        endings.push(ending);
        if failed_start {
            // As if the start function had run within instantiation: there is no instance.
            return Ok(observe(&mut store, None, &outputs, endings));
        }
        if endings.last().is_some_and(Ending::is_final) {
            break;
        }
    }
    Ok(observe(&mut store, Some(&instance), &outputs, endings))
}

fn has_start_section(wasm: &[u8]) -> Result<bool> {
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        if let wasmparser::Payload::StartSection { .. } = payload? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether it is the start function that fails an instantiation, and not a segment or a constant
/// expression: those are no invocation.
fn instantiates_without_start(
    store: &mut Store<Host>,
    linker: &Linker<Host>,
    wasm: &[u8],
) -> Result<bool> {
    let exposed = counter::rewrite(wasm, &[])?;
    let module = Module::new(store.engine(), &exposed.wasm).map_err(failure)?;
    Ok(linker.instantiate(store, &module).is_ok())
}

/// Whether the guest's own code failed, as opposed to its linking.
fn is_guest_failure(error: &Error) -> bool {
    error.is::<Trap>() || error.is::<I32Exit>() || error.is::<ThrownException>()
}

/// Calls an export and tells how that ended, with the error if it did not return.
fn invoke(store: &mut Store<Host>, instance: &Instance, call: &Call) -> (Ending, Option<Error>) {
    let other = |message| (Ending::Other(message), None);
    let Some(function) = instance.get_func(&mut *store, &call.export) else {
        return other(format!("no exported function `{}`", call.export));
    };
    let ty = function.ty(&*store);
    let mut values = Vec::new();
    for (index, ty) in ty.params().enumerate() {
        match call.arguments.get(index).and_then(|&argument| to_wasmtime(argument, &ty)) {
            Some(value) => values.push(value),
            None => return other(format!("no argument {index} for `{}`", call.export)),
        }
    }
    let mut results = vec![Val::I32(0); ty.results().len()];
    match function.call(&mut *store, &values, &mut results) {
        Ok(()) => (Ending::Return(results.iter().map(from_wasmtime).collect()), None),
        Err(error) => {
            // The exception stays in the store until it is taken.
            store.take_pending_exception();
            (ending(&error), Some(error))
        }
    }
}

/// How an invocation ended that ended with `error`.
pub fn ending(error: &Error) -> Ending {
    if let Some(trap) = error.downcast_ref::<Trap>() {
        Ending::Trap(*trap)
    } else if let Some(exit) = error.downcast_ref::<I32Exit>() {
        Ending::Exit(exit.0)
    } else if error.is::<ThrownException>() {
        Ending::Exception
    } else {
        Ending::Other(format!("{error:#}"))
    }
}

fn observe(
    store: &mut Store<Host>,
    instance: Option<&Instance>,
    outputs: &Outputs,
    endings: Vec<Ending>,
) -> Observation {
    let state = instance.map(|instance| state(store, instance)).unwrap_or_default();
    Observation { stdout: outputs.stdout(), stderr: outputs.stderr(), endings, state }
}

/// The program's exported memories and globals, by name, sorted.
pub fn state(mut store: impl AsContextMut, instance: &Instance) -> Vec<(String, String)> {
    let exports: Vec<(String, Extern)> = instance
        .exports(&mut store)
        .map(|export| (export.name().to_owned(), export.into_extern()))
        .filter(|(name, _)| !name.starts_with(OUR_EXPORTS))
        .collect();
    let mut state: Vec<_> = exports
        .into_iter()
        .filter_map(|(name, export)| Some((name, describe(&mut store, export)?)))
        .collect();
    state.sort();
    state
}

fn describe(mut store: impl AsContextMut, export: Extern) -> Option<String> {
    match export {
        Extern::Memory(memory) => Some(digest(memory.data(&store))),
        Extern::Global(global) => {
            Some(format!("{:?}", from_wasmtime(&global.get(&mut store)).canonical()))
        }
        Extern::Table(table) => Some(format!("{} elements", table.size(&store))),
        _ => None,
    }
}

/// The value as Wasmtime's, for a parameter of type `ty`.
fn to_wasmtime(value: Value, ty: &wasmtime::ValType) -> Option<Val> {
    Some(match value {
        Value::I32(value) => Val::I32(value),
        Value::I64(value) => Val::I64(value),
        Value::F32(bits) => Val::F32(bits),
        Value::F64(bits) => Val::F64(bits),
        Value::V128(bits) => Val::V128(bits.into()),
        Value::Reference { .. } => return Val::default_for_ty(ty),
    })
}

/// The value in a form that can be compared.
pub fn from_wasmtime(value: &Val) -> Value {
    match value {
        Val::I32(value) => Value::I32(*value),
        Val::I64(value) => Value::I64(*value),
        Val::F32(bits) => Value::F32(*bits).canonical(),
        Val::F64(bits) => Value::F64(*bits).canonical(),
        Val::V128(bits) => Value::V128(bits.as_u128()),
        Val::FuncRef(reference) => Value::Reference { null: reference.is_none() },
        Val::ExternRef(reference) => Value::Reference { null: reference.is_none() },
        Val::AnyRef(reference) => Value::Reference { null: reference.is_none() },
        Val::ExnRef(reference) => Value::Reference { null: reference.is_none() },
        Val::ContRef(reference) => Value::Reference { null: reference.is_none() },
    }
}

/// The value of an exported `i64` global.
pub fn read_global(mut store: impl AsContextMut, instance: &Instance, name: &str) -> Option<i64> {
    instance.get_global(&mut store, name)?.get(&mut store).i64()
}
