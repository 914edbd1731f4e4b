//! `wf-analyze` on traces that can be read.

use serde_json::Value;

use crate::binaries::{Runs, wf_analyze, wf_record};
use crate::folder::{Folder, program};

/// Three functions: `_start` calls `work` 3 times, whose loop runs 10 times and calls `leaf`.
const PROGRAM: &str = r#"(module $small
  (func $leaf nop)
  (func $work (local $i i32)
    loop $again
      call $leaf
      local.get $i i32.const 1 i32.add local.tee $i
      i32.const 10 i32.lt_u
      br_if $again
    end)
  (func (export "_start") call $work call $work call $work))"#;

/// By hand: an iteration: call, get, const, add, tee, const, lt_u, br_if = 8 and the callee's
/// entry: 9; `nop` and `loop` are free. `work`: entry + 10 x 8 = 81 by itself. `leaf`: 1 each.
const WORK: u64 = 3 * 81;
const LEAF: u64 = 30;
const START: u64 = 1 + 3;
const TOTAL: u64 = START + WORK + LEAF;

/// A folder with the trace `trace.bin` of [`PROGRAM`].
fn recorded() -> Folder {
    let folder = Folder::new();
    let module = folder.write_module("small.wasm", PROGRAM);
    wf_record(folder.path()).run([module]).exits(0);
    folder
}

fn json(folder: &Folder, arguments: &[&str]) -> Value {
    let run = wf_analyze(folder.path())
        .args(["--format", "json"])
        .run(arguments.iter().copied())
        .exits(0);
    serde_json::from_str(&run.stdout).expect("the report is JSON")
}

#[test]
fn the_json_report_has_every_field_of_its_schema() {
    let folder = recorded();
    let report = json(&folder, &["trace.bin"]);
    assert_eq!(report["schema"], "wf-report/1");
    assert_eq!(report["mode"], "exact");
    assert_eq!(report["cost_model"]["name"], "wasmtime-48");
    assert!(report["cost_model"]["hash"].as_str().is_some_and(|hash| hash.len() >= 8));
    assert_eq!(report["complete"], true);
    let fuel = &report["fuel"];
    assert_eq!(
        (&fuel["total"], &fuel["low"], &fuel["high"]),
        (&TOTAL.into(), &TOTAL.into(), &TOTAL.into())
    );
    assert_eq!(fuel["confidence"], Value::Null);
    assert_eq!(report["outcome"]["kind"], "return");
    assert_eq!(report["outcome"]["code"], 0);
    assert_eq!(report["outcome"]["message"], Value::Null);
    assert!(report["trace"]["events"].as_u64().is_some_and(|events| events >= 34));
    assert_eq!(report["trace"]["streams"], 1);
    assert_eq!(report["trace"]["dropped_events"], 0);
    assert_eq!(report["trace"]["bytes"], folder.read("trace.bin").len());
    assert!(report["trace"]["segments"].as_u64().is_some_and(|segments| segments >= 1));

    let functions = report["functions"].as_array().expect("a list");
    let function = |name: &str| {
        functions
            .iter()
            .find(|function| function["name"].as_str().is_some_and(|found| found.contains(name)))
            .unwrap_or_else(|| panic!("no function {name} in {functions:?}"))
    };
    assert_eq!(function("work")["index"], 1);
    assert_eq!(function("work")["calls"], 3);
    assert_eq!(function("work")["self"], WORK);
    assert_eq!(function("work")["total"], WORK + LEAF);
    assert_eq!(function("leaf")["calls"], 30);
    assert_eq!(function("leaf")["self"], LEAF);
    let start = functions.iter().find(|function| function["index"] == 2).expect("_start");
    assert_eq!(start["calls"], 1);
    assert_eq!(start["self"], START);
    assert_eq!(start["total"], TOTAL);

    let loops = report["loops"].as_array().expect("a list");
    assert_eq!(loops.len(), 1, "{loops:?}");
    assert_eq!(loops[0]["function"], 1);
    assert_eq!(loops[0]["operator"], 0);
    assert_eq!(loops[0]["iterations"], 30);
}

#[test]
fn the_outcome_is_reported() {
    let folder = Folder::new();
    let outcome = |arguments: &[&str], module: &str| {
        wf_record(folder.path())
            .args(["-o", "outcome.trace"])
            .arg(program(module))
            .run(arguments.iter().copied());
        json(&folder, &["outcome.trace"])["outcome"].clone()
    };
    let exit = outcome(&["9"], "show.wasm");
    assert_eq!((&exit["kind"], &exit["code"]), (&"exit".into(), &9.into()));
    let trap = outcome(&["divide"], "deep_trap.wasm");
    assert_eq!((&trap["kind"], &trap["code"]), (&"trap".into(), &134.into()));
    assert!(trap["message"].as_str().is_some_and(|message| message.contains("divide by zero")));
}

#[test]
fn the_text_report_names_total_and_functions() {
    let folder = recorded();
    let run = wf_analyze(folder.path()).run(["trace.bin"]).exits(0);
    for text in [TOTAL.to_string().as_str(), "wasmtime-48", "work", "leaf"] {
        assert!(run.stdout.contains(text), "no {text} in\n{}", run.stdout);
    }
    assert!(!run.stdout.contains('\u{1b}'), "colour without a terminal");
}

