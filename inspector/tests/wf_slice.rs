//! The binary: what it prints, where, and how it exits.
//!
//! `BLESS=1` renews the golden texts.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder of its own for a test, and a way to run the binary in it.
struct Workbench {
    folder: PathBuf,
}

impl Workbench {
    fn new(test: &str) -> Workbench {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wf-slice").join(test);
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
        fs::write(self.folder.join(name), bytes).expect("the target folder is writable");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.join(name)).expect("it was written")
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).expect("the folder is there");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wf-slice"));
        command
            .args(line.split_whitespace())
            .current_dir(&self.folder)
            .env_remove("NO_COLOR")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, line: &str) -> Run {
        Run::from(self.command(line).output().expect("the binary runs"))
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
    /// Asserts that all went well, and gives what was printed.
    fn printed(self) -> String {
        assert_eq!((self.status, self.stderr.as_str()), (Some(0), ""), "{self:?}");
        self.stdout
    }

    /// Asserts that what was printed is the text of the golden file `name`.
    fn prints_golden(self, name: &str) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(name);
        let found = self.printed();
        if std::env::var_os("BLESS").is_some() {
            fs::write(&file, &found).expect("the goldens are writable");
        }
        let golden = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(found, golden, "{name}");
    }

    /// Asserts a refusal: one line, on standard error.
    fn refused(&self, words: &[&str]) {
        assert_eq!(self.status, Some(2), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        assert!(self.stderr.starts_with("wf-slice: error: "), "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "`{word}` in {self:?}");
        }
    }
}

/// A nest that is stepped over, a loop that is told, and a choice.
const GRID: &str = r#"(module
  (import "env" "draw" (func $draw (param i32 i32)))
  (func $sum (export "sum") (param $rows i32) (param $columns i32) (result i32)
    (local $row i32) (local $column i32) (local $sum i32)
    (loop $each_row
      (local.set $column (local.get $columns))
      (loop $each_column
        (local.set $sum (i32.add (local.get $sum) (local.get $row)))
        (br_if $each_column
          (local.tee $column (i32.sub (local.get $column) (i32.const 1)))))
      (br_if $each_row
        (i32.lt_u
          (local.tee $row (i32.add (local.get $row) (i32.const 1)))
          (local.get $rows))))
    (local.get $sum))
  (func $paint (param $count i32)
    (loop $next
      (if (i32.and (local.get $count) (i32.const 1))
        (then (call $draw (local.get $count) (i32.const 7))))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))"#;

#[test]
fn slices_are_shown_unless_something_else_is_asked_for() {
    let bench = Workbench::with_module("slices", GRID);
    bench.run("m.wasm").prints_golden("slices.txt");
    assert_eq!(bench.run("--emit slices m.wasm").printed(), bench.run("m.wasm").printed());
    bench.run("--slices min --function sum m.wasm").prints_golden("slices_min.txt");
    bench.run("--slices max --function paint m.wasm").prints_golden("slices_max.txt");
}

#[test]
fn the_plan_is_shown() {
    let bench = Workbench::with_module("plan", GRID);
    bench.run("--emit plan m.wasm").prints_golden("plan.txt");
}

#[test]
fn the_ir_is_shown_in_two_forms() {
    let bench = Workbench::with_module("ir", GRID);
    bench.run("--emit ir m.wasm").prints_golden("ir.txt");
    bench.run("--emit ir --view m.wasm").prints_golden("ir_view.txt");
    let printed = bench.run("--emit ir --function 1 m.wasm").printed();
    assert_eq!(slicer::ir::text::parse(&printed).expect("it reads back").index, 1);
}

#[test]
fn the_help_has_examples_and_exit_statuses() {
    let bench = Workbench::new("help");
    bench.run("--help").prints_golden("help.txt");
    assert!(bench.run("--version").printed().starts_with("wf-slice "));
}

#[test]
fn an_instrumented_module_is_text_and_in_a_file_a_binary() {
    let bench = Workbench::with_module("instrumented", GRID);
    let text = bench.run("--emit instrumented m.wasm").printed();
    assert!(text.starts_with("(module") && text.contains("wf.ring"), "{text}");
    assert_eq!(bench.run("--emit instrumented -o out.wasm m.wasm").printed(), "");
    let binary = bench.read("out.wasm");
    assert_eq!(wasmprinter::print_bytes(binary).expect("a binary"), text);
    let min = bench.run("--emit instrumented --slices min m.wasm").printed();
    assert_ne!(min, text);
}

#[test]
fn a_function_is_found_by_index_and_by_name() {
    let bench = Workbench::with_module("function", GRID);
    let by_name = bench.run("--emit plan --function paint m.wasm").printed();
    assert!(by_name.starts_with("func 2 paint: "), "{by_name}");
    assert_eq!(by_name, bench.run("--emit plan --function 2 m.wasm").printed());
    let both = bench.run("--emit plan m.wasm").printed();
    let sum = bench.run("--emit plan --function sum m.wasm").printed();
    assert_eq!(both, format!("{sum}\n{by_name}"));
    bench.run("--function 0 m.wasm").refused(&["m.wasm", "imported"]);
    bench.run("--function 3 m.wasm").refused(&["m.wasm", "no function 3", "has 3"]);
    bench.run("--function pain m.wasm").refused(&["m.wasm", "no function is called `pain`"]);
}

