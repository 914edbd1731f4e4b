//! Outputs that fail: the program's own end is kept apart, there is one clear error, and what was
//! written can be read.

use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use formats::trace::{OutcomeKind, Trace};
use recorder::Recorder;

use crate::binaries::{Runs, wf_analyze, wf_record};
use crate::child::{Running, wait_until};
use crate::folder::{Folder, program};
use crate::load;

/// Exit status when the recorder itself failed.
const RECORDER_FAILED: i32 = 125;

/// An output that fails for good at one of its writes, of which it takes a part.
#[derive(Clone)]
struct FailingOutput {
    bytes: Arc<Mutex<Vec<u8>>>,
    writes: Arc<AtomicUsize>,
    fails_at: usize,
    /// The system's number of the error.
    error: i32,
}

impl FailingOutput {
    fn new(fails_at: usize, error: i32) -> FailingOutput {
        FailingOutput { bytes: Arc::default(), writes: Arc::default(), fails_at, error }
    }
}

impl Write for FailingOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let number = self.writes.fetch_add(1, Ordering::Relaxed);
        if number > self.fails_at {
            return Err(io::Error::from_raw_os_error(self.error));
        }
        let taken = if number == self.fails_at { bytes.len() / 2 } else { bytes.len() };
        self.bytes.lock().expect("no panic").extend_from_slice(&bytes[..taken]);
        if taken == 0 { Err(io::Error::from_raw_os_error(self.error)) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn recorder() -> Recorder {
    let text = load::mixed(100_000).replace("(export \"_start\")", "(export \"work\")");
    let text =
        text.replace("(local $n i32) (local $x i64)", "(result i32) (local $n i32) (local $x i64)");
    let end = text.rfind(")))").expect("the last function");
    let text = format!("{}) (i32.const 42)))", &text[..end]);
    Recorder::builder()
        .module(wat::parse_str(text).expect("the text form parses"))
        .program("mixed")
        .invoke("work")
        .ring_bytes(1 << 16)
        .build()
        .expect("it can be recorded")
}

/// EIO, ENOSPC, EDQUOT and EPIPE, at every write of a recording.
#[test]
fn an_error_of_any_write_is_named_and_disturbs_nobody() {
    let unharmed = FailingOutput::new(usize::MAX, 0);
    recorder().run(unharmed.clone()).expect("it is recorded").drain.expect("it is written");
    let writes = unharmed.writes.load(Ordering::Relaxed);
    assert!(writes > 5, "{writes}");
    for (error, name) in
        [(5, "Input/output error"), (28, "No space left"), (122, "quota"), (32, "Broken pipe")]
    {
        for fails_at in 1..writes {
            let output = FailingOutput::new(fails_at, error);
            let receipt = recorder().run(output.clone()).expect("the program runs");
            assert_eq!(receipt.outcome.kind, OutcomeKind::Return);
            assert_eq!(receipt.results, ["42"]);
            let failure = receipt.drain.expect_err("a write failed");
            assert!(failure.to_string().contains(name), "{failure}");
            let bytes = output.bytes.lock().expect("no panic").clone();
            let trace = Trace::from_bytes(bytes).expect("the header is there");
            assert!(!trace.is_complete());
            assert_eq!(trace.events(), failure.report.events, "write {fails_at}");
            trace.verify().expect_err("it was not closed");
        }
    }
    assert!(recorder().run(FailingOutput::new(0, 5)).is_err(), "no header, no run");
    println!("4 errors at each of {} writes behind the first", writes - 1);
}

/// System folders take no files, from nobody.
#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_takes_no_files_is_named_before_the_program_runs() {
    let folder = Folder::new();
    for path in ["/proc/wf.trace", "/sys/wf.trace"] {
        wf_record(folder.path())
            .args(["-o", path])
            .arg(program("show.wasm"))
            .run(["0"])
            .exits(RECORDER_FAILED)
            .complains_in_one_line(&[path]);
    }
}

