//! Programs recorded through the library: how they end, what they see, and what is refused.

use std::fs;
use std::time::Duration;

use formats::trace::{Location, Outcome, OutcomeKind, SegmentData, Trace};
use recorder::drain::{DrainOptions, Recording};
use recorder::{
    Error, Instrumented, Interrupt, Interrupted, Receipt, Recorder, RecorderBuilder, SharedBytes,
    Slices, Stream, UnknownImports, engine, outcome,
};
use wasmtime::{Caller, Engine, Instance, Linker, Module, Store, Trap};

fn builder(text: &str) -> RecorderBuilder {
    Recorder::builder().module(wat::parse_str(text).expect("valid text")).program("test.wasm")
}

fn run(builder: RecorderBuilder) -> (Receipt, Trace) {
    let bytes = SharedBytes::default();
    let receipt = builder.build().expect("can be recorded").run(bytes.clone()).expect("starts");
    let trace = Trace::from_bytes(bytes.take()).expect("a trace");
    assert!(trace.is_complete());
    assert_eq!(trace.outcomes().len(), 1);
    assert_eq!(trace.outcomes()[0].outcome, receipt.outcome);
    assert_eq!(trace.events(), receipt.report().events);
    (receipt, trace)
}

fn refusal(builder: RecorderBuilder) -> Error {
    match builder.build() {
        Ok(_) => panic!("must be refused"),
        Err(error) => error,
    }
}

fn at(function: u32, operator: u32) -> Option<Location> {
    Some(Location { function, operator })
}

#[test]
fn a_command_that_returns() {
    let (receipt, trace) = run(builder(r#"(module (func (export "_start") nop))"#));
    assert_eq!(receipt.outcome, outcome::returned());
    assert!(receipt.results.is_empty() && receipt.crash.is_none());
    assert_eq!(trace.read_segment(0).unwrap(), SegmentData::Events(vec![0]));
    assert_eq!(trace.header().program, "test.wasm");
}

#[test]
fn an_invoked_export_gives_its_results_in_text_form() {
    let text = r#"(module (func (export "all") (param i32 i64 f32 f64 v128 externref)
        (result i32 i64 f32 f64 v128 externref funcref)
        local.get 0 local.get 1 local.get 2 local.get 3 local.get 4 local.get 5 ref.null func))"#;
    let words = ["4294967295", "-3", "1.5", "inf", "0x10", "null"];
    let (receipt, _) = run(builder(text).invoke("all").arguments(words));
    let expected = ["-1", "-3", "1.5", "inf", "16", "<null externref>", "<null funcref>"];
    assert_eq!(receipt.results, expected);
}

#[test]
fn proc_exit_from_any_depth_is_an_exit_with_its_code() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (func (export "_start") (call $deep (i32.const 3)))
        (func $deep (param i32)
          (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1)))))
          (call $exit (i32.const 42))))"#;
    let (receipt, trace) = run(builder(text));
    assert_eq!((receipt.outcome.kind, receipt.outcome.code), (OutcomeKind::Exit, 42));
    assert!(receipt.crash.is_none());
    assert_eq!(trace.events(), 5, "one for the call in _start, one for that in each $deep");
}

#[test]
fn a_trap_has_the_place_in_the_original_module() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
        (func $_start (export "_start") (drop (call $divide (i32.const 1) (i32.const 0))))
        (func $divide (param i32 i32) (result i32)
          nop
          (i32.div_s (local.get 0) (local.get 1))))"#;
    let (receipt, _) = run(builder(text));
    let Outcome { kind, code, message, location, stack_overflow, .. } = receipt.outcome;
    assert_eq!((kind, code, stack_overflow), (OutcomeKind::Trap, outcome::TRAP_STATUS, false));
    assert_eq!(message.as_deref(), Some("wasm trap: integer divide by zero"));
    assert_eq!(location, at(2, 3));
    let crash = receipt.crash.expect("a trap is a crash");
    assert_eq!(
        crash.frames,
        ["divide (function 2, operator 3)", "_start (function 1, operator 2)"]
    );
    assert_eq!(crash.cause, "wasm trap: integer divide by zero");
}

