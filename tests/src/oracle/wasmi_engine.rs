//! Oracle (c): the counting module of [`super::counter`] under a second engine, wasmi.
//!
//! wasmi has no WASI of the same kind, and two implementations would behave differently: so every
//! WASI call goes to Wasmtime's. A tiny shim module in a Wasmtime store wraps each WASI function
//! that the program imports; before a call the guest's memory is copied to the shim's memory, and
//! back after it.
//!
//! wasmi knows Wasm 2.0, tail calls, several memories, 64-bit memories, extended constants,
//! relaxed SIMD and wide arithmetic. It knows no GC, no exceptions, no typed function references and
//! no threads: a module that has them is [`Outcome::Refused`].

use anyhow::{Result, anyhow, bail};
use wasm_encoder as encoder;
use wasmi::{
    Caller, Config, Engine, Error, Extern, ExternType, FuncType, Instance, Linker, Module,
    Nullable, Store, TrapCode, Val, ValType,
};
use wasmtime::Trap;
use wasmtime_wasi::I32Exit;

use super::counter::{Count, Counted, CountedRun};
use crate::engine::{self, Host};
use crate::observation::{Ending, Observation, digest};
use crate::program::{Call, Program, Run, Value};
use crate::wasi::{self, Outputs};

/// Calls that may nest: more than Wasmtime's native stack allows.
const MAX_RECURSION: usize = 1 << 20;
/// Bytes of wasmi's value stack.
const MAX_STACK_BYTES: usize = 1 << 28;
/// Bytes of a page of the shim's memory.
const PAGE_BYTES: usize = 1 << 16;
/// WASI functions that read and write no guest memory.
const WITHOUT_POINTERS: [&str; 8] = [
    "fd_close",
    "fd_datasync",
    "fd_sync",
    "fd_advise",
    "fd_allocate",
    "fd_renumber",
    "proc_exit",
    "sched_yield",
];
/// Exports that start like this are ours, not the program's.
const OUR_EXPORTS: &str = "wf.";

/// Whether wasmi ran the module.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It did.
    Ran(CountedRun),
    /// It does not know a proposal that the module uses; the reason it gave.
    Refused(String),
}

/// Runs the counting module `counted` of `program`.
///
/// # Errors
///
/// When the module lacks an import, or a counter.
pub fn run(program: &Program, counted: &Counted) -> Result<Outcome> {
    let mut config = Config::default();
    config
        .wasm_wide_arithmetic(true)
        .wasm_custom_page_sizes(true)
        .set_max_recursion_depth(MAX_RECURSION)
        .set_max_stack_height(MAX_STACK_BYTES);
    let engine = Engine::new(&config);
    let module = match Module::new(&engine, &counted.wasm) {
        Ok(module) => module,
        Err(error) => return Ok(Outcome::Refused(error.to_string())),
    };
    let (bridge, outputs) = Bridge::new(program, &module)?;
    let mut store = Store::new(&engine, bridge);
    let linker = linker(&engine, &module, program)?;
    let instance = linker
        .instantiate_and_start(&mut store, &module)
        .map_err(|error| anyhow!("wasmi cannot instantiate {}: {error}", program.name))?;
    let (mut totals, mut calls) = (Vec::new(), Vec::new());
    let mut endings = Vec::new();
    // As if the start function ran within instantiation: when it fails, there is no instance.
    let mut instantiated = true;
    let start = counted.start.as_deref().map(|name| Call::new(name, &[]));
    for call in start.iter().chain(&program.invocations()) {
        let ending = invoke(&mut store, &instance, call);
        let counts = counts(&store, &instance, counted)?;
        totals.push(counts.iter().map(|count| count.total).collect());
        calls.push(counts.first().map_or(0, Count::all_calls));
        let in_start = start.as_ref().is_some_and(|start| start.export == call.export);
        let failed_start = in_start && !matches!(ending, Ending::Return(_));
        instantiated = !failed_start;
        let stop = failed_start || ending.is_final();
        endings.push(ending);
        if stop {
            break;
        }
    }
    let counts = counts(&store, &instance, counted)?;
    let state = if instantiated { state(&store, &instance) } else { Vec::new() };
    let observation =
        Observation { stdout: outputs.stdout(), stderr: outputs.stderr(), endings, state };
    Ok(Outcome::Ran(CountedRun { observation, counts, totals, calls }))
}

fn counts(store: &Store<Bridge>, instance: &Instance, counted: &Counted) -> Result<Vec<Count>> {
    counted.counts(|name| match instance.get_global(store, name)?.get(store) {
        Val::I64(value) => Some(value),
        _ => None,
    })
}