/// Waits for its input, works, and exits with 7.
const WAITS: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\10\00\00\00\01\00\00\00")
    (func $leaf)
    (func (export "_start") (local $n i32)
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
      (loop $again
        (call $leaf)
        (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                                (i32.const 100000))))
      (call $exit (i32.const 7))))"#;

fn disturbed(disturb: impl FnOnce(&Folder)) -> (Folder, crate::child::Left) {
    let folder = Folder::new();
    folder.write_module("waits.wasm", WAITS);
    let mut command = wf_record(folder.path());
    command.args(["--ring-size", "64K", "waits.wasm"]).stdin(Stdio::piped());
    let mut recorder = Running::start(command.stdout(Stdio::null()).stderr(Stdio::piped()));
    wait_until("the header is written", || {
        folder.has("trace.bin") && Trace::open(folder.file("trace.bin")).is_ok()
    });
    disturb(&folder);
    drop(recorder.child().stdin.take());
    let left = recorder.wait();
    (folder, left)
}

#[test]
fn an_output_that_is_removed_while_it_is_written_is_told() {
    let (_, left) = disturbed(|folder| {
        std::fs::remove_file(folder.file("trace.bin")).expect("it is there");
    });
    left.exited(RECORDER_FAILED).said("trace.bin").said("removed").said("exit status 7");
}

#[test]
fn an_output_that_is_replaced_while_it_is_written_is_told_and_left_alone() {
    let (folder, left) = disturbed(|folder| {
        std::fs::rename(folder.file("trace.bin"), folder.file("mine")).expect("it is there");
        folder.write("trace.bin", "somebody else's");
    });
    left.exited(RECORDER_FAILED).said("replaced").said("exit status 7");
    assert_eq!(folder.read("trace.bin"), b"somebody else's");
    wf_analyze(folder.path()).run(["mine"]).exits(0);
}

#[test]
fn an_output_that_is_not_disturbed_has_the_programs_status() {
    let (folder, left) = disturbed(|_| ());
    left.exited(7).said("next:");
    wf_analyze(folder.path()).run(["trace.bin"]).exits(0);
}

/// A file system of 400 KiB, in a mount namespace of its own. Where that is not permitted, the short
/// form says so and the long one fails.
#[test]
#[cfg(target_os = "linux")]
fn a_small_file_system_keeps_what_fits() {
    let folder = Folder::new();
    folder.write_module("mixed.wasm", &load::mixed(20_000_000));
    std::fs::create_dir(folder.file("disk")).expect("it is writable");
    let recorder = wf_record(folder.path());
    let script = "mount -t tmpfs -o size=400k tmpfs disk || exit 99
        \"$0\" --ring-size 64K -o disk/trace.bin mixed.wasm; status=$?
        cp disk/trace.bin salvaged.trace; exit $status";
    let run = Command::new("unshare")
        .args(["--map-root-user", "--mount", "bash", "-c", script])
        .arg(recorder.get_program())
        .current_dir(folder.path())
        .output()
        .expect("unshare starts");
    let complaint = String::from_utf8_lossy(&run.stderr);
    if run.status.code() != Some(RECORDER_FAILED) && !complaint.contains("wf-record") {
        println!("NOT RUN, no file system of its own can be mounted here: {complaint}");
        assert_eq!(load::rounds(0, 1), 0, "the long form needs it");
        return;
    }
    assert_eq!(run.status.code(), Some(RECORDER_FAILED), "{complaint}");
    assert!(
        complaint.contains("No space left") && complaint.contains("exit status 0"),
        "{complaint}"
    );
    let trace = Trace::open(folder.file("salvaged.trace")).expect("the header is there");
    assert!(!trace.is_complete() && trace.events() > 100_000, "{:?}", trace.ending());
    wf_analyze(folder.path()).run(["--allow-partial", "salvaged.trace"]).exits(0);
}