#[test]
fn a_trap_in_the_start_function_is_recorded() {
    let text = r#"(module
        (memory 1)
        (func $start (drop (i32.load (i32.const 100000))))
        (start $start)
        (func $called return)
        (func (export "_start") call $called))"#;
    let (receipt, trace) = run(builder(text));
    assert_eq!(receipt.outcome.kind, OutcomeKind::Trap);
    assert_eq!(receipt.outcome.location, at(0, 1));
    assert_eq!(trace.events(), 0, "it got nowhere");
    let text = text.replace("(drop", "call $called (drop");
    let (receipt, trace) = run(builder(&text));
    assert_eq!(receipt.outcome.location, at(0, 2));
    let frames = receipt.crash.expect("a trap is a crash").frames;
    assert_eq!(frames, ["start (function 0, operator 2)"], "without what was added around it");
    assert_eq!(trace.events(), 2, "the call, and the function that was called");
}

#[test]
fn a_stack_overflow_is_named_and_everything_before_it_is_there() {
    let text = r#"(module (func $deeper (export "_start") call $deeper))"#;
    let (receipt, trace) = run(builder(text));
    assert_eq!(receipt.outcome.kind, OutcomeKind::Trap);
    assert!(receipt.outcome.stack_overflow);
    assert!(trace.events() > 1000, "{}", trace.events());
    let frames = receipt.crash.expect("a trap is a crash").frames;
    assert_eq!(frames[0], "deeper (function 0)");
    assert_eq!(frames[1], "deeper (function 0, operator 0)");
}

#[test]
fn an_uncaught_exception_has_its_own_kind() {
    let text = r#"(module (tag $oops) (func (export "_start") nop (throw $oops)))"#;
    let (receipt, trace) = run(builder(text));
    assert_eq!(receipt.outcome.kind, OutcomeKind::Exception);
    assert_eq!(receipt.outcome.code, outcome::FAILURE_STATUS);
    assert_eq!(receipt.outcome.location, at(0, 1));
    assert_eq!(receipt.crash.expect("a crash").cause, "uncaught exception");
    assert_eq!(trace.events(), 1);
}

#[test]
fn unknown_imports_are_denied_or_trap_or_do_nothing() {
    let text = r#"(module
        (import "env" "missing" (func $missing (param i32) (result i64 funcref)))
        (import "env" "missing" (func (param i32) (result i64 funcref)))
        (import "env" "memory" (memory 1))
        (func (export "_start") (call $missing (i32.const 1)) drop drop))"#;
    let denied = refusal(builder(text)).to_string();
    assert!(denied.contains("function `env`.`missing`, function `env`.`missing`"), "{denied}");
    assert!(denied.contains("memory `env`.`memory`"), "{denied}");

    let denied = refusal(builder(text).unknown_imports(UnknownImports::Trap)).to_string();
    assert!(denied.ends_with("nobody provides: memory `env`.`memory`"), "{denied}");

    let without_memory = text.replace(r#"(import "env" "memory" (memory 1))"#, "");
    let (receipt, _) = run(builder(&without_memory).unknown_imports(UnknownImports::Trap));
    assert_eq!(receipt.outcome.kind, OutcomeKind::Trap);
    assert_eq!(
        receipt.outcome.message.as_deref(),
        Some("unknown import called: function `env`.`missing`")
    );
    assert_eq!(receipt.outcome.location, at(2, 1));

    let (receipt, _) = run(builder(text).unknown_imports(UnknownImports::Default));
    assert_eq!(receipt.outcome, outcome::returned());
}

