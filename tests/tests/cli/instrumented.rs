//! `wf-record --emit-instrumented`: a module that any engine can run, given one import.

use std::collections::BTreeSet;

use tests::engine::failure;
use wasmtime::{Caller, Config, Engine, Extern, Linker, Module, Store, Val};

use crate::binaries::{Runs, wf_record};
use crate::folder::Folder;

const PROGRAM: &str = r#"(module
  (memory (export "memory") 1)
  (global (export "calls") (mut i32) (i32.const 0))
  (func $fibonacci (export "fibonacci") (param i32) (result i32)
    global.get 0 i32.const 1 i32.add global.set 0
    local.get 0 i32.const 2 i32.lt_u
    if local.get 0 return end
    local.get 0 i32.const 1 i32.sub call $fibonacci
    local.get 0 i32.const 2 i32.sub call $fibonacci
    i32.add))"#;

/// Runs `fibonacci(20)` of an instrumented module with the documented interface alone and gives
/// the result, the value of the exported global `calls`, and how many bytes of events there were.
fn run_instrumented(wasm: &[u8]) -> anyhow::Result<(i32, i32, u64)> {
    let engine = Engine::new(&Config::new()).map_err(failure)?;
    let module = Module::new(&engine, wasm).map_err(failure)?;
    let imports: BTreeSet<_> =
        module.imports().map(|import| (import.module(), import.name())).collect();
    assert_eq!(imports, BTreeSet::from([("wf", "flush")]), "one import, and no other");

    let mut linker = Linker::new(&engine);
    linker
        .func_wrap("wf", "flush", |mut caller: Caller<'_, u64>, bytes: i32| {
            let ring = caller.get_export("wf.ring").and_then(Extern::into_memory);
            let ring = ring.expect("the ring is exported");
            assert!(ring.data_size(&caller) >= bytes as usize);
            *caller.data_mut() += u64::from(bytes as u32);
        })
        .map_err(failure)?;
    let mut store = Store::new(&engine, 0);
    let instance = linker.instantiate(&mut store, &module).map_err(failure)?;
    let fibonacci =
        instance.get_typed_func::<i32, i32>(&mut store, "fibonacci").map_err(failure)?;
    let result = fibonacci.call(&mut store, 20).map_err(failure)?;
    let calls = instance.get_global(&mut store, "calls").expect("it is exported");
    let Val::I32(calls) = calls.get(&mut store) else { panic!("the global changed its type") };
    let position = instance.get_global(&mut store, "wf.position").expect("it is exported");
    let Val::I32(rest) = position.get(&mut store) else { panic!("the position is an i32") };
    Ok((result, calls, *store.data() + u64::from(rest as u32)))
}

#[test]
fn an_emitted_module_runs_with_the_one_import() -> anyhow::Result<()> {
    let folder = Folder::new();
    let module = folder.write_module("fibonacci.wasm", PROGRAM);
    let run =
        wf_record(folder.path()).run(["--emit-instrumented", "instrumented.wasm", module]).exits(0);
    assert!(!folder.has("trace.bin"), "nothing was to be run: {}", run.stderr);

    let (result, calls, bytes) = run_instrumented(&folder.read("instrumented.wasm"))?;
    assert_eq!(result, 6765);
    assert_eq!(calls, 21_891);
    // Every activation records at least its end: an id of two bytes.
    assert!(bytes >= 2 * 21_891, "{bytes} bytes of events");
    assert_eq!(bytes % 2, 0);
    Ok(())
}

#[test]
fn the_same_module_is_instrumented_the_same_way() {
    let folder = Folder::new();
    let module = folder.write_module("fibonacci.wasm", PROGRAM);
    for output in ["one.wasm", "two.wasm"] {
        wf_record(folder.path()).run(["--emit-instrumented", output, module]).exits(0);
    }
    assert_eq!(folder.read("one.wasm"), folder.read("two.wasm"));
}
