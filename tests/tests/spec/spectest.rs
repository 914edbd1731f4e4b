//! The host module `spectest` that the suite's modules import.

use tests::engine::failure;
use wasmtime::{
    Global, GlobalType, HeapType, Linker, Memory, MemoryType, Mutability, Ref, RefType,
    SharedMemory, Store, Table, TableType, Val, ValType,
};

/// Defines it.
pub(crate) fn define(store: &mut Store<()>, linker: &mut Linker<()>) -> anyhow::Result<()> {
    define_all(store, linker).map_err(failure)
}

fn define_all(store: &mut Store<()>, linker: &mut Linker<()>) -> wasmtime::Result<()> {
    const NAME: &str = "spectest";
    linker.func_wrap(NAME, "print", || {})?;
    linker.func_wrap(NAME, "print_i32", |_: i32| {})?;
    linker.func_wrap(NAME, "print_i64", |_: i64| {})?;
    linker.func_wrap(NAME, "print_f32", |_: f32| {})?;
    linker.func_wrap(NAME, "print_f64", |_: f64| {})?;
    linker.func_wrap(NAME, "print_i32_f32", |_: i32, _: f32| {})?;
    linker.func_wrap(NAME, "print_f64_f64", |_: f64, _: f64| {})?;
    for (name, ty, value) in [
        ("global_i32", ValType::I32, Val::I32(666)),
        ("global_i64", ValType::I64, Val::I64(666)),
        ("global_f32", ValType::F32, Val::F32(666.6_f32.to_bits())),
        ("global_f64", ValType::F64, Val::F64(666.6_f64.to_bits())),
    ] {
        let global = Global::new(&mut *store, GlobalType::new(ty, Mutability::Const), value)?;
        linker.define(&mut *store, NAME, name, global)?;
    }
    let functions = RefType::new(true, HeapType::Func);
    let table = TableType::new(functions.clone(), 10, Some(20));
    let table = Table::new(&mut *store, table, Ref::Func(None))?;
    linker.define(&mut *store, NAME, "table", table)?;
    let table = TableType::new64(functions, 10, Some(20));
    let table = Table::new(&mut *store, table, Ref::Func(None))?;
    linker.define(&mut *store, NAME, "table64", table)?;
    let memory = Memory::new(&mut *store, MemoryType::new(1, Some(2)))?;
    linker.define(&mut *store, NAME, "memory", memory)?;
    let shared = SharedMemory::new(store.engine(), MemoryType::shared(1, 2))?;
    linker.define(&mut *store, NAME, "shared_memory", shared)?;
    Ok(())
}