#[test]
fn a_wasi_import_of_another_type_is_refused() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "proc_exit" (func (param i64)))
        (func (export "_start")))"#;
    let error = refusal(builder(text));
    assert!(matches!(error, Error::Link(_)), "{error:?}");
    assert!(error.to_string().contains("proc_exit"), "{error}");
}

#[test]
fn what_can_not_be_called_is_refused_with_what_can_be() {
    let text = r#"(module (func (export "add") (param i32 i32)) (memory (export "memory") 1))"#;
    let no_start = refusal(builder(text));
    assert!(matches!(no_start, Error::NoStart { .. }), "{no_start:?}");
    assert!(no_start.to_string().contains("`add`"), "{no_start}");
    assert!(!no_start.to_string().contains("memory"), "{no_start}");
    let no_export = refusal(builder(text).invoke("memory"));
    assert!(matches!(no_export, Error::NoExport { .. }), "{no_export:?}");
    let too_few = refusal(builder(text).invoke("add").arguments(["1"])).to_string();
    assert!(too_few.contains("takes 2 arguments, but 1"), "{too_few}");
    let wrong = refusal(builder(text).invoke("add").arguments(["1", "x"])).to_string();
    assert!(wrong.contains("`x` is not a value of i32"), "{wrong}");
}

#[test]
fn a_module_with_nothing_but_a_start_function_runs() {
    let (receipt, trace) = run(builder("(module (func $start nop) (start $start))"));
    assert_eq!(receipt.outcome, outcome::returned());
    assert_eq!(trace.events(), 1);
}

#[test]
fn a_reactor_is_initialized_before_its_export_is_called() {
    let text = r#"(module (global $g (mut i32) (i32.const 1))
        (func (export "_initialize") (global.set $g (i32.const 2)))
        (func (export "get") (result i32) (global.get $g)))"#;
    let (receipt, _) = run(builder(text).invoke("get"));
    assert_eq!(receipt.results, ["2"]);
}

#[test]
fn an_interrupt_ends_the_program_at_its_next_flush_with_a_closed_trace() {
    let endless = r#"(module (func $leaf)
        (func (export "_start") (loop $again (call $leaf) (br $again))))"#;
    let interrupt = Interrupt::default();
    interrupt.raise(Interrupted { by: "the test".to_owned(), status: 130 });
    let (receipt, trace) = run(builder(endless).interrupt(&interrupt));
    assert_eq!((receipt.outcome.kind, receipt.outcome.code), (OutcomeKind::Unknown, 130));
    assert_eq!(receipt.outcome.message.as_deref(), Some("interrupted by the test"));
    assert_eq!(receipt.crash, None, "nobody did anything wrong");
    assert!(interrupt.wait(Duration::ZERO), "it has ended");
    assert!(trace.is_complete() && trace.events() > 1000, "{trace:?}");
}

#[test]
fn what_an_interrupted_program_did_is_taken_once() {
    let text = r#"(module (global $rounds (export "rounds") (mut i32) (i32.const 0))
        (func (export "spin") (loop
          (global.set $rounds (i32.add (global.get $rounds) (i32.const 1)))
          (br 0))))"#;
    let instrumented = Instrumented::new(wat::parse_str(text).unwrap(), Slices::Min, 1).unwrap();
    let (recording, stream) = start(&instrumented, &SharedBytes::default());
    let interrupt = Interrupt::default();
    stream.interrupt(&interrupt);
    let engine = engine::engine().unwrap();
    let (mut linker, mut store) = (Linker::new(&engine), Store::new(&engine, ()));
    stream.define(&mut linker).unwrap();
    let module = Module::new(&engine, &instrumented.wasm).unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    stream.attach(&mut store, &instance).unwrap();
    interrupt.raise(Interrupted { by: "the test".to_owned(), status: 130 });
    let error = instance.get_typed_func::<(), ()>(&mut store, "spin").unwrap();
    let error = error.call(&mut store, ()).unwrap_err();
    stream.end_invocation(&mut store, error.downcast_ref::<Interrupted>().unwrap().outcome());
    let rounds = instance.get_global(&mut store, "rounds").unwrap().get(&mut store).unwrap_i32();
    let report = recording.finish().unwrap();
    // The way to the loop is an event, and each round; the next one has not begun.
    assert_eq!(report.events, rounds as u64 + 1);
    assert_eq!(report.segments, 1);
}