fn linker(engine: &Engine, module: &Module, program: &Program) -> Result<Linker<Bridge>> {
    let zeros = matches!(&program.run, Run::Command(command) if command.default_imports);
    let mut linker = Linker::new(engine);
    for import in module.imports() {
        let ExternType::Func(ty) = import.ty() else {
            bail!("import {}.{} is not a function", import.module(), import.name())
        };
        let name = import.name().to_owned();
        let defined = if import.module() == wasi::MODULE {
            let copies = !WITHOUT_POINTERS.contains(&import.name());
            linker.func_new(
                import.module(),
                import.name(),
                ty.clone(),
                move |caller, inputs, outputs| forward(caller, &name, copies, inputs, outputs),
            )
        } else if zeros {
            linker.func_new(import.module(), import.name(), ty.clone(), |_, _, _| Ok(()))
        } else {
            bail!("nobody provides {}.{}", import.module(), import.name())
        };
        // One function may be imported twice.
        let _ = defined;
    }
    Ok(linker)
}

/// Wasmtime's side of the WASI calls.
struct Bridge {
    store: wasmtime::Store<Host>,
    shim: wasmtime::Instance,
}

impl Bridge {
    fn new(program: &Program, module: &Module) -> Result<(Bridge, Outputs)> {
        let engine = engine::of_oracles(program)?;
        let (context, outputs) = wasi::world(program)?;
        let mut store = wasmtime::Store::new(engine, Host { wasi: context });
        let shim = wasmtime::Module::new(engine, shim(module)?).map_err(engine::failure)?;
        let mut linker = wasmtime::Linker::new(engine);
        recorder::wasi::define(&mut linker, |host: &mut Host| &mut host.wasi)?;
        let shim = linker.instantiate(&mut store, &shim).map_err(engine::failure)?;
        Ok((Bridge { store, shim }, outputs))
    }

    /// The shim's memory, made at least as large as the guest's.
    fn memory(&mut self, bytes: usize) -> Result<&mut [u8], Error> {
        let memory = self
            .shim
            .get_memory(&mut self.store, "memory")
            .ok_or_else(|| Error::new("the shim has no memory"))?;
        let missing = bytes.saturating_sub(memory.data_size(&self.store)).div_ceil(PAGE_BYTES);
        if missing > 0 {
            memory
                .grow(&mut self.store, missing as u64)
                .map_err(|error| Error::new(format!("growing the shim's memory: {error}")))?;
        }
        Ok(&mut memory.data_mut(&mut self.store)[..bytes])
    }

    fn call(&mut self, name: &str, inputs: &[Val], outputs: &mut [Val]) -> Result<(), Error> {
        let function = self
            .shim
            .get_func(&mut self.store, name)
            .ok_or_else(|| Error::new(format!("the shim has no function {name}")))?;
        let inputs: Vec<_> = inputs.iter().map(to_wasmtime).collect::<Result<_, _>>()?;
        let mut results = vec![wasmtime::Val::I32(0); outputs.len()];
        match function.call(&mut self.store, &inputs, &mut results) {
            Ok(()) => {}
            Err(error) => match error.downcast_ref::<I32Exit>() {
                Some(exit) => return Err(Error::i32_exit(exit.0)),
                None => return Err(Error::new(format!("{error:#}"))),
            },
        }
        for (output, result) in outputs.iter_mut().zip(results) {
            *output = match result {
                wasmtime::Val::I32(value) => Val::I32(value),
                wasmtime::Val::I64(value) => Val::I64(value),
                other => return Err(Error::new(format!("WASI functions give no {other:?}"))),
            };
        }
        Ok(())
    }
}

fn to_wasmtime(value: &Val) -> Result<wasmtime::Val, Error> {
    match value {
        Val::I32(value) => Ok(wasmtime::Val::I32(*value)),
        Val::I64(value) => Ok(wasmtime::Val::I64(*value)),
        other => Err(Error::new(format!("WASI functions take no {other:?}"))),
    }
}

