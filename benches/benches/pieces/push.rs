//! What the guest does for each event: an instrumented loop of calls under Wasmtime, whose full
//! rings go nowhere, beside the same loop as it was.

use std::hint::black_box;
use std::io;

use criterion::{Criterion, Throughput};
use recorder::instrument::FLUSH_IMPORT;
use recorder::{DEFAULT_RING_BYTES, Instrumented, Recorder, Slices, engine};
use wasmtime::{Linker, Module, Store, TypedFunc};

/// A function with two ways through it, called in turns from a loop.
const PROGRAM: &str = r#"(module
    (func $collatz (param i32) (result i32)
        (if (result i32) (i32.and (local.get 0) (i32.const 1))
            (then (i32.add (i32.mul (local.get 0) (i32.const 3)) (i32.const 1)))
            (else (i32.shr_u (local.get 0) (i32.const 1)))))
    (func (export "run") (result i32) (local i32 i32)
        (local.set 1 (i32.const 27))
        (loop
            (local.set 1 (call $collatz (local.get 1)))
            (br_if 0 (i32.lt_u
                (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 100000))))
        (local.get 1)))"#;

pub(crate) fn bench(criterion: &mut Criterion) {
    let wasm = wat::parse_str(PROGRAM).unwrap();
    let recorder = Recorder::builder().module(wasm.clone()).invoke("run").build().unwrap();
    let events = recorder.run(io::sink()).unwrap().report().events;
    let instrumented = Instrumented::new(wasm.clone(), Slices::Chosen, DEFAULT_RING_BYTES).unwrap();

    let mut group = criterion.benchmark_group("push");
    group.throughput(Throughput::Elements(events));
    for (name, wasm) in [("plain", &wasm), ("recorded", &instrumented.wasm)] {
        let (mut store, run) = load(wasm);
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(run.call(&mut store, ()).unwrap()));
        });
    }
    group.finish();
}

fn load(wasm: &[u8]) -> (Store<()>, TypedFunc<(), i32>) {
    let engine = engine::engine().unwrap();
    let module = Module::new(&engine, wasm).unwrap();
    let mut linker = Linker::new(&engine);
    let (flush_module, flush_name) = FLUSH_IMPORT;
    linker.func_wrap(flush_module, flush_name, |_: i32| {}).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let run = instance.get_typed_func(&mut store, "run").unwrap();
    (store, run)
}