/// The engine may end a program right behind a flush, before a loop that was left for it has pushed its last event again.
#[test]
fn no_event_is_lost_where_a_loop_is_entered_again() {
    let text = r#"(module (global $rounds (export "rounds") (mut i32) (i32.const 0))
        (func (export "spin") (loop
          (global.set $rounds (i32.add (global.get $rounds) (i32.const 1)))
          (br 0))))"#;
    let instrumented = Instrumented::new(wat::parse_str(text).unwrap(), Slices::Min, 1).unwrap();
    let (recording, stream) = start(&instrumented, &SharedBytes::default());
    let mut config = engine::config();
    config.epoch_interruption(true);
    let engine = Engine::new(&config).unwrap();
    let (mut linker, mut store) = (Linker::new(&engine), Store::new(&engine, ()));
    store.set_epoch_deadline(1);
    stream.define(&mut linker).unwrap();
    let flush = linker.get(&mut store, "wf", "flush").unwrap().into_func().unwrap();
    linker.allow_shadowing(true);
    let once_flushed = move |mut caller: Caller<'_, ()>, bytes: i32| {
        flush.typed::<i32, ()>(&caller)?.call(&mut caller, bytes)?;
        caller.engine().increment_epoch();
        Ok(())
    };
    linker.func_wrap("wf", "flush", once_flushed).unwrap();
    let module = Module::new(&engine, &instrumented.wasm).unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    stream.attach(&mut store, &instance).unwrap();
    let spin = instance.get_typed_func::<(), ()>(&mut store, "spin").unwrap();
    let error = spin.call(&mut store, ()).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
    stream.end_invocation(&mut store, outcome::of_error(&error, &instrumented, &module));
    let rounds = instance.get_global(&mut store, "rounds").unwrap().get(&mut store).unwrap_i32();
    let report = recording.finish().unwrap();
    // The way to the loop is an event, and each round; the next one has not begun.
    assert_eq!(report.events, rounds as u64 + 1);
}

#[test]
fn an_instrumented_module_is_not_instrumented_again() {
    let module = wat::parse_str(r#"(module (func (export "_start")))"#).unwrap();
    let instrumented = Instrumented::new(module, Slices::Chosen, 1).unwrap();
    let error = refusal(Recorder::builder().module(instrumented.wasm));
    assert!(matches!(error, Error::AlreadyInstrumented), "{error:?}");
}

#[test]
fn bad_modules_are_refused_with_their_offset() {
    let component = b"\0asm\x0d\0\x01\0".to_vec();
    for (module, words) in [
        (b"hello".to_vec(), "not a WebAssembly module"),
        (Vec::new(), "not a WebAssembly module"),
        (component, "component"),
        (b"\0asm\x01\0\0\0\x01\xff".to_vec(), "offset 0x"),
    ] {
        let error = refusal(Recorder::builder().module(module));
        assert!(error.is_about_input());
        assert!(error.to_string().contains(words), "{error}");
    }
}

/// Exits with a digest of clock readings and random bytes, xored to one byte below 126.
const DICE: &str = r#"(module
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_time_get"
      (func $clock (param i32 i64 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "draw") (param $clock i32) (result i64 i64 i64)
      (drop (call $random (i32.const 0) (i32.const 8)))
      (drop (call $clock (local.get $clock) (i64.const 0) (i32.const 8)))
      (drop (call $clock (local.get $clock) (i64.const 0) (i32.const 16)))
      (i64.load (i32.const 0))
      (i64.load (i32.const 8))
      (i64.sub (i64.load (i32.const 16)) (i64.load (i32.const 8)))))"#;