#[test]
fn prices_come_from_the_cost_model() {
    let bench = Workbench::with_module("prices", GRID);
    let unit = bench.run("--cost-model unit m.wasm").printed();
    assert_ne!(unit, bench.run("m.wasm").printed());
    bench.write("mine.toml", b"nonsense");
    bench.run("--cost-model mine.toml m.wasm").refused(&["mine.toml"]);
    bench.run("--cost-model free m.wasm").refused(&["no cost model `free`", "wasmtime"]);
}

#[test]
fn a_file_is_written_as_a_whole_and_without_color() {
    let bench = Workbench::with_module("file", GRID);
    bench.write("out.txt", b"what was there before");
    assert_eq!(bench.run("--color always -o out.txt m.wasm").printed(), "");
    assert_eq!(bench.read("out.txt"), bench.run("m.wasm").printed().as_bytes());
    assert_eq!(bench.files(), ["m.wasm", "out.txt"]);
    bench.run("-o no/such/folder m.wasm").refused(&["no/such/folder"]);
    fs::create_dir(bench.folder.join("folder")).expect("writable");
    bench.run("-o folder m.wasm").refused(&["folder"]);
    assert_eq!(bench.files(), ["folder", "m.wasm", "out.txt"]);
}

#[test]
fn color_is_for_terminals_and_for_those_who_ask() {
    let bench = Workbench::with_module("color", GRID);
    let plain = bench.run("m.wasm").printed();
    assert!(!plain.contains('\x1b'));
    let colored = bench.run("--color always m.wasm").printed();
    assert!(colored.contains("\x1b[1mfunc\x1b[0m"), "{colored}");
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some((text, code)) = rest.split_once("\x1b[") {
        stripped.push_str(text);
        rest = code.split_once('m').expect("a color").1;
    }
    assert_eq!(stripped + rest, plain);
    assert_eq!(bench.run("--color never m.wasm").printed(), plain);
}

#[test]
fn standard_input_is_a_module_too() {
    let bench = Workbench::with_module("stdin", GRID);
    let mut child = bench
        .command("--emit plan -")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(&bench.read("m.wasm")).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(printed, bench.run("--emit plan m.wasm").printed());
    bench.run("-").refused(&["standard input", "not a WebAssembly module"]);
}

#[test]
fn what_is_no_module_is_refused() {
    let bench = Workbench::new("refused");
    bench.run("none.wasm").refused(&["can't read none.wasm", "No such file"]);
    bench.run(".").refused(&["directory"]);
    bench.write("notes.txt", b"These are notes.\n");
    bench.run("notes.txt").refused(&["notes.txt: not a WebAssembly module"]);
    bench.write("m.wat", b"(module)");
    bench.run("m.wat").refused(&["m.wat is in the text format", "wat2wasm m.wat"]);
    bench.write("component.wasm", &wat::parse_str("(component)").expect("valid"));
    for emit in ["slices", "instrumented"] {
        let run = bench.run(&format!("--emit {emit} component.wasm"));
        run.refused(&["component.wasm: ", "this is a component"]);
    }
    let legacy = wat::parse_str("(module (func try catch_all end))").expect("valid");
    bench.write("legacy.wasm", &legacy);
    bench.run("legacy.wasm").refused(&["legacy.wasm", "legacy_exceptions", "offset 0x"]);
}

#[test]
fn wrong_usage_is_refused() {
    let bench = Workbench::with_module("usage", GRID);
    for line in ["", "--emit nothing m.wasm", "--slices most m.wasm", "--no-such m.wasm"] {
        let run = bench.run(line);
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{run:?}");
    }
    bench.run("--view m.wasm").refused(&["--view", "--emit ir"]);
    bench.run("--emit instrumented --function 1 m.wasm").refused(&["--function"]);
}

/// More functions than fit into a pipe, of which the reader wants little.
#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let functions = "(func (param i32) (loop (br_if 0 (local.get 0))))".repeat(10_000);
    let bench = Workbench::with_module("pipe", &format!("(module {functions})"));
    let mut child = bench
        .command("--emit plan m.wasm")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdout = child.stdout.take().expect("piped");
    let mut start = [0; 17];
    stdout.read_exact(&mut start).expect("it prints");
    assert_eq!(&start, b"func 0: 5 operato");
    drop(stdout);
    let run = Run::from(child.wait_with_output().expect("it ends"));
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_a_failure() {
    let bench = Workbench::with_module("full", GRID);
    bench.run("-o /dev/full m.wasm").refused(&["/dev/full", "No space left"]);
}

#[test]
fn names_can_not_steer_the_terminal() {
    let text = r#"(module (func $"\1b[31mred" nop))"#;
    let bench = Workbench::with_module("names", text);
    let printed = bench.run("--emit plan m.wasm").printed();
    assert!(printed.starts_with("func 0 \\u{1b}[31mred: 2 operators\n"), "{printed}");
    bench.run("--function \x1bx m.wasm").refused(&["\\u{1b}x"]);
}
