//! What a program can reach: its own memories, the folders that it was given, and nothing of ours.

use recorder::{Instrumented, Recorder, SharedBytes, Slices};
use tests::exact::{Options, assert_exact_with};
use tests::program::{Call, Program};

use crate::binaries::{Runs, wf_analyze, wf_record};
use crate::folder::{Folder, program};

/// Exit status when what was given is at fault.
const USAGE: i32 = 2;

/// Writes over all memory that it has, all that it can grow, and just beyond; exports that are named
/// like the recorder's.
const VANDAL: &str = r#"(module
    (memory $one (export "wf.ring") 1)
    (memory $two (export "wf.ring_") 1 3)
    (global $position (export "wf.position") (mut i32) (i32.const 7))
    (global (export "wf.position_") i32 (i32.const 8))
    (func $flush (export "wf.flush") (param i32) (global.set $position (local.get 0)))
    (func $fill (param $bytes i32)
      (memory.fill $one (i32.const 0) (i32.const 0xff) (local.get $bytes))
      (memory.fill $two (i32.const 0) (i32.const 0xee) (local.get $bytes))
      (memory.copy $two $one (i32.const 0) (i32.const 0) (local.get $bytes)))
    (func (export "vandalize") (result i32) (local $n i32)
      (loop $again
        (call $fill (i32.const 65536))
        (call $flush (local.get $n))
        (drop (memory.grow $one (i32.const 1)))
        (drop (memory.grow $two (i32.const 1)))
        (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                                (i32.const 300))))
      (i32.add (memory.size $one) (i32.add (memory.size $two) (global.get $position))))
    (func (export "beyond") (i32.store8 $two (i32.const 196608) (i32.const 1))))"#;

#[test]
fn a_program_reaches_no_ring_and_its_names_collide_with_none() {
    let wasm = wat::parse_str(VANDAL).expect("the text form parses");
    for slices in [Slices::Chosen, Slices::Min, Slices::Max] {
        let instrumented = Instrumented::new(wasm.clone(), slices, 1).expect("it can be recorded");
        for name in ["wf.ring", "wf.ring_", "wf.position", "wf.position_", "wf.flush"] {
            assert_ne!(instrumented.plan.ring_export, name);
            assert_ne!(instrumented.plan.position_export, name);
        }
    }
    let call = |export: &str| Call { export: export.to_owned(), arguments: Vec::new() };
    let calls = vec![call("vandalize"), call("beyond"), call("vandalize")];
    let program = Program::calls("vandal", wasm, calls);
    // Every oracle sees the same results, memories, globals and traps, and the same fuel.
    assert_exact_with(&program, &Options::default());
}

#[test]
fn a_program_that_imports_the_recorders_import_is_refused() {
    let folder = Folder::new();
    for import in ["(func (param i32))", "(func)", "(memory 1)", "(global i32)"] {
        let text = format!(r#"(module (import "wf" "flush" {import}) (func (export "_start")))"#);
        let module = folder.write_module("greedy.wasm", &text);
        for policy in ["deny", "default", "trap"] {
            let run = wf_record(folder.path())
                .args(["--unknown-imports", policy])
                .run([module])
                .exits(USAGE)
                .complains("greedy.wasm");
            assert!(!run.stderr.contains("panicked"), "{import}: {}", run.stderr);
            assert!(!folder.has("trace.bin"), "{import} with {policy} was run");
        }
    }
    // Another name in that module is an import like any other.
    let text = r#"(module (import "wf" "flusher" (func)) (func (export "_start") (call 0)))"#;
    let module = folder.write_module("modest.wasm", text);
    wf_record(folder.path()).args(["--unknown-imports", "default"]).run([module]).exits(0);
}

/// Exit status of `files.wasm` when it cannot open its first argument.
const CANNOT_READ: i32 = 3;
/// And when it cannot open its second one, to which it copies the first, reversed.
const CANNOT_WRITE: i32 = 4;

#[test]
fn only_the_given_folders_can_be_reached() {
    let folder = Folder::new();
    let inside = folder.file("inside");
    std::fs::create_dir(&inside).expect("it is writable");
    folder.write("secret.txt", "secret");
    std::fs::write(inside.join("public.txt"), "public").expect("it is writable");
    std::os::unix::fs::symlink(folder.file("secret.txt"), inside.join("link.txt")).expect("links");
    std::os::unix::fs::symlink(folder.path(), inside.join("up")).expect("links");
    let copy = |from: &str, to: &str| {
        let mut command = wf_record(folder.path());
        command.args(["-q", "--dir", "inside"]).arg(program("files.wasm"));
        command.run([from, to]).code
    };
    assert_eq!(copy("inside/public.txt", "inside/copy.txt"), 0);
    let secret = folder.file("secret.txt").display().to_string();
    for outside in [
        "secret.txt",
        "inside/../secret.txt",
        "inside/link.txt",
        "inside/up/secret.txt",
        secret.as_str(),
        "/etc/passwd",
    ] {
        assert_eq!(copy(outside, "inside/stolen.txt"), CANNOT_READ, "{outside}");
        assert_eq!(copy("inside/public.txt", outside), CANNOT_WRITE, "{outside}");
    }
    assert_eq!(folder.read("secret.txt"), b"secret");
}

/// Names in a trace are words, whatever they look like: no file is opened or made for them.
#[test]
fn names_in_a_trace_are_no_paths() {
    let folder = Folder::new();
    let victim = folder.write("victim.txt", "untouched");
    let absolute = folder.file(victim).display().to_string();
    let text = format!(
        r#"(module (func $"{absolute}" (export "_start") (export "../../{victim}") (call $leaf))
             (func $leaf unreachable)
             (@custom "external_debug_info" "\0a{victim}")
             (@custom "sourceMappingURL" "\0a{victim}"))"#
    );
    let bytes = SharedBytes::default();
    let recorder = Recorder::builder()
        .module(wat::parse_str(text).expect("the text form parses"))
        .program(absolute.clone())
        .arguments([absolute.as_str(), "../victim.txt"])
        .build()
        .expect("it can be recorded");
    let receipt = recorder.run(bytes.clone()).expect("it starts");
    receipt.drain.expect("memory takes it");
    folder.write("trace.bin", bytes.take());
    wf_analyze(folder.path()).run(["trace.bin"]).exits(0);
    for verb in ["info", "dump"] {
        wf_analyze(folder.path()).run([verb, "trace.bin"]).exits(0);
    }
    let mut made = vec!["trace.bin".to_owned(), victim.to_owned()];
    for format in ["text", "json", "csv", "markdown", "html"] {
        let name = format!("report.{format}");
        wf_analyze(folder.path())
            .args(["--format", format, "-o", &name])
            .run(["trace.bin"])
            .exits(0);
        made.push(name);
    }
    for format in ["folded", "flamegraph", "pprof", "callgrind", "speedscope", "firefox", "csv"] {
        let name = format!("exported.{format}");
        wf_analyze(folder.path())
            .args(["export", "--format", format, "-o", &name, "trace.bin"])
            .run::<&str>([])
            .exits(0);
        made.push(name);
    }
    let entries = std::fs::read_dir(folder.path()).expect("it is there");
    let mut found: Vec<String> = entries
        .map(|it| it.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    made.sort();
    assert_eq!(found, made);
    assert_eq!(folder.read(victim), b"untouched");
}
