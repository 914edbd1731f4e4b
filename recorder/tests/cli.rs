//! The binary: what it prints, where, and how it exits.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use formats::plan::Plan;
use formats::trace::{Kept, Trace};

/// A folder of its own for a test, and a way to run the binary in it.
struct Workbench {
    folder: PathBuf,
}

impl Workbench {
    fn new(test: &str) -> Workbench {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(test);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("the target folder is writable");
        Workbench { folder }
    }

    /// A workbench with `m.wasm`, made from `text`.
    fn with_module(test: &str, text: &str) -> Workbench {
        let bench = Workbench::new(test);
        bench.write("m.wasm", &wat::parse_str(text).expect("valid text"));
        bench
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).expect("the target folder is writable");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wf-record"));
        command
            .args(line.split_whitespace())
            .current_dir(&self.folder)
            .env_remove("CARGO")
            .env_remove("NO_COLOR")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, line: &str) -> Run {
        Run::from(self.command(line).output().expect("the binary runs"))
    }

    fn trace(&self, name: &str) -> Trace {
        Trace::open(self.path(name)).expect("a trace")
    }
}

#[derive(Debug)]
struct Run {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        Run {
            status: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Run {
    /// Asserts a refusal: one line, on standard error.
    fn refused(&self, status: i32, words: &[&str]) {
        assert_eq!(self.status, Some(status), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        assert!(self.stderr.starts_with("wf-record: error: "), "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "`{word}` in {self:?}");
        }
    }
}

const HELLO: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\10\00\00\00\06\00\00\00")
    (data (i32.const 16) "hello\n")
    (func (export "_start")
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (call $exit (i32.const 7))))"#;

/// Two million iterations, each along one of two paths by the bits of a xorshift generator.
const SPIN: &str = r#"(module
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func (export "_start") (local $n i32) (local $x i64)
      (local.set $n (i32.const 2000000))
      (local.set $x (i64.const 88172645463325252))
      (loop
        (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 13))))
        (local.set $x (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 7))))
        (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 17))))
        (if (i64.eqz (i64.and (local.get $x) (i64.const 1))) (then nop))
        (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (call $exit (i32.const 3))))"#;

#[test]
fn a_recorded_run_keeps_the_guests_output_and_status_and_says_what_to_do_next() {
    let bench = Workbench::with_module("recorded", HELLO);
    let run = bench.run("m.wasm");
    assert_eq!(run.status, Some(7), "{run:?}");
    assert_eq!(run.stdout, "hello\n");
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{run:?}");
    assert!(lines[0].contains(" s, 2 events (0 dropped), "), "{run:?}");
    assert!(lines[0].ends_with(": trace.bin"), "{run:?}");
    assert_eq!(lines[1], "wf-record: next: wf-analyze trace.bin");
    assert_eq!(bench.trace("trace.bin").header().program, "m.wasm");
}

#[test]
fn quiet_says_nothing_and_verbose_says_more() {
    let bench = Workbench::with_module("quiet", HELLO);
    assert_eq!(bench.run("-q m.wasm").stderr, "");
    let verbose = bench.run("-v m.wasm").stderr;
    assert!(verbose.contains("1 functions") && verbose.contains("segments"), "{verbose}");
}

#[test]
fn colour_is_only_used_when_it_was_asked_for() {
    let bench = Workbench::with_module("colour", HELLO);
    assert!(!bench.run("m.wasm").stderr.contains('\x1b'));
    assert!(bench.run("--color always m.wasm").stderr.contains('\x1b'));
    assert!(!bench.run("--color never m.wasm").stderr.contains('\x1b'));
}

#[test]
fn an_existing_trace_is_kept() {
    let bench = Workbench::with_module("kept", HELLO);
    bench.write("t.bin", b"precious");
    assert_eq!(bench.run("-o t.bin m.wasm").status, Some(7));
    assert_eq!(fs::read(bench.path("t.bin.old")).unwrap(), b"precious");
    assert!(bench.trace("t.bin").is_complete());
}

#[test]
fn the_trace_can_go_to_standard_output_and_the_guests_output_then_goes_to_standard_error() {
    let bench = Workbench::with_module("stdout", HELLO);
    let output = bench.command("-o - m.wasm").output().unwrap();
    assert_eq!(output.status.code(), Some(7));
    assert!(Trace::from_bytes(output.stdout).unwrap().is_complete());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("hello\n"), "{stderr}");
    assert!(stderr.contains(": standard output") && !stderr.contains("next:"), "{stderr}");
}