#[test]
fn the_report_can_be_written_to_a_file() {
    let folder = recorded();
    let printed = wf_analyze(folder.path()).run(["--format", "json", "trace.bin"]).exits(0);
    wf_analyze(folder.path())
        .run(["--format", "json", "-o", "report.json", "trace.bin"])
        .exits(0)
        .prints("");
    assert_eq!(folder.read("report.json"), printed.stdout.as_bytes());
}

#[test]
fn the_output_is_the_same_for_any_number_of_jobs() {
    let folder = Folder::new();
    wf_record(folder.path())
        .args(["--ring-size", "65536"])
        .arg(program("trees.wasm"))
        .run::<&str>([])
        .exits(0);
    for format in ["text", "json"] {
        let report = |jobs: &str| {
            wf_analyze(folder.path())
                .run(["--format", format, "--jobs", jobs, "trace.bin"])
                .exits(0)
                .stdout
        };
        let one = report("1");
        assert_eq!(one, report("2"), "{format}");
        assert_eq!(one, report("7"), "{format}");
    }
}

#[test]
fn info_tells_what_a_trace_is() {
    let folder = recorded();
    let run = wf_analyze(folder.path()).run(["info", "trace.bin"]).exits(0);
    assert!(run.stdout.contains("small.wasm"), "{}", run.stdout);
    assert!(run.stdout.contains("wasmtime"), "{}", run.stdout);
}

#[test]
fn dump_shows_the_events() {
    let folder = recorded();
    let run = wf_analyze(folder.path()).run(["dump", "trace.bin"]).exits(0);
    assert!(run.stdout.lines().count() >= 34, "{}", run.stdout);
}

#[test]
fn one_recording_has_many_prices() {
    let folder = recorded();
    let total = |model: &str| {
        json(&folder, &["--cost-model", model, "trace.bin"])["fuel"]["total"].as_u64()
    };
    assert_eq!(total("wasmtime"), Some(TOTAL));
    assert_eq!(total("wasmtime-48"), Some(TOTAL));
    assert_eq!(total("wasmtime-45"), Some(TOTAL));
    // An iteration has the same 8 operators; `leaf` has `nop` and `end`, `work` has `loop` and two
    // `end`s, `_start` one.
    assert_eq!(total("unit"), Some(3 * (80 + 3) + 30 * 2 + 3 + 1));
}

#[test]
fn wrong_usage_exits_with_2() {
    let folder = recorded();
    wf_analyze(folder.path()).run::<&str>([]).exits(2);
    wf_analyze(folder.path()).run(["--format", "poem", "trace.bin"]).exits(2);
    wf_analyze(folder.path()).run(["--no-such-flag", "trace.bin"]).exits(2);
    wf_analyze(folder.path()).run(["--jobs", "0", "trace.bin"]).exits(2);
    wf_analyze(folder.path())
        .run(["--cost-model", "wasmtime-99", "trace.bin"])
        .exits(2)
        .complains_in_one_line(&["wasmtime-99"]);
    let help = wf_analyze(folder.path()).run(["--help"]).exits(0);
    for word in ["--cost-model", "--format", "--jobs", "info", "dump", "cost-model"] {
        assert!(help.stdout.contains(word), "{word} is not in the help");
    }
}

/// The committed example of the README.
#[test]
fn the_example_is_recorded_and_analyzed() {
    let folder = Folder::new();
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let run = wf_record(folder.path()).run([examples.join("mandelbrot.wasm")]).exits(0);
    assert!(run.stdout.contains("@@@@@"), "{}", run.stdout);
    let report = wf_analyze(folder.path()).run(["trace.bin"]).exits(0);
    assert!(report.stdout.contains("escape_time"), "{}", report.stdout);
    let report = json(&folder, &["trace.bin"]);
    assert_eq!(report["functions"][0]["name"], "escape_time", "the dearest function comes first");
}

/// Counts up in steps of 4 and never meets 3, but leaves its memory.
const TRAPS_IN_A_NEST: &str = r#"(module (memory 1)
  (func (export "_start") (local $i i32)
    loop $again
      local.get $i i32.load drop
      local.get $i i32.const 4 i32.add local.tee $i
      i32.const 3 i32.ne
      br_if $again
    end))"#;

#[test]
fn a_trap_in_a_nest_leaves_an_interval_and_says_what_would_not() {
    let folder = Folder::new();
    let module = folder.write_module("nest.wasm", TRAPS_IN_A_NEST);
    wf_record(folder.path()).run(["--slices", "min", module]).exits(134);
    let exact = json(&folder, &["trace.bin"])["fuel"].clone();
    // The entry, 9 operators for each of 16384 words, and 2 up to the one that is outside.
    assert_eq!(exact["total"], 1 + 16384 * 9 + 2);
    assert_eq!(exact["low"], exact["high"]);
    wf_record(folder.path()).run([module]).exits(134);
    let fuel = json(&folder, &["trace.bin"])["fuel"].clone();
    let end = |name: &str| fuel[name].as_u64().expect("a number");
    let total = exact["total"].as_u64().expect("a number");
    assert!(end("low") <= total && total <= end("high"), "{fuel}");
    let report = wf_analyze(folder.path()).run(["trace.bin"]).exits(0);
    assert!(report.stdout.contains("note     the trap struck in a loop nest of func[0]"));
    assert!(report.stdout.contains("`wf-record --slices min` tells that too"), "{}", report.stdout);
}