#[test]
fn deterministic_runs_see_the_same_clocks_and_random_numbers() {
    let draw = |clock: &str, seed| {
        run(builder(DICE).invoke("draw").arguments([clock]).deterministic(seed)).0.results
    };
    for clock in ["0", "1"] {
        assert_eq!(draw(clock, 1), draw(clock, 1));
        assert_ne!(draw(clock, 1)[0], draw(clock, 2)[0], "random numbers follow the seed");
        assert_eq!(draw(clock, 1)[1], draw(clock, 2)[1], "clocks do not");
        assert_eq!(draw(clock, 1)[2], "1000000", "a reading takes a millisecond");
    }
    let free = |builder: RecorderBuilder| run(builder.invoke("draw").arguments(["0"])).0.results;
    assert_ne!(free(builder(DICE)), free(builder(DICE)));
}

#[test]
fn the_guest_sees_its_arguments_environment_and_directories_only() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("guest");
    fs::create_dir_all(&folder).unwrap();
    let options = recorder::wasi::WasiOptions {
        directories: vec![recorder::wasi::Directory { host: folder, guest: ".".into() }],
        ..Default::default()
    };
    assert!(options.context().is_ok());
    let missing = recorder::wasi::WasiOptions {
        directories: vec![recorder::wasi::Directory {
            host: "/no/such/folder".into(),
            guest: ".".into(),
        }],
        ..Default::default()
    };
    let error = missing.context().err().expect("there is no such directory").to_string();
    assert!(error.contains("/no/such/folder"), "{error}");

    let text = r#"(module
        (import "wasi_snapshot_preview1" "args_sizes_get" (func $a (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "environ_sizes_get" (func $e (param i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "count") (result i32 i32)
          (drop (call $a (i32.const 0) (i32.const 4)))
          (drop (call $e (i32.const 8) (i32.const 12)))
          (i32.load (i32.const 0)) (i32.load (i32.const 8))))"#;
    let counted = builder(text).invoke("count").arguments(["a", "b"]).environment("K", "V");
    assert_eq!(run(counted).0.results, ["3", "1"]);
}

/// Calls itself through the host until the argument is 0, then traps if asked to.
const LADDER: &str = r#"(module
    (import "host" "call" (func $host (param i32)))
    (func (export "down") (param i32)
      (if (local.get 0)
        (then (call $host (i32.sub (local.get 0) (i32.const 1))))
        (else unreachable))))"#;

#[test]
fn host_to_guest_re_entrance_keeps_one_stream_in_program_order() {
    let instrumented =
        Instrumented::new(wat::parse_str(LADDER).unwrap(), Slices::Chosen, 1).unwrap();
    let bytes = SharedBytes::default();
    let (recording, stream) = start(&instrumented, &bytes);
    let engine = engine::engine().unwrap();
    let module = Module::new(&engine, &instrumented.wasm).unwrap();
    let mut linker = Linker::<Option<Instance>>::new(&engine);
    stream.define(&mut linker).unwrap();
    linker
        .func_wrap("host", "call", |mut caller: wasmtime::Caller<'_, Option<Instance>>, depth| {
            let instance = caller.data().expect("instantiated");
            let down = instance.get_typed_func::<i32, ()>(&mut caller, "down")?;
            down.call(&mut caller, depth)
        })
        .unwrap();
    let mut store = Store::new(&engine, None);
    let instance = linker.instantiate(&mut store, &module).unwrap();
    *store.data_mut() = Some(instance);
    stream.attach(&mut store, &instance).unwrap();
    let down = instance.get_typed_func::<i32, ()>(&mut store, "down").unwrap();
    let error = down.call(&mut store, 3).unwrap_err();
    let outcome = outcome::of_error(&error, &instrumented, &module);
    assert_eq!(
        outcome.message.as_deref(),
        Some("wasm trap: wasm `unreachable` instruction executed")
    );
    stream.end_invocation(&mut store, outcome);
    // The ring is empty again: a second invocation starts afresh.
    stream.end_invocation(&mut store, outcome::returned());
    let report = recording.finish().unwrap();
    // Two events fill the ring.
    assert_eq!((report.events, report.segments), (4, 2), "three calls and the unreachable");
    let trace = Trace::from_bytes(bytes.take()).unwrap();
    assert_eq!(trace.outcomes().len(), 2);
}

