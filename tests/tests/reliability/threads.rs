//! Many at once: threads and instances in one recording, and recordings in one process.

use std::thread;

use analyzer::{AnalyzeOptions, analyze};
use formats::cost_model::CostModel;
use formats::report::Report;
use formats::trace::{Header, SegmentData, Trace};
use recorder::{
    DrainOptions, Instrumented, Recorder, Recording, SharedBytes, Slices, engine, outcome,
};
use wasmtime::{Engine, Linker, MemoryType, Module, SharedMemory, Store};

use crate::load;

/// Threads of one recording; each has two instances.
const THREADS: u32 = 8;

/// Adds to a counter that all instances share, with an event for each call.
const SHARED: &str = r#"(module
    (import "host" "memory" (memory 1 1 shared))
    (func $add (param $n i32)
      (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
      (if (i32.and (local.get $n) (i32.const 1))
        (then (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 1))))))
    (func (export "work") (param $n i32)
      (loop $again
        (call $add (local.get $n))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    (func (export "total") (result i32) (i32.atomic.load (i32.const 0))))"#;

/// What the instances of a recording have in common.
struct World {
    instrumented: Instrumented,
    engine: Engine,
    module: Module,
    memory: SharedMemory,
    recording: Recording,
}

impl World {
    fn new(bytes: SharedBytes) -> World {
        let wasm = wat::parse_str(SHARED).expect("the text form parses");
        let instrumented = Instrumented::new(wasm, Slices::Chosen, 1).expect("it can be recorded");
        let header = Header {
            module: instrumented.original.clone(),
            plan: instrumented.plan.clone(),
            ..Header::default()
        };
        let engine = engine::engine().expect("Wasmtime runs here");
        let module = Module::new(&engine, &instrumented.wasm).expect("it is valid");
        let memory = SharedMemory::new(&engine, MemoryType::shared(1, 1)).expect("a page");
        let ring_bytes = instrumented.ring_bytes;
        let options = DrainOptions { ring_bytes, ..DrainOptions::default() };
        let recording = Recording::start(bytes, &header, options).expect("memory takes it");
        World { instrumented, engine, module, memory, recording }
    }

    /// Runs one instance to its end, and gives what the counter says then.
    fn run(&self, rounds: i32) -> i32 {
        let stream = self.recording.stream(&self.instrumented.plan);
        let mut store = Store::new(&self.engine, ());
        let mut linker = Linker::new(&self.engine);
        linker.define(&store, "host", "memory", self.memory.clone()).expect("a new name");
        stream.define(&mut linker).expect("a new name");
        let instance = linker.instantiate(&mut store, &self.module).expect("it fits");
        stream.attach(&mut store, &instance).expect("it was instrumented");
        let work = instance.get_typed_func::<i32, ()>(&mut store, "work").expect("it is exported");
        work.call(&mut store, rounds).expect("it returns");
        stream.end_invocation(&mut store, outcome::returned());
        let total = instance.get_typed_func::<(), i32>(&mut store, "total").expect("exported");
        let total = total.call(&mut store, ()).expect("it returns");
        stream.end_invocation(&mut store, outcome::returned());
        total
    }
}

fn price(trace: &Trace) -> Report {
    let model = CostModel::builtin("unit").expect("it is built in");
    analyze(trace, &model, &AnalyzeOptions::default()).expect("it is whole").report
}

/// The words of each stream.
fn streams(trace: &Trace) -> Vec<Vec<u32>> {
    let mut streams = Vec::new();
    for (number, entry) in trace.segments().iter().enumerate() {
        let stream = entry.info.stream as usize;
        streams.resize(streams.len().max(stream + 1), Vec::new());
        match trace.read_segment(number).expect("it is whole") {
            SegmentData::Events(words) => streams[stream].extend(words),
            other => panic!("{other:?} in a recording of ordered events"),
        }
    }
    streams
}

#[test]
fn each_thread_has_its_own_whole_stream() {
    let rounds = load::rounds(20_000, 1_000_000) as i32;
    let alone = SharedBytes::default();
    let world = World::new(alone.clone());
    assert_eq!(world.run(rounds), rounds);
    world.recording.finish().expect("memory takes it");
    let alone = Trace::from_bytes(alone.take()).expect("a trace");
    let (words, fuel) = (streams(&alone), price(&alone).fuel.total);

    let together = SharedBytes::default();
    let world = World::new(together.clone());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                world.run(rounds);
                world.run(rounds);
            });
        }
    });
    assert_eq!(world.run(1), 2 * THREADS as i32 * rounds + 1, "the guests share their memory");
    let report = world.recording.finish().expect("memory takes it");
    assert!(report.dropped.is_none());
    let together = Trace::from_bytes(together.take()).expect("a trace");
    together.verify().expect("nothing is damaged");
    let mut found = streams(&together);
    let last = found.pop().expect("a stream for each instance");
    assert_eq!(found.len() as u32, 2 * THREADS);
    assert!(found.iter().all(|stream| *stream == words[0]), "a stream is not whole");
    let one_more = fuel_of_one_round();
    assert_eq!(price(&together).fuel.total, fuel * 2 * u128::from(THREADS) + one_more);
    println!("{THREADS} threads, {} events, {} in the last stream", together.events(), last.len());
}

fn fuel_of_one_round() -> u128 {
    let bytes = SharedBytes::default();
    let world = World::new(bytes.clone());
    world.run(1);
    world.recording.finish().expect("memory takes it");
    price(&Trace::from_bytes(bytes.take()).expect("a trace")).fuel.total
}

#[test]
fn recordings_in_one_process_do_not_disturb_each_other() {
    let wasm = wat::parse_str(load::mixed(20_000)).expect("the text form parses");
    let record = || {
        let bytes = SharedBytes::default();
        let recorder = Recorder::builder().module(wasm.clone()).program("mixed");
        let recorder = recorder.ring_bytes(1 << 16).build().expect("it can be recorded");
        let receipt = recorder.run(bytes.clone()).expect("it starts");
        receipt.drain.expect("memory takes it");
        Trace::from_bytes(bytes.take()).expect("a trace")
    };
    let alone = record();
    let (words, fuel) = (streams(&alone), price(&alone).fuel.total);
    let each = load::rounds(2, 50);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..each {
                    let trace = record();
                    assert_eq!(streams(&trace), words);
                    assert_eq!(price(&trace).fuel.total, fuel);
                }
            });
        }
    });
    println!("{THREADS} threads with {each} recordings each");
}
