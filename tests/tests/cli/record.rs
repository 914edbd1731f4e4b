//! `wf-record` on programs that can be recorded.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::binaries::{Runs, wf_analyze, wf_record};
use crate::folder::{Folder, program};

/// The total of the trace `name`, by the cost model `unit`.
pub(crate) fn total(folder: &Path, name: &str) -> u64 {
    let run = wf_analyze(folder).run(["--cost-model", "unit", "--format", "json", name]).exits(0);
    let report: Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
    report["fuel"]["total"].as_u64().expect("the total is a number")
}

#[test]
fn the_guests_exit_code_is_passed_on() {
    let folder = Folder::new();
    for (code, exits) in [("0", 0), ("1", 1), ("42", 42), ("125", 125)] {
        wf_record(folder.path()).arg(program("show.wasm")).run([code]).exits(exits);
    }
    wf_record(folder.path()).run([program("deep_exit.wasm")]).exits(42);
}

#[test]
fn a_trap_exits_with_134_and_is_named() {
    let folder = Folder::new();
    let traps = [
        ("unreachable", "unreachable"),
        ("divide", "integer divide by zero"),
        ("bounds", "out of bounds memory access"),
        ("null", "uninitialized element"),
        ("type", "indirect call type mismatch"),
    ];
    for (how, message) in traps {
        wf_record(folder.path())
            .arg(program("deep_trap.wasm"))
            .run([how])
            .exits(134)
            .complains(message)
            .prints(&format!("about to trap: {how}\n"));
        assert!(folder.has("trace.bin"), "no trace after {how}");
    }
}

#[test]
fn a_stack_overflow_exits_with_134() {
    let folder = Folder::new();
    wf_record(folder.path())
        .run([program("overflow.wasm")])
        .exits(134)
        .complains("call stack exhausted");
    // A level costs 10 operators by this model, `_start` and what it calls 13.
    let total = total(folder.path(), "trace.bin");
    assert!(total > 10_000, "{total}");
    assert_eq!(total % 10, 3, "{total} is not 13 + 10 levels");
}

#[test]
fn arguments_behind_the_module_are_the_guests() {
    let folder = Folder::new();
    let show = program("show.wasm");
    let expected = "argument 1: -o\nargument 2: --quiet\nargument 3: 0\n";
    wf_record(folder.path()).arg(&show).run(["-o", "--quiet", "0"]).exits(0).prints(expected);
    assert!(folder.has("trace.bin"), "-o was taken for an option of the recorder");
    // One `--` directly behind the module is dropped, a second one is the guest's.
    wf_record(folder.path()).arg(&show).run(["--", "-o", "--quiet", "0"]).exits(0).prints(expected);
    wf_record(folder.path())
        .arg(&show)
        .run(["--", "--", "0"])
        .exits(0)
        .prints("argument 1: --\nargument 2: 0\n");
    wf_record(folder.path())
        .arg(&show)
        .run(["a", "--", "0"])
        .exits(0)
        .prints("argument 1: a\nargument 2: --\nargument 3: 0\n");
    // And one before the module ends the recorder's own options.
    wf_record(folder.path()).arg("--").arg(&show).run(["0"]).exits(0).prints("argument 1: 0\n");
}

#[test]
fn environment_and_folders_are_passed_when_asked_for() {
    let folder = Folder::new();
    let show = program("show.wasm");
    wf_record(folder.path())
        .env("GREETING", "from outside")
        .arg(&show)
        .run(["0"])
        .exits(0)
        .prints("argument 1: 0\n");
    wf_record(folder.path())
        .args(["--env", "GREETING=hello there"])
        .arg(&show)
        .run(["0"])
        .exits(0)
        .prints("argument 1: 0\ngreeting: hello there\n");
    wf_record(folder.path())
        .env("GREETING", "from outside")
        .args(["--env", "GREETING"])
        .arg(&show)
        .run(["0"])
        .exits(0)
        .prints("argument 1: 0\ngreeting: from outside\n");

    folder.write("in.txt", "drawer");
    wf_record(folder.path())
        .args(["--dir", "."])
        .arg(program("files.wasm"))
        .run(["in.txt", "out.txt"])
        .exits(0);
    assert_eq!(folder.read("out.txt"), b"reward");
    wf_record(folder.path())
        .args(["--dir", ".::/data"])
        .arg(program("files.wasm"))
        .run(["/data/out.txt", "/data/back.txt"])
        .exits(0);
    assert_eq!(folder.read("back.txt"), b"drawer");
    wf_record(folder.path()).arg(program("files.wasm")).run(["in.txt", "out.txt"]).exits(3);
}

