//! `wf-record` on what cannot be recorded: one clear line, the documented exit status, and no
//! partial output that looks whole.

use std::process::Stdio;

use crate::binaries::{Run, Runs, wf_analyze, wf_record};
use crate::folder::{Folder, program};

/// Exit status when the command line or its input is at fault.
const USAGE: i32 = 2;
/// Exit status when the recorder itself failed.
const RECORDER_FAILED: i32 = 125;

/// Records a file of these contents, which must fail before a trace is made.
fn refuse(name: &str, contents: &[u8]) -> Run {
    let folder = Folder::new();
    folder.write(name, contents);
    let run = wf_record(folder.path()).run([name]).exits(USAGE);
    assert!(!folder.has("trace.bin"), "a trace was made: {}", run.stderr);
    run
}

#[test]
fn wrong_usage_exits_with_2() {
    let folder = Folder::new();
    wf_record(folder.path()).run::<&str>([]).exits(USAGE);
    wf_record(folder.path()).run(["--no-such-flag", "x.wasm"]).exits(USAGE);
    wf_record(folder.path()).run(["--ring-size", "many", "x.wasm"]).exits(USAGE);
    wf_record(folder.path()).run(["--unknown-imports", "maybe", "x.wasm"]).exits(USAGE);
}

#[test]
fn help_and_version_exit_with_0() {
    let folder = Folder::new();
    let help = wf_record(folder.path()).run(["--help"]).exits(0);
    for flag in ["--output", "--env", "--dir", "--invoke", "--unknown-imports", "--deterministic"] {
        assert!(help.stdout.contains(flag), "{flag} is not in the help");
    }
    wf_record(folder.path()).run(["--version"]).exits(0);
}

#[test]
fn a_missing_file_is_named() {
    let folder = Folder::new();
    wf_record(folder.path())
        .run(["no-such-program.wasm"])
        .exits(USAGE)
        .complains_in_one_line(&["no-such-program.wasm", "No such file"]);
    wf_record(folder.path()).run(["."]).exits(USAGE).complains_in_one_line(&["."]);
}

#[test]
fn what_is_not_wasm_is_refused() {
    refuse("notes.txt", b"These are notes, not a program.\n").complains_in_one_line(&["notes.txt"]);
    refuse("empty.wasm", b"").complains_in_one_line(&["empty.wasm"]);
    refuse("short.wasm", b"\0as").complains_in_one_line(&["short.wasm"]);
    refuse("version.wasm", b"\0asm\x07\0\0\0").complains_in_one_line(&["version.wasm"]);
}

