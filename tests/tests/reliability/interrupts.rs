//! Ctrl-C and SIGTERM: a closed trace and the exit status that tells the signal.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use formats::trace::{OutcomeKind, Trace};

use crate::binaries::{Runs, wf_analyze, wf_record};
use crate::child::{Left, Running, quietly, wait_until};
use crate::folder::Folder;
use crate::load;

const SIGINT: i32 = 2;
const SIGTERM: i32 = 15;

/// Runs for ever, with an event for each round.
const BUSY: &str = r#"(module (func $leaf)
    (func (export "_start") (loop $again (call $leaf) (br $again))))"#;

/// Runs nearly for ever, in a loop that is one event.
const STUCK: &str = r#"(module (func (export "_start") (local $n i64)
    (loop $again
      (br_if $again (i64.ne (local.tee $n (i64.add (local.get $n) (i64.const 1)))
                            (i64.const -1))))))"#;

/// Waits for an input that never comes.
const WAITS: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\10\00\00\00\01\00\00\00")
    (func (export "_start")
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;

/// Starts recording `text`, and returns when the program surely runs.
fn start(folder: &Folder, text: &str) -> Running {
    folder.write_module("program.wasm", text);
    let mut command = wf_record(folder.path());
    command.args(["--ring-size", "64K", "--summary-json", "receipt.json", "program.wasm"]);
    quietly(&mut command).stdin(Stdio::piped());
    let recorder = Running::start(&mut command);
    wait_until("the header is written", || {
        folder.has("trace.bin") && Trace::open(folder.file("trace.bin")).is_ok()
    });
    thread::sleep(Duration::from_millis(30));
    recorder
}

/// The trace is closed, says that its recording ended before the program, as the receipt does, and is
/// priced as a part.
#[track_caller]
fn is_closed_and_partial(folder: &Folder) -> Trace {
    let trace = Trace::open(folder.file("trace.bin")).expect("a trace");
    assert!(trace.is_complete(), "{:?}", trace.ending());
    trace.verify().expect("nothing is damaged");
    let kinds: Vec<OutcomeKind> = trace.outcomes().iter().map(|it| it.outcome.kind).collect();
    assert_eq!(kinds, [OutcomeKind::Unknown]);
    wf_analyze(folder.path()).run(["trace.bin"]).exits(2).complains("ended before the program");
    wf_analyze(folder.path()).run(["--allow-partial", "trace.bin"]).exits(0);
    assert_eq!(receipt(folder)["trace"]["complete"], false);
    trace
}

fn receipt(folder: &Folder) -> serde_json::Value {
    serde_json::from_slice(&folder.read("receipt.json")).expect("a receipt")
}

fn interrupted(left: Left, name: &str, signal: i32) {
    left.died_of(signal).said(&format!("interrupted by {name}")).said("wf-analyze --allow-partial");
}

#[test]
fn a_busy_program_ends_at_its_next_flush() {
    for round in 0..load::rounds(1, 20) {
        for (name, signal) in [("SIGINT", SIGINT), ("SIGTERM", SIGTERM)] {
            let folder = Folder::new();
            let recorder = start(&folder, BUSY);
            thread::sleep(Duration::from_millis(7 * round as u64));
            let started = Instant::now();
            recorder.signal(name);
            interrupted(recorder.wait(), name, signal);
            println!("{name}: {:?}", started.elapsed());
            assert!(is_closed_and_partial(&folder).events() > 10_000);
        }
    }
}

#[test]
fn a_program_that_records_nothing_more_is_left_alone() {
    for text in [STUCK, WAITS] {
        for (name, signal) in [("SIGINT", SIGINT), ("SIGTERM", SIGTERM)] {
            let folder = Folder::new();
            let recorder = start(&folder, text);
            let started = Instant::now();
            recorder.signal(name);
            interrupted(recorder.wait().said("did not end"), name, signal);
            println!("{name}: {:?}", started.elapsed());
            let trace = is_closed_and_partial(&folder);
            let receipt = receipt(&folder);
            assert_eq!(receipt["outcome"]["kind"], "unknown");
            assert_eq!(receipt["outcome"]["code"], 128 + signal);
            assert_eq!(receipt["trace"]["events"], trace.events());
            assert_eq!(receipt["trace"]["bytes"], folder.read("trace.bin").len());
        }
    }
}

#[test]
fn a_second_signal_ends_the_recorder_at_once() {
    let folder = Folder::new();
    let recorder = start(&folder, STUCK);
    recorder.signal("INT");
    thread::sleep(Duration::from_millis(50));
    recorder.signal("TERM");
    recorder.wait().died_of(SIGTERM);
    // What it had no time for is missing, and nothing else.
    let trace = Trace::open(folder.file("trace.bin")).expect("a trace");
    assert!(!trace.is_complete());
}

/// The analyzer writes nothing but its report: whatever moment it is interrupted at, the report is
/// there as a whole or not at all, and the trace is as it was.
#[test]
fn an_interrupted_analysis_leaves_no_half_report() {
    let folder = Folder::new();
    folder.write_module("mixed.wasm", &load::mixed(100_000));
    wf_record(folder.path()).args(["-q", "--slices", "max"]).run(["mixed.wasm"]).exits(0);
    let trace = folder.read("trace.bin");
    let analyze = |name: &str| {
        let mut command = wf_analyze(folder.path());
        command.args(["--format", "html", "-o", name, "trace.bin"]);
        command
    };
    let started = Instant::now();
    analyze("whole.html").run::<&str>([]).exits(0);
    let takes = started.elapsed();
    let whole = folder.read("whole.html");
    let rounds = load::rounds(8, 60);
    let (mut interrupted, mut done) = (0, 0);
    for round in 0..rounds {
        folder.write("report.html", "an older report");
        let analyzer = Running::start(quietly(&mut analyze("report.html")));
        thread::sleep(takes * round as u32 / rounds as u32);
        analyzer.signal(if round % 2 == 0 { "INT" } else { "TERM" });
        let left = analyzer.wait();
        match left.status.code() {
            Some(0) => done += 1,
            Some(other) => panic!("{other}: {}", left.stderr),
            None => interrupted += 1,
        }
        let report = folder.read("report.html");
        assert!(report == whole || report == b"an older report", "{} bytes", report.len());
        assert_eq!(folder.read("trace.bin"), trace);
    }
    println!("{interrupted} interrupted, {done} done before");
    assert!(interrupted > 0);
}