#[test]
fn standard_input_is_the_guests() {
    let folder = Folder::new();
    folder.write("text.txt", "the cat and the dog and the end\n");
    let text = std::fs::File::open(folder.file("text.txt")).expect("it was just written");
    wf_record(folder.path())
        .stdin(Stdio::from(text))
        .run([program("words.wasm")])
        .exits(5)
        .prints("     3 the\n     2 and\n     1 cat\n     1 dog\n     1 end\n");
}

#[test]
fn the_receipt_is_on_standard_error_and_names_the_next_command() {
    let folder = Folder::new();
    let run = wf_record(folder.path())
        .args(["-o", "run.trace"])
        .arg(program("show.wasm"))
        .run(["0"])
        .exits(0)
        .complains("show: 1 arguments")
        .complains("wf-analyze run.trace")
        .prints("argument 1: 0\n");
    assert!(!run.stderr.contains('\u{1b}'), "colour without a terminal: {:?}", run.stderr);
    assert!(folder.has("run.trace"));
    assert!(!folder.has("trace.bin"));

    let quiet = wf_record(folder.path())
        .args(["-q", "-o", "quiet.trace"])
        .arg(program("show.wasm"))
        .run(["0"])
        .exits(0)
        .prints("argument 1: 0\n");
    assert_eq!(quiet.stderr, "show: 1 arguments\n");
}

#[test]
fn the_receipt_can_be_had_as_json() {
    let folder = Folder::new();
    wf_record(folder.path())
        .args(["--summary-json", "receipt.json"])
        .arg(program("deep_exit.wasm"))
        .run::<&str>([])
        .exits(42);
    let receipt: Value =
        serde_json::from_slice(&folder.read("receipt.json")).expect("the receipt is JSON");
    let text = receipt.to_string();
    assert_eq!(receipt["outcome"]["kind"], "exit", "{text}");
    assert_eq!(receipt["outcome"]["code"], 42, "{text}");
    assert!(receipt["guest_seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{text}");
    let trace = &receipt["trace"];
    assert_eq!(trace["path"], "trace.bin", "{text}");
    assert_eq!(trace["bytes"], folder.read("trace.bin").len(), "{text}");
    assert!(trace["events"].as_u64().is_some_and(|events| events > 1000), "{text}");
    assert_eq!(trace["dropped_events"], 0, "{text}");
    assert_eq!(trace["complete"], true, "{text}");
}

#[test]
fn an_existing_trace_is_kept() {
    let folder = Folder::new();
    let record = |code: &str| {
        wf_record(folder.path()).arg(program("show.wasm")).run([code]).exits(0);
    };
    folder.write("trace.bin", "something precious");
    record("0");
    assert_eq!(folder.read("trace.bin.old"), b"something precious");
    let first = folder.read("trace.bin");
    record("00");
    assert_eq!(folder.read("trace.bin.old"), first);
    assert_ne!(folder.read("trace.bin"), first);
}

#[test]
fn a_function_can_be_invoked() {
    let folder = Folder::new();
    let module = folder.write_module(
        "library.wasm",
        r#"(module (func (export "triple") (param i32) (result i32)
             local.get 0 i32.const 3 i32.mul))"#,
    );
    let run = wf_record(folder.path())
        .args(["--invoke", "triple", module, "14"])
        .run::<&str>([])
        .exits(0);
    assert!(run.stdout.contains("42"), "{}", run.stdout);
    // local.get, i32.const, i32.mul and the final `end`.
    assert_eq!(total(folder.path(), "trace.bin"), 4);
}