fn forward(
    mut caller: Caller<'_, Bridge>,
    name: &str,
    copies: bool,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Error> {
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    let Some(memory) = memory.filter(|_| copies) else {
        return caller.data_mut().call(name, inputs, outputs);
    };
    let (guest, bridge) = memory.data_and_store_mut(&mut caller);
    bridge.memory(guest.len())?.copy_from_slice(guest);
    let result = bridge.call(name, inputs, outputs);
    guest.copy_from_slice(bridge.memory(guest.len())?);
    result
}

/// A module that imports the WASI functions which `module` imports, and exports for each a
/// function that calls it, and a memory.
fn shim(module: &Module) -> Result<Vec<u8>> {
    let mut wrapped: Vec<(String, FuncType)> = Vec::new();
    for import in module.imports().filter(|import| import.module() == wasi::MODULE) {
        if let ExternType::Func(ty) = import.ty()
            && !wrapped.iter().any(|(name, _)| name == import.name())
        {
            wrapped.push((import.name().to_owned(), ty.clone()));
        }
    }
    let mut types = encoder::TypeSection::new();
    let mut imports = encoder::ImportSection::new();
    let mut functions = encoder::FunctionSection::new();
    let mut exports = encoder::ExportSection::new();
    let mut code = encoder::CodeSection::new();
    for (index, (name, ty)) in wrapped.iter().enumerate() {
        let index = index as u32;
        let (parameters, results) = (types_of(ty.params())?, types_of(ty.results())?);
        let parameter_count = parameters.len() as u32;
        types.ty().function(parameters, results);
        imports.import(wasi::MODULE, name, encoder::EntityType::Function(index));
        functions.function(index);
        exports.export(name, encoder::ExportKind::Func, wrapped.len() as u32 + index);
        let mut body = encoder::Function::new([]);
        for parameter in 0..parameter_count {
            body.instruction(&encoder::Instruction::LocalGet(parameter));
        }
        body.instruction(&encoder::Instruction::Call(index));
        body.instruction(&encoder::Instruction::End);
        code.function(&body);
    }
    let mut memories = encoder::MemorySection::new();
    memories.memory(encoder::MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    exports.export("memory", encoder::ExportKind::Memory, 0);
    let mut shim = encoder::Module::new();
    shim.section(&types)
        .section(&imports)
        .section(&functions)
        .section(&memories)
        .section(&exports)
        .section(&code);
    Ok(shim.finish())
}

fn types_of(types: &[ValType]) -> Result<Vec<encoder::ValType>> {
    let convert = |ty: &ValType| match ty {
        ValType::I32 => Ok(encoder::ValType::I32),
        ValType::I64 => Ok(encoder::ValType::I64),
        other => bail!("WASI functions have no {other:?}"),
    };
    types.iter().map(convert).collect()
}

fn invoke(store: &mut Store<Bridge>, instance: &Instance, call: &Call) -> Ending {
    let Some(function) = instance.get_func(&*store, &call.export) else {
        return Ending::Other(format!("no exported function `{}`", call.export));
    };
    let ty = function.ty(&*store);
    let mut inputs = Vec::new();
    for (index, ty) in ty.params().iter().enumerate() {
        match call.arguments.get(index).map(|&argument| to_wasmi(argument, *ty)) {
            Some(value) => inputs.push(value),
            None => return Ending::Other(format!("no argument {index} for `{}`", call.export)),
        }
    }
    let mut outputs: Vec<Val> = ty.results().iter().map(|&ty| Val::default_for_ty(ty)).collect();
    match function.call(store, &inputs, &mut outputs) {
        Ok(()) => Ending::Return(outputs.iter().map(from_wasmi).collect()),
        Err(error) => ending(&error),
    }
}

fn ending(error: &Error) -> Ending {
    if let Some(code) = error.i32_exit_status() {
        return Ending::Exit(code);
    }
    match error.as_trap_code() {
        Some(TrapCode::UnreachableCodeReached) => Ending::Trap(Trap::UnreachableCodeReached),
        Some(TrapCode::MemoryOutOfBounds) => Ending::Trap(Trap::MemoryOutOfBounds),
        Some(TrapCode::TableOutOfBounds) => Ending::Trap(Trap::TableOutOfBounds),
        Some(TrapCode::IndirectCallToNull) => Ending::Trap(Trap::IndirectCallToNull),
        Some(TrapCode::IntegerDivisionByZero) => Ending::Trap(Trap::IntegerDivisionByZero),
        Some(TrapCode::IntegerOverflow) => Ending::Trap(Trap::IntegerOverflow),
        Some(TrapCode::BadConversionToInteger) => Ending::Trap(Trap::BadConversionToInteger),
        Some(TrapCode::StackOverflow) => Ending::Trap(Trap::StackOverflow),
        Some(TrapCode::BadSignature) => Ending::Trap(Trap::BadSignature),
        _ => Ending::Other(error.to_string()),
    }
}

fn state(store: &Store<Bridge>, instance: &Instance) -> Vec<(String, String)> {
    let describe = |export: Extern| match export {
        Extern::Memory(memory) => Some(digest(memory.data(store))),
        Extern::Global(global) => Some(format!("{:?}", from_wasmi(&global.get(store)))),
        Extern::Table(table) => Some(format!("{} elements", table.size(store))),
        Extern::Func(_) => None,
    };
    let mut state: Vec<_> = instance
        .exports(store)
        .filter(|export| !export.name().starts_with(OUR_EXPORTS))
        .filter_map(|export| Some((export.name().to_owned(), describe(export.into_extern())?)))
        .collect();
    state.sort();
    state
}

fn to_wasmi(value: Value, ty: ValType) -> Val {
    match value {
        Value::I32(value) => Val::I32(value),
        Value::I64(value) => Val::I64(value),
        Value::F32(bits) => Val::F32(f32::from_bits(bits).into()),
        Value::F64(bits) => Val::F64(f64::from_bits(bits).into()),
        Value::V128(bits) => Val::V128(bits.into()),
        Value::Reference { .. } => Val::default_for_ty(ty),
    }
}

fn from_wasmi(value: &Val) -> Value {
    let reference = |null| Value::Reference { null };
    match value {
        Val::I32(value) => Value::I32(*value),
        Val::I64(value) => Value::I64(*value),
        Val::F32(value) => Value::F32(value.to_bits()).canonical(),
        Val::F64(value) => Value::F64(value.to_bits()).canonical(),
        Val::V128(value) => Value::V128(value.as_u128()),
        Val::FuncRef(value) => reference(matches!(value, Nullable::Null)),
        Val::ExternRef(value) => reference(matches!(value, Nullable::Null)),
    }
}