#[test]
fn results_of_an_invoked_function_are_printed() {
    let text = r#"(module (func (export "swap") (param i32 f64) (result f64 i32)
        local.get 1 local.get 0))"#;
    let bench = Workbench::with_module("invoke", text);
    let run = bench.run("--invoke swap m.wasm -5 2.5");
    assert_eq!((run.status, run.stdout.as_str()), (Some(0), "2.5\n-5\n"), "{run:?}");
}

#[test]
fn a_trap_is_told_as_wasmtime_tells_it() {
    let text = r#"(module (func $_start (export "_start") call $f) (func $f unreachable))"#;
    let bench = Workbench::with_module("trap", text);
    let run = bench.run("m.wasm");
    assert_eq!(run.status, Some(134), "{run:?}");
    let expected = "wf-record: error: the program `m.wasm` failed\n\nCaused by:\n    \
        0: error while executing at wasm backtrace:\n          \
        0: f (function 1, operator 0)\n          \
        1: _start (function 0, operator 0)\n    \
        1: wasm trap: wasm `unreachable` instruction executed\n";
    assert!(run.stderr.starts_with(expected), "{}", run.stderr);
    assert!(run.stderr.contains("next: wf-analyze"), "{run:?}");
}

#[test]
fn the_summary_has_the_receipt_in_json() {
    let bench = Workbench::with_module("summary", HELLO);
    bench.run("-q --summary-json s.json m.wasm");
    let summary: serde_json::Value =
        serde_json::from_slice(&fs::read(bench.path("s.json")).unwrap()).unwrap();
    assert_eq!(summary["schema"], "wf-receipt/1");
    assert_eq!(summary["outcome"]["kind"], "exit");
    assert_eq!(summary["outcome"]["code"], 7);
    assert_eq!(summary["trace"]["path"], "trace.bin");
    assert_eq!(summary["trace"]["events"], 2);
    assert_eq!(summary["trace"]["dropped_events"], 0);
    assert_eq!(summary["trace"]["complete"], true);
    let bytes = fs::metadata(bench.path("trace.bin")).unwrap().len();
    assert_eq!(summary["trace"]["bytes"], bytes);
    assert!(summary["guest_seconds"].as_f64().unwrap() > 0.0);
}

#[test]
fn the_instrumented_module_and_its_plan_are_emitted_and_nothing_runs() {
    let bench = Workbench::with_module("emit", HELLO);
    let run = bench.run("--emit-instrumented out.wasm m.wasm");
    assert_eq!((run.status, run.stdout.as_str()), (Some(0), ""), "{run:?}");
    assert!(run.stderr.contains("out.wasm, its plan: out.wasm.plan"), "{run:?}");
    assert!(!bench.path("trace.bin").exists());
    let wasm = fs::read(bench.path("out.wasm")).unwrap();
    assert!(slicer::module::Module::parse(&wasm).is_ok());
    let plan: Plan =
        formats::codec::decode(&fs::read(bench.path("out.wasm.plan")).unwrap()).unwrap();
    assert_eq!(plan.functions.len(), 1);
    bench.run("out.wasm").refused(2, &["out.wasm", "instrumented already"]);
}

