//! The command line of `wf-analyze`: what it prints where, and how it exits.

#[path = "cli/compare.rs"]
mod compare;
#[path = "cli/estimates.rs"]
mod estimates;
#[path = "cli/export.rs"]
mod export;
#[path = "cli/follow.rs"]
mod follow;
mod support;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use formats::cost_model::CostModel;
use formats::report::Report;
use formats::trace::Detail;
use support::{PROGRAM, Program, Random, Truth, record, returned};

/// A folder of its own for one test, removed afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{test}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, bytes).expect("a file");
        path
    }

    fn run(&self, arguments: &[&str]) -> Output {
        wf_analyze().args(arguments).current_dir(&self.0).output().expect("started")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn wf_analyze() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wf-analyze"));
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// A trace of a run that wasn't cut short, priced as wf-analyze does by default.
fn recorded() -> (Vec<u8>, Truth) {
    let program = program();
    let mut seeds = 0..;
    loop {
        let seed = seeds.next().expect("endless");
        let (bytes, truth, _) = record(&program, &mut Random(seed), Detail::Full, 1, 500);
        if !truth.cut_short && truth.functions.len() > 4 {
            return (bytes, truth);
        }
    }
}

fn program() -> Program {
    Program::new(PROGRAM, CostModel::builtin("wasmtime").expect("built in"))
}

#[test]
fn the_report_is_text_with_the_exact_fuel() {
    let folder = Folder::new("text");
    let (bytes, truth) = recorded();
    folder.file("trace.bin", &bytes);
    let output = folder.run(&["trace.bin"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    let fuel = analyzer::render::grouped(truth.fuel);
    assert!(text.starts_with(&format!("fuel     {fuel} (exact)\n")), "{text}");
    assert!(text.contains("\nFUNCTIONS\n") && text.contains("\nLOOPS\n"), "{text}");
    assert!(!text.contains('\u{1b}'), "no colors where nobody sees them");
    assert!(output.stderr.is_empty());
    let colored = folder.run(&["--color", "always", "trace.bin"]);
    assert!(stdout(&colored).contains("\u{1b}[1m"));
}

#[test]
fn json_goes_to_a_file_and_parses() {
    let folder = Folder::new("json");
    let (bytes, truth) = recorded();
    folder.file("trace.bin", &bytes);
    let output = folder.run(&["--format", "json", "-o", "report.json", "trace.bin"]);
    assert!(output.status.success() && output.stdout.is_empty(), "{}", stderr(&output));
    let json = fs::read_to_string(folder.0.join("report.json")).expect("written");
    let report = Report::from_json(&json).expect("a report");
    assert_eq!(report.fuel.total, truth.fuel);
    assert_eq!(report.functions.len(), truth.functions.len());
    assert_eq!(fs::read_dir(&folder.0).expect("a folder").count(), 2, "no unfinished file is left");
    let again = folder.run(&["--format", "json", "-j", "3", "trace.bin"]);
    assert_eq!(stdout(&again), json);
}

#[test]
fn tables_can_be_sorted_cut_and_filtered() {
    let folder = Folder::new("tables");
    let (bytes, truth) = recorded();
    folder.file("trace.bin", &bytes);
    let run = |arguments: &[&str]| {
        let output = folder.run(arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    };
    let csv = run(&["--format", "csv", "--sort", "index", "trace.bin"]);
    assert!(csv.starts_with("kind,index,operator,name,count,self,total\r\n"), "{csv}");
    let functions = csv.lines().filter(|line| line.starts_with("function,")).count();
    assert_eq!(functions, truth.functions.len());
    let one = run(&["--format", "csv", "--fields", "name,count", "--focus", "^leaf$", "trace.bin"]);
    let calls = truth.functions.get(&0).map_or(0, |sums| sums.0);
    assert!(one == format!("name,count\r\nleaf,{calls}\r\n") || calls == 0, "{one}");
    let none = run(&["--format", "csv", "--ignore", ".", "trace.bin"]);
    assert_eq!(none.lines().count(), 1);
    let text = run(&["--limit", "1", "trace.bin"]);
    assert!(text.contains("more (--limit 0 shows all)"), "{text}");
    let markdown = run(&["--format", "markdown", "trace.bin"]);
    assert!(markdown.contains("\n| ---: |"), "{markdown}");
}

#[test]
fn info_and_dump_tell_what_is_in_a_trace() {
    let folder = Folder::new("info");
    let (bytes, _) = recorded();
    folder.file("info", &bytes);
    let output = folder.run(&["info", "info"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("\ncomplete  yes\n"), "{}", stdout(&output));
    let report = folder.run(&["./info"]);
    assert!(stdout(&report).starts_with("fuel "), "a trace named like a verb");
    let dump = stdout(&folder.run(&["dump", "info"]));
    let first = dump.lines().next().expect("a line");
    assert!(first.starts_with("0 0 0 path func["), "{first}");
    assert!(dump.lines().last().expect("a line").starts_with("0 outcome "));
    let few = stdout(&folder.run(&["dump", "--limit", "2", "info"]));
    assert_eq!(few.lines().collect::<Vec<_>>(), dump.lines().take(2).collect::<Vec<_>>());
}

#[test]
fn cost_models_are_listed_printed_and_read_back() {
    let folder = Folder::new("models");
    let (bytes, truth) = recorded();
    folder.file("trace.bin", &bytes);
    let list = stdout(&folder.run(&["cost-model", "list"]));
    assert!(list.contains("wasmtime-48") && list.contains("unit"), "{list}");
    let toml = stdout(&folder.run(&["cost-model", "print", "wasmtime"]));
    folder.file("mine.toml", toml.as_bytes());
    let output = folder.run(&["--cost-model", "mine.toml", "--format", "json", "trace.bin"]);
    let report = Report::from_json(&stdout(&output)).expect("a report");
    assert_eq!(report.fuel.total, truth.fuel);

    folder.file("bad.toml", b"name = \"bad\"\ndefault = 1\n[operators]\n\"i32.ad\" = 2\n");
    for (model, words) in [("bad.toml", "i32.add"), ("wasmtim", "no cost model"), (".", ".: ")] {
        let output = folder.run(&["--cost-model", model, "trace.bin"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1);
    }
}

#[test]
fn bad_input_is_one_line_and_status_2() {
    let folder = Folder::new("bad");
    let (bytes, _) = recorded();
    folder.file("text.txt", b"this is no trace");
    folder.file("empty", b"");
    folder.file("cut.bin", &bytes[..bytes.len() - 30]);
    let mut newer = bytes.clone();
    newer[8] = 77;
    let checksum = crc32c(&newer[..12]);
    newer[12..16].copy_from_slice(&checksum.to_le_bytes());
    folder.file("newer.bin", &newer);
    for (trace, words) in [
        ("missing.bin", "missing.bin: No such file"),
        ("text.txt", "not a trace"),
        ("empty", "empty: "),
        ("cut.bin", "--allow-partial"),
        ("newer.bin", "version 77"),
        (".", ".: "),
    ] {
        let output = folder.run(&["-o", "report.txt", trace]);
        let complaint = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        assert!(complaint.starts_with("wf-analyze: error: "), "{complaint}");
        assert!(complaint.contains(words), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(output.stdout.is_empty() && !folder.0.join("report.txt").exists());
    }
    let partial = folder.run(&["--allow-partial", "cut.bin"]);
    assert!(partial.status.success(), "{}", stderr(&partial));
    assert!(stdout(&partial).contains("incomplete"), "{}", stdout(&partial));
}

#[test]
fn wrong_usage_is_told_in_words_that_help() {
    let folder = Folder::new("usage");
    let (bytes, _) = recorded();
    folder.file("trace.bin", &bytes);
    folder.file("cut.bin", &bytes[..bytes.len() - 30]);
    folder.file("text", b"no module");
    for (arguments, words) in [
        (&[][..], "which trace?"),
        (&["--sort", "size", "trace.bin"], "possible values: self, total"),
        (&["-j", "0", "trace.bin"], "a number of threads is from 1 to 1024"),
        (&["--limit", "x", "trace.bin"], "'--limit <ROWS>': not a whole number"),
        (&["trace.bin", "cut.bin"], "`cut.bin` is one word too many"),
        (&["trace.bin", "info"], "a verb comes first: `wf-analyze info"),
        (&["--approx", "5", "trace.bin"], "as in --approx=5"),
        (&["--format", "json", "--fields", "name", "trace.bin"], "--fields doesn't apply"),
        (&["--symbols", "text", "trace.bin"], "error: text: not a WebAssembly module"),
        (&["check", "trace.bin"], "<--baseline <FILE>|--budget <FUEL>>"),
        (&["check", "cut.bin", "--budget", "5"], "`wf-analyze --allow-partial` prices"),
    ] {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(words), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn an_output_that_can_not_be_written_is_one_line_and_status_2() {
    let folder = Folder::new("unwritable");
    let (bytes, _) = recorded();
    folder.file("trace.bin", &bytes);
    for path in ["no/such/folder/report.txt", "."] {
        let output = folder.run(&["-o", path, "trace.bin"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(&format!("cannot write {path}")), "{}", stderr(&output));
    }
    if Path::new("/dev/full").exists() {
        let output = folder.run(&["-o", "/dev/full", "trace.bin"]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(Path::new("/dev/full").exists());
    }
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = Folder::new("pipe");
    let program = program();
    // Enough lines that the pipe is full before they are all written.
    let leaf = program.plan.functions[0].regions[0].first_event;
    let words = vec![leaf; 200_000];
    let trace = trace_bytes(&program, &words);
    let path = folder.file("trace.bin", &trace);
    let mut child = wf_analyze()
        .args(["dump".as_ref(), path.as_os_str()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut pipe = child.stdout.take().expect("piped");
    pipe.read_exact(&mut [0; 10]).expect("some output");
    drop(pipe);
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(output.stderr.is_empty(), "{}", stderr(&output));
}

#[test]
fn a_trace_can_come_from_standard_input() {
    let folder = Folder::new("stdin");
    let (bytes, _) = recorded();
    let path = folder.file("trace.bin", &bytes);
    let input = fs::File::open(path).expect("readable");
    let output = wf_analyze().arg("-").stdin(input).output().expect("started");
    assert!(output.status.success() && stdout(&output).starts_with("fuel "));
}

#[test]
fn help_has_examples_and_the_exit_status() {
    let folder = Folder::new("help");
    let help = stdout(&folder.run(&["--help"]));
    assert!(help.contains("Examples:") && help.contains("Exit status:"), "{help}");
}

fn trace_bytes(program: &Program, words: &[u32]) -> Vec<u8> {
    use formats::trace::{SegmentInfo, TraceWriter};
    let mut writer =
        TraceWriter::create(Vec::new(), &program.header(Detail::Full)).expect("a writer");
    let info = SegmentInfo { events: words.len() as u64, ..SegmentInfo::default() };
    writer.write_segment(&info, &support::to_bytes(words)).expect("written");
    writer.write_outcome(0, &returned()).expect("written");
    writer.finish().expect("closed")
}

/// CRC32C, bit by bit: only to forge a version.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32| {
        if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 }
    };
    let byte = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc));
    !bytes.iter().fold(u32::MAX, byte)
}