fn start(instrumented: &Instrumented, bytes: &SharedBytes) -> (Recording, Stream) {
    let header = formats::trace::Header {
        module: instrumented.original.clone(),
        plan: instrumented.plan.clone(),
        ..Default::default()
    };
    let options = DrainOptions { ring_bytes: instrumented.ring_bytes, ..DrainOptions::default() };
    let recording = Recording::start(bytes.clone(), &header, options).unwrap();
    let stream = recording.stream(&instrumented.plan);
    (recording, stream)
}

#[test]
fn two_instances_have_a_stream_each_and_many_invocations() {
    let text = r#"(module (func (export "spin") (param i32)
        (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"#;
    let instrumented = Instrumented::new(wat::parse_str(text).unwrap(), Slices::Min, 1).unwrap();
    let bytes = SharedBytes::default();
    let (recording, one) = start(&instrumented, &bytes);
    let two = recording.stream(&instrumented.plan);
    let engine = engine::engine().unwrap();
    let module = Module::new(&engine, &instrumented.wasm).unwrap();
    let mut store = Store::new(&engine, ());
    let mut spin = |stream: &Stream, iterations: i32| {
        let mut linker = Linker::new(&engine);
        stream.define(&mut linker).unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        stream.attach(&mut store, &instance).unwrap();
        let spin = instance.get_typed_func::<i32, ()>(&mut store, "spin").unwrap();
        for _ in 0..2 {
            spin.call(&mut store, iterations).unwrap();
            stream.end_invocation(&mut store, outcome::returned());
        }
    };
    // Far more than a ring of one page holds.
    spin(&one, 200_000);
    spin(&two, 10);
    let report = recording.finish().unwrap();
    // An event for the way to the loop and one for each iteration.
    assert_eq!(report.events, 2 * 200_001 + 2 * 11);
    let trace = Trace::from_bytes(bytes.take()).unwrap();
    let events_of = |stream| -> u64 {
        let segments = trace.segments().iter().filter(|entry| entry.info.stream == stream);
        segments.map(|entry| entry.info.events).sum()
    };
    assert_eq!((events_of(0), events_of(1)), (2 * 200_001, 2 * 11));
    assert_eq!(trace.outcomes().len(), 4);
    assert!(report.segments >= 12, "{report:?}");
}

#[test]
fn a_trap_of_another_module_is_a_call_to_this_one() {
    let caller = r#"(module (import "m" "f" (func $f)) (func (export "g") nop (call $f)))"#;
    let instrumented =
        Instrumented::new(wat::parse_str(caller).unwrap(), Slices::Chosen, 1).unwrap();
    let bytes = SharedBytes::default();
    let (_recording, stream) = start(&instrumented, &bytes);
    let engine = engine::engine().unwrap();
    let module = Module::new(&engine, &instrumented.wasm).unwrap();
    let other = wat::parse_str(r#"(module (func (export "f") nop nop unreachable))"#).unwrap();
    let other = Module::new(&engine, &other).unwrap();
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    let other = linker.instantiate(&mut store, &other).unwrap();
    linker.instance(&mut store, "m", other).unwrap();
    stream.define(&mut linker).unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let g = instance.get_typed_func::<(), ()>(&mut store, "g").unwrap();
    let error = g.call(&mut store, ()).unwrap_err();
    let outcome = outcome::of_error(&error, &instrumented, &module);
    assert_eq!(outcome.location, at(1, 1));
}