#[test]
fn what_is_no_module_is_refused_in_one_line_and_leaves_no_trace() {
    let bench = Workbench::new("refused");
    bench.write("text.wat", b"  (module)");
    bench.write("hello.txt", b"hello");
    bench.write("component.wasm", b"\0asm\x0d\0\x01\0");
    bench.write("cut.wasm", b"\0asm\x01\0\0\0\x01\x04\x01");
    bench.write(
        "needs.wasm",
        &wat::parse_str(
            r#"(module (import "a" "b" (func)) (import "c" "d" (global i32))
               (func (export "_start")))"#,
        )
        .unwrap(),
    );
    bench.write("library.wasm", &wat::parse_str(r#"(module (func (export "f")))"#).unwrap());
    fs::create_dir(bench.path("folder")).unwrap();
    bench.run("missing.wasm").refused(2, &["can't read missing.wasm", "No such file"]);
    bench.run("folder").refused(2, &["folder is a directory"]);
    bench.run("text.wat").refused(2, &["text.wat is in the text format", "wat2wasm"]);
    bench.run("hello.txt").refused(2, &["hello.txt: not a WebAssembly module"]);
    bench.run("component.wasm").refused(2, &["component.wasm", "components are not supported"]);
    bench.run("cut.wasm").refused(2, &["cut.wasm", "offset 0x"]);
    bench.run("needs.wasm").refused(2, &["function `a`.`b`, global `c`.`d`"]);
    bench.run("library.wasm").refused(2, &["--invoke", "`f`"]);
    bench.run("--invoke g library.wasm").refused(2, &["`g`", "`f`"]);
    bench.run("--dir nowhere --invoke f library.wasm").refused(2, &["nowhere"]);
    assert!(!bench.path("trace.bin").exists());
}

#[test]
fn a_wrong_command_line_exits_with_2() {
    let bench = Workbench::with_module("usage", HELLO);
    for line in ["", "--no-such m.wasm", "--detail all m.wasm", "--ring-size 0 m.wasm", "-q"] {
        let run = bench.run(line);
        assert_eq!(run.status, Some(2), "{line}: {run:?}");
        assert!(run.stderr.starts_with("error: "), "{line}: {run:?}");
    }
    bench.run("-o m.wasm m.wasm").refused(2, &["the module itself"]);
}

#[test]
fn an_output_that_can_not_be_written_is_named() {
    let bench = Workbench::with_module("unwritable", HELLO);
    bench.run("-o no/such/t.bin m.wasm").refused(125, &["can't write no/such/t.bin"]);
    let run = bench.run("--summary-json no/such.json m.wasm");
    assert_eq!(run.status, Some(125), "{run:?}");
    assert!(run.stderr.contains("can't write no/such.json"), "{run:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_names_the_file_and_the_guests_own_status() {
    let bench = Workbench::with_module("full", HELLO);
    bench.run("-o /dev/full m.wasm").refused(125, &["/dev/full", "No space left"]);
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_lets_the_guest_finish_and_is_reported() {
    let bench = Workbench::with_module("pipe", SPIN);
    let mut child =
        bench.command("-o - m.wasm").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The header comes through, and then nobody reads any more.
    let mut head = [0; 16];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut head).unwrap();
    drop(child.stdout.take());
    let run = Run::from(child.wait_with_output().unwrap());
    run.refused(125, &["standard output", "roken pipe", "exit status 3"]);
}

#[test]
fn a_trace_that_reached_its_limit_warns_and_keeps_the_guests_status() {
    let bench = Workbench::with_module("limit", SPIN);
    let run = bench.run("--ring-size 64K --max-trace-size 200K m.wasm");
    assert_eq!(run.status, Some(3), "{run:?}");
    assert!(run.stderr.contains("warning: ") && run.stderr.contains("--max-trace-size"), "{run:?}");
    let trace = bench.trace("trace.bin");
    assert!(trace.events() > 0 && trace.dropped_events() > 0 && trace.is_complete());
    assert!((100 << 10..=200 << 10).contains(&trace.bytes()), "{}", trace.bytes());
    bench.run("-o vain.bin --max-trace-size 10 m.wasm").refused(2, &["header"]);
    assert!(!bench.path("vain.bin").exists());
}

#[test]
fn counts_make_a_smaller_trace_of_the_same_events() {
    let bench = Workbench::with_module("counts", SPIN);
    assert_eq!(bench.run("-o full.bin m.wasm").status, Some(3));
    assert_eq!(bench.run("-o counts.bin --detail counts m.wasm").status, Some(3));
    let (full, counts) = (bench.trace("full.bin"), bench.trace("counts.bin"));
    assert_eq!(full.events(), counts.events());
    assert!(counts.bytes() < full.bytes() / 10, "{} {}", counts.bytes(), full.bytes());
}

/// Which of the trace's segments are kept.
fn kept(trace: &Trace) -> Vec<bool> {
    trace.segments().iter().map(|entry| entry.kept != Kept::Nothing).collect()
}

#[test]
fn a_sample_keeps_the_segments_that_its_header_says() {
    let bench = Workbench::with_module("sample", SPIN);
    let flags = "--approx 0.5 --seed 1 --ring-size 64K --summary-json s.json";
    for detail in ["full", "counts"] {
        let run = bench.run(&format!("{flags} --detail {detail} m.wasm"));
        assert_eq!(run.status, Some(3), "{run:?}");
        let trace = bench.trace("trace.bin");
        let sample = trace.header().sample.expect("a sample");
        assert_eq!((sample.rate(), sample.seed), (0.5, 1));
        let segments = trace.segments();
        assert!(segments.len() > 24 && trace.is_complete(), "{}", segments.len());
        assert!(segments.iter().all(|entry| entry.info.stream == 0 && entry.info.events > 0));
        let chosen: Vec<bool> =
            (0..segments.len() as u32).map(|number| sample.keeps(0, number)).collect();
        assert_eq!(kept(&trace), chosen);
        let count = chosen.iter().filter(|&&kept| kept).count();
        assert!(0 < count && count < segments.len(), "{count} of {}", segments.len());
        let words = format!(" (0 dropped), {count} of {} segments kept, ", segments.len());
        assert!(run.stderr.contains(&words), "`{words}` in {run:?}");
        assert!(
            run.stderr.ends_with("wf-record: next: wf-analyze --approx trace.bin\n"),
            "{run:?}"
        );
        let summary: serde_json::Value =
            serde_json::from_slice(&fs::read(bench.path("s.json")).unwrap()).unwrap();
        assert_eq!(summary["trace"]["kept_segments"], count);
        assert_eq!(summary["trace"]["segments"], segments.len());
        assert_eq!(summary["trace"]["events"], trace.events());
        assert_eq!(summary["trace"]["complete"], true);
    }
}

#[test]
fn the_same_seed_keeps_the_same_segments_of_the_same_events() {
    let bench = Workbench::with_module("seeds", SPIN);
    let record = |flags: &str| {
        assert_eq!(bench.run(&format!("--ring-size 64K {flags} m.wasm")).status, Some(3));
        let trace = bench.trace("trace.bin");
        (trace.events(), kept(&trace), trace.header().sample, trace.bytes())
    };
    let whole = record("");
    let first = record("--approx 0.5 --seed 1");
    assert!(whole.1.iter().all(|&kept| kept) && whole.2.is_none());
    assert!(whole.0 == first.0 && whole.1.len() == first.1.len(), "what is not kept is counted");
    assert!(first.3 < whole.3, "{} bytes of {}", first.3, whole.3);
    assert_eq!(record("--approx 0.5 --seed 1").1, first.1);
    assert_ne!(record("--approx 0.5 --seed 2").1, first.1);
    // Without a seed nobody knows beforehand what will be kept.
    let seed = || record("--approx 0.5").2.expect("a sample").seed;
    assert_ne!(seed(), seed());
}

#[test]
fn a_rate_of_one_is_a_whole_recording() {
    let bench = Workbench::with_module("everything", SPIN);
    let run = bench.run("--approx 1 --ring-size 64K m.wasm");
    assert!(kept(&bench.trace("trace.bin")).iter().all(|&kept| kept));
    assert!(run.stderr.ends_with("wf-record: next: wf-analyze trace.bin\n"), "{run:?}");
    assert!(!run.stderr.contains("segments kept"), "{run:?}");
}

#[test]
fn a_wrong_rate_exits_with_2_and_says_what_a_rate_is() {
    let bench = Workbench::with_module("rates", HELLO);
    for (flags, words) in [
        ("--approx 0", "invalid value '0' for '--approx <RATE>': a rate is a number above 0"),
        ("--approx 1.5", "invalid value '1.5' for '--approx <RATE>': a rate is a number above 0"),
        ("--approx x", "invalid value 'x' for '--approx <RATE>': a rate is a number above 0"),
        ("--approx 0.5 --seed x", "invalid value 'x' for '--seed <N>'"),
        ("--seed 1", "required arguments were not provided"),
    ] {
        let run = bench.run(&format!("{flags} m.wasm"));
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{flags}: {run:?}");
        let line = run.stderr.lines().next().expect("a line");
        assert!(line.starts_with("error: ") && line.contains(words), "{flags}: {run:?}");
    }
    assert!(!bench.path("trace.bin").exists());
}

#[test]
fn help_has_examples_and_exit_statuses() {
    let bench = Workbench::new("help");
    let help = bench.run("--help");
    assert_eq!(help.status, Some(0));
    for words in ["Usage: wf-record [OPTIONS] [--] MODULE [--] [ARGS]...", "Examples:", "125"] {
        assert!(help.stdout.contains(words), "{words}");
    }
    assert!(help.stdout.lines().all(|line| line.chars().count() <= 100), "fits a terminal");
    assert!(bench.run("--version").stdout.starts_with("wf-record "));
}

#[test]
fn shells_and_man_are_told_the_options_and_a_file_of_that_name_is_a_module() {
    let bench = Workbench::with_module("generate", "(module (func (export \"_start\")))");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = bench.run(&format!("completions {shell}"));
        assert_eq!(run.status, Some(0), "{run:?}");
        assert!(run.stdout.contains("unknown-imports"), "{run:?}");
    }
    let run = bench.run("man");
    assert!(run.status == Some(0) && run.stdout.contains(".TH wf-record 1"), "{run:?}");
    assert_eq!(bench.run("completions nosuchshell").status, Some(2));
    bench.write("man", &fs::read(bench.path("m.wasm")).expect("a module"));
    let run = bench.run("man");
    assert!(run.status == Some(0) && run.stderr.contains("wf-analyze trace.bin"), "{run:?}");
}