#[test]
fn deterministic_runs_are_the_same_run() {
    let folder = Folder::new();
    let record = |flag: &str, trace: &str| {
        let mut command = wf_record(folder.path());
        command.args([flag, "-o", trace]).arg(program("dice.wasm"));
        command.run::<&str>([]).exits(0).stdout
    };
    let first = record("--deterministic", "first.trace");
    let second = record("--deterministic", "second.trace");
    assert_eq!(first, second);
    assert_eq!(total(folder.path(), "first.trace"), total(folder.path(), "second.trace"));
    let other = record("--deterministic=7", "other.trace");
    assert_ne!(first, other);
    assert_eq!(other, record("--deterministic=7", "again.trace"));
}

#[test]
fn counts_give_the_same_total_as_ordered_events() {
    let folder = Folder::new();
    for (detail, trace) in [("full", "full.trace"), ("counts", "counts.trace")] {
        wf_record(folder.path())
            .args(["--detail", detail, "-o", trace])
            .arg(program("trees.wasm"))
            .run::<&str>([])
            .exits(0);
    }
    assert_eq!(total(folder.path(), "full.trace"), total(folder.path(), "counts.trace"));
    let (full, counts) = (folder.read("full.trace").len(), folder.read("counts.trace").len());
    assert!(counts < full, "counts take {counts} bytes, ordered events {full}");
}

#[test]
fn a_small_ring_records_the_same() {
    let folder = Folder::new();
    for (bytes, trace) in [("65536", "small.trace"), ("8388608", "large.trace")] {
        wf_record(folder.path())
            .args(["--ring-size", bytes, "-o", trace])
            .arg(program("quicksort.wasm"))
            .run::<&str>([])
            .exits(0);
    }
    assert_eq!(total(folder.path(), "small.trace"), total(folder.path(), "large.trace"));
}

#[test]
fn an_estimate_from_a_sample_holds_the_exact_total() {
    let folder = Folder::new();
    let record = |flags: &[&str], trace: &str| {
        wf_record(folder.path())
            .args(["--deterministic", "--ring-size", "64K", "-o", trace])
            .args(flags)
            .arg(program("quicksort.wasm"))
            .run::<&str>([])
            .exits(0)
    };
    record(&[], "whole.trace");
    let exact = total(folder.path(), "whole.trace");
    record(&["--approx", "0.3", "--seed", "1"], "sample.trace")
        .complains("segments kept")
        .complains("wf-analyze --approx sample.trace");
    // With so much confidence, chance alone has no room to fail this test.
    let run = wf_analyze(folder.path())
        .args(["--approx=5", "--confidence", "0.9999", "--cost-model", "unit"])
        .run(["--format", "json", "sample.trace"])
        .exits(0);
    let report: Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
    assert_eq!((&report["mode"], &report["complete"]), (&"approx".into(), &true.into()));
    let number = |value: &Value| value.as_u64().expect("a number");
    let (low, high) = (number(&report["fuel"]["low"]), number(&report["fuel"]["high"]));
    assert!(low < high && (low..=high).contains(&exact), "{exact} in {}", report["fuel"]);
    assert!(number(&report["sample"]["least"]) <= exact, "{exact} in {}", report["sample"]);
    let sample = &report["sample"];
    assert!(number(&sample["segments"]) < number(&report["trace"]["segments"]), "{sample}");
}

#[test]
fn unknown_imports_become_what_was_asked_for() {
    let folder = Folder::new();
    let module = folder.write_module(
        "bench.wasm",
        r#"(module
             (import "bench" "start" (func $start))
             (import "bench" "value" (func $value (result i32)))
             (func (export "_start") call $start call $value if unreachable end))"#,
    );
    wf_record(folder.path()).run(["--unknown-imports", "default", module]).exits(0);
    // call, call, if, final end.
    assert_eq!(total(folder.path(), "trace.bin"), 4);
    wf_record(folder.path())
        .run(["--unknown-imports", "trap", module])
        .complains("bench")
        .complains("start");
    wf_record(folder.path()).run(["--unknown-imports", "deny", module]).complains("bench");
}