#[test]
fn a_component_is_refused_by_name() {
    let component = wat::parse_str("(component)").expect("it parses");
    refuse("component.wasm", &component).complains_in_one_line(&["component.wasm", "component"]);
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    let stack_switching = wat::parse_str(
        "(module (type $f (func)) (type $c (cont $f))
           (func (export \"_start\") ref.null $c resume $c))",
    )
    .expect("it parses");
    refuse("switching.wasm", &stack_switching)
        .complains_in_one_line(&["switching.wasm", "stack switching"]);
    let legacy = wat::parse_str("(module (func (export \"_start\") try nop catch_all nop end))")
        .expect("it parses");
    refuse("legacy.wasm", &legacy).complains_in_one_line(&["legacy.wasm", "legacy"]);
}

#[test]
fn a_truncated_module_is_refused_with_the_offset() {
    let whole = std::fs::read(program("show.wasm")).expect("the program is committed");
    for length in [9, 100, whole.len() / 2, whole.len() - 1] {
        let run = refuse("cut.wasm", &whole[..length]).complains_in_one_line(&["cut.wasm"]);
        let offset = run
            .stderr
            .split(|c: char| !c.is_ascii_hexdigit() && c != 'x')
            .any(|word| word.starts_with("0x") || word.parse::<usize>().is_ok());
        assert!(offset, "no offset in {:?}", run.stderr);
    }
}

#[test]
fn an_invalid_module_is_refused_with_the_offset() {
    let invalid =
        wat::parse_str("(module (func (export \"_start\") i32.add drop))").expect("parses");
    let run = refuse("invalid.wasm", &invalid).complains_in_one_line(&["invalid.wasm"]);
    // magic 8, types 6, functions 4, exports 12, code header 3, size, locals: i32.add at 0x26.
    let at = invalid.iter().rposition(|&byte| byte == 0x6a).expect("i32.add is there");
    assert!(
        run.stderr.contains(&format!("{at:#x}")) || run.stderr.contains(&format!(" {at}")),
        "no {at:#x} in {:?}",
        run.stderr
    );
}

#[test]
fn a_missing_import_is_named_before_anything_runs() {
    let folder = Folder::new();
    let module = folder.write_module(
        "needs.wasm",
        r#"(module
             (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
             (import "env" "frobnicate" (func (param i32)))
             (import "env" "table of things" (table 1 funcref))
             (memory (export "memory") 1)
             (func (export "_start") i32.const 1 call 1))"#,
    );
    let run = wf_record(folder.path())
        .run([module])
        .exits(USAGE)
        .complains("needs.wasm")
        .complains("frobnicate")
        .complains("table of things");
    assert!(!run.stderr.contains("sched_yield"), "{}", run.stderr);
    assert!(!folder.has("trace.bin"));
}

#[test]
fn a_module_without_start_is_explained() {
    let folder = Folder::new();
    let module = folder.write_module("library.wasm", r#"(module (func (export "helper")))"#);
    wf_record(folder.path()).run([module]).exits(USAGE).complains_in_one_line(&[
        "library.wasm",
        "--invoke",
        "helper",
    ]);
    wf_record(folder.path())
        .run(["--invoke", "hepler", module])
        .exits(USAGE)
        .complains_in_one_line(&["library.wasm", "hepler", "helper"]);
}

#[test]
fn an_instrumented_module_is_not_instrumented_again() {
    let folder = Folder::new();
    wf_record(folder.path())
        .args(["--emit-instrumented", "once.wasm"])
        .arg(program("show.wasm"))
        .run::<&str>([])
        .exits(0);
    wf_record(folder.path()).run(["once.wasm"]).exits(USAGE).complains("instrumented");
}

#[test]
fn an_output_that_cannot_be_written_fails_before_the_guest_runs() {
    let folder = Folder::new();
    wf_record(folder.path())
        .args(["-o", "no/such/folder/trace.bin"])
        .arg(program("show.wasm"))
        .run(["0"])
        .complains_in_one_line(&["no/such/folder/trace.bin"]);
    std::fs::create_dir(folder.file("folder")).expect("it is writable");
    wf_record(folder.path())
        .args(["-o", "folder"])
        .arg(program("show.wasm"))
        .run(["0"])
        .complains_in_one_line(&["folder"]);
}

/// A disk that is full from the start: nothing is run.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_reported() {
    let folder = Folder::new();
    wf_record(folder.path())
        .args(["-o", "/dev/full"])
        .arg(program("show.wasm"))
        .run(["some", "words", "7"])
        .exits(RECORDER_FAILED)
        .complains_in_one_line(&["/dev/full", "No space left"]);
}

/// A disk that fills up while the guest runs: the guest runs to its end undisturbed, its output is
/// complete and its exit code is named, but the recorder says that it failed, and what it wrote
/// before can be read.
#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_fills_up_does_not_disturb_the_guest() {
    let folder = Folder::new();
    folder.write("words.txt", "one two three four five six seven\n".repeat(300_000));
    let text = std::fs::File::open(folder.file("words.txt")).expect("it was just written");
    let mut recorder = wf_record(folder.path());
    // Files may have 64 KiB, and whoever writes more gets an error in place of a signal.
    let mut shell = std::process::Command::new("bash");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "bash"]);
    shell.arg(recorder.get_program()).current_dir(folder.path());
    recorder = shell;
    let run = recorder
        .stdin(Stdio::from(text))
        .args(["--ring-size", "65536"])
        .arg(program("words.wasm"))
        .run::<&str>([])
        .exits(RECORDER_FAILED)
        .complains("trace.bin")
        .complains("File too large")
        .complains("exit status 7");
    assert_eq!(run.stdout.lines().count(), 7, "{}", run.stdout);
    wf_analyze(folder.path()).run(["trace.bin"]).exits(2).complains("--allow-partial");
    wf_analyze(folder.path()).run(["--allow-partial", "trace.bin"]).exits(0);
}

/// The trace on standard output, into a pipe that nobody reads to its end.
#[test]
#[cfg(target_os = "linux")]
fn a_closed_pipe_is_reported() {
    let folder = Folder::new();
    let mut child = wf_record(folder.path())
        .args(["-o", "-", "--ring-size", "65536"])
        .arg(program("quicksort.wasm"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(RECORDER_FAILED), "{complaint}");
    assert!(!complaint.contains("panicked"), "{complaint}");
}

/// What the trace limit cuts off is told, and what was written can be read.
#[test]
fn a_trace_limit_is_told() {
    let folder = Folder::new();
    let run = wf_record(folder.path())
        .args(["--max-trace-size", "100000", "--ring-size", "65536", "-o", "limited.trace"])
        .arg(program("quicksort.wasm"))
        .run::<&str>([])
        .prints("322593 .. 2152199975 .. 4294890283\n");
    assert!(folder.read("limited.trace").len() <= 200_000);
    assert!(run.stderr.contains("drop") || run.stderr.contains("limit"), "{}", run.stderr);
    wf_analyze(folder.path()).run(["limited.trace"]).exits(2).complains("--allow-partial");
    let partial =
        wf_analyze(folder.path()).run(["--allow-partial", "limited.trace", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&partial.exits(0).stdout).expect("JSON");
    assert!(report["trace"]["events"].as_u64() > Some(0), "{report}");
}
