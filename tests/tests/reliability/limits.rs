//! Limits that refuse something: hit from outside, they are named with their number.
//!
//! Those that can be raised have an option, which the message names; the others are constants in the
//! file `limits.rs` of their crate.

use std::fs::File;
use std::process::Command;

use analyzer::limits::{MAX_JOBS, MAX_SNAPSHOT_BYTES, MAX_SYMBOLS_BYTES};
use formats::limits::MAX_COST_MODEL_BYTES;
use recorder::limits::{MAX_MODULE_BYTES, MAX_RING_BYTES};
use slicer::Error;
use slicer::limits::{MAX_ARGUMENTS, MAX_LOOP_DEPTH};
use slicer::module::Module;

use crate::binaries::{Runs, wf_analyze, wf_record};
use crate::folder::{Folder, program};

/// Exit status when what was given is at fault.
const USAGE: i32 = 2;

/// A file of this length without contents.
fn hole<'a>(folder: &Folder, name: &'a str, bytes: u64) -> &'a str {
    let file = File::create(folder.file(name)).expect("the folder is writable");
    file.set_len(bytes).expect("the file system has holes");
    name
}

/// A folder with the trace `trace.bin`.
fn recorded() -> Folder {
    let folder = Folder::new();
    wf_record(folder.path()).args(["-q"]).arg(program("show.wasm")).run(["0"]).exits(0);
    folder
}

#[test]
fn a_module_that_is_too_long_is_not_read() {
    let folder = Folder::new();
    let module = hole(&folder, "long.wasm", MAX_MODULE_BYTES + 1);
    let limit = MAX_MODULE_BYTES.to_string();
    wf_record(folder.path())
        .run([module])
        .exits(USAGE)
        .complains_in_one_line(&["long.wasm", &limit]);
}

/// Devices say nothing of their length.
#[test]
#[cfg(target_os = "linux")]
fn inputs_without_an_end_are_read_up_to_their_limits() {
    let folder = recorded();
    let limited = |command: &Command, arguments: &[&str], limit: &str| {
        let mut shell = Command::new("bash");
        shell.args(["-c", "ulimit -v 3000000; exec \"$@\"", "bash"]).arg(command.get_program());
        shell.current_dir(folder.path());
        shell.run(arguments).exits(USAGE).complains("/dev/zero").complains(limit);
    };
    let analyze = wf_analyze(folder.path());
    let limit = MAX_COST_MODEL_BYTES.to_string();
    limited(&analyze, &["--cost-model", "/dev/zero", "trace.bin"], &limit);
    let limit = MAX_SNAPSHOT_BYTES.to_string();
    limited(&analyze, &["check", "--baseline", "/dev/zero", "trace.bin"], &limit);
    wf_analyze(folder.path()).run(["/dev/zero"]).exits(USAGE).complains("/dev/zero");
}

#[test]
fn files_that_are_too_long_are_not_read() {
    let folder = recorded();
    hole(&folder, "symbols.wasm", MAX_SYMBOLS_BYTES as u64 + 1);
    hole(&folder, "prices.toml", MAX_COST_MODEL_BYTES as u64 + 1);
    hole(&folder, "baseline.txt", MAX_SNAPSHOT_BYTES as u64 + 1);
    for (flags, file, limit) in [
        (&["--symbols"][..], "symbols.wasm", MAX_SYMBOLS_BYTES),
        (&["--cost-model"], "prices.toml", MAX_COST_MODEL_BYTES),
        (&["check", "--baseline"], "baseline.txt", MAX_SNAPSHOT_BYTES),
    ] {
        wf_analyze(folder.path())
            .args(flags)
            .args([file, "trace.bin"])
            .run::<&str>([])
            .exits(USAGE)
            .complains_in_one_line(&[file, &limit.to_string()]);
    }
}

#[test]
fn options_beyond_their_limits_name_them() {
    let folder = recorded();
    let show = program("show.wasm");
    for size in [u64::from(MAX_RING_BYTES) + 1, 0, u64::MAX] {
        wf_record(folder.path())
            .args(["--ring-size", &size.to_string()])
            .arg(&show)
            .run(["0"])
            .exits(USAGE)
            .complains("--ring-size")
            .complains(&MAX_RING_BYTES.to_string());
    }
    wf_record(folder.path())
        .args(["--ring-size", &MAX_RING_BYTES.to_string()])
        .arg(&show)
        .run(["0"])
        .exits(0);
    let jobs = (MAX_JOBS + 1).to_string();
    wf_analyze(folder.path())
        .run(["-j", &jobs, "trace.bin"])
        .exits(USAGE)
        .complains(&MAX_JOBS.to_string());
    wf_record(folder.path())
        .args(["--max-trace-size", "100"])
        .arg(&show)
        .run(["0"])
        .exits(USAGE)
        .complains("100 bytes");
}

#[test]
fn loops_beyond_the_deepest_nesting_are_refused_by_number() {
    let folder = Folder::new();
    let nested = |depth: u32| {
        let depth = depth as usize;
        let text = format!(
            "(module (func (export \"_start\") {}nop{}))",
            "loop ".repeat(depth),
            " end".repeat(depth)
        );
        wat::parse_str(text).expect("the text form parses")
    };
    folder.write("deep.wasm", nested(MAX_LOOP_DEPTH));
    wf_record(folder.path()).run(["deep.wasm"]).exits(0);
    wf_analyze(folder.path()).run(["trace.bin"]).exits(0);
    folder.write("deeper.wasm", nested(MAX_LOOP_DEPTH + 1));
    wf_record(folder.path())
        .run(["deeper.wasm"])
        .exits(USAGE)
        .complains_in_one_line(&["function 0", &MAX_LOOP_DEPTH.to_string()]);
}

/// A function in which a thousand ways lead back to a loop, each with forty thousand locals: its SSA form
/// is refused by number, and outcomes of branches can be recorded without it.
#[test]
fn arguments_beyond_the_limit_are_refused_by_number_and_recorded_by_outcomes() {
    const LOCALS: usize = 40_000;
    const WAYS: usize = 1_000;
    let sets: String = (0..LOCALS)
        .map(|local| format!("(local.set {local} (i32.add (local.get {local}) (i32.const 1)))"))
        .collect();
    let ways = "(br_if 0 (i32.gt_u (local.get 0) (i32.const 7)))".repeat(WAYS);
    let text = format!(
        "(module (func (export \"_start\") (local {})
           (block (loop (br_if 1 (i32.eq (local.get 1) (i32.const 3))) {sets} {ways}))))",
        "i32 ".repeat(LOCALS)
    );
    let wasm = wat::parse_str(text).expect("the text form parses");
    let module = Module::parse(&wasm).expect("it is valid");
    let Err(Error::Limit { limit, found, .. }) = slicer::ir::build::build(&module, 0).map(|_| ())
    else {
        panic!("{} arguments are within the limit", LOCALS * WAYS);
    };
    assert_eq!(limit, MAX_ARGUMENTS);
    assert!(found > limit);
    let folder = Folder::new();
    folder.write("wide.wasm", &wasm);
    wf_record(folder.path()).run(["wide.wasm"]).exits(USAGE).complains_in_one_line(&[
        "function 0",
        &MAX_ARGUMENTS.to_string(),
        "--slices min",
    ]);
    // Compiling it takes the engine minutes, so that it isn't run here.
    wf_record(folder.path())
        .args(["--slices", "min", "--emit-instrumented", "instrumented.wasm"])
        .run(["wide.wasm"])
        .exits(0);
}
