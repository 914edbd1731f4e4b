//! `wf-analyze --follow` beside the `wf-record` that it follows.

use std::process::{Child, ChildStdin, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use formats::trace::Trace;

use crate::binaries::{Run, wf_analyze, wf_record};
use crate::folder::Folder;

/// Works, waits for a byte of standard input, or its end, and works again.
const WORKS_TWICE: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\10\00\00\00\01\00\00\00")
    (func $step (param i64) (result i64)
      (if (result i64) (i64.eqz (i64.and (local.get 0) (i64.const 1)))
        (then (i64.shr_u (local.get 0) (i64.const 1)))
        (else (i64.add (i64.mul (local.get 0) (i64.const 3)) (i64.const 1)))))
    (func $work (param $n i32) (local $x i64)
      (local.set $x (i64.const 27))
      (loop $again
        (local.set $x (call $step (local.get $x)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    (func (export "_start")
      (call $work (i32.const 100000))
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
      (call $work (i32.const 50000))))"#;

/// A binary that runs; it ends at the latest when the test does.
struct Running(Option<Child>);

impl Running {
    fn still_runs(&mut self) -> bool {
        let child = self.0.as_mut().expect("it was not waited for");
        child.try_wait().expect("a child").is_none()
    }

    fn take_stdin(&mut self) -> ChildStdin {
        self.0.as_mut().and_then(|child| child.stdin.take()).expect("a pipe")
    }

    /// What it printed, when it has ended by itself.
    fn end(mut self) -> Run {
        wait_until("the binary ends", || !self.still_runs());
        let child = self.0.take().expect("it was not waited for");
        Run::new(child.wait_with_output().expect("it has ended"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(60), "still waiting until {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Starts recording [`WORKS_TWICE`] and waits until there is something to be followed.
fn start_recording(folder: &Folder) -> Running {
    let module = folder.write_module("works_twice.wasm", WORKS_TWICE);
    let mut command = wf_record(folder.path());
    command.args(["--ring-size", "64K", module]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let recorder = Running(Some(command.spawn().expect("the binary starts")));
    wait_until("a segment is written", || {
        let written = folder.has("trace.bin").then(|| folder.read("trace.bin"));
        let trace = written.and_then(|bytes| Trace::from_bytes(bytes).ok());
        trace.is_some_and(|trace| !trace.segments().is_empty())
    });
    recorder
}

fn start_following(folder: &Folder, flags: &[&str]) -> Running {
    let mut command = wf_analyze(folder.path());
    command.args(["--follow", "--format", "json"]).args(flags).arg("trace.bin");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    Running(Some(command.spawn().expect("the binary starts")))
}

fn analyze(folder: &Folder, flags: &[&str]) -> Run {
    let mut command = wf_analyze(folder.path());
    command.args(["--format", "json"]).args(flags).arg("trace.bin");
    Run::new(command.output().expect("the binary starts"))
}

/// The program waits for longer than a follower would wait if no recorder held the trace's lock.
#[test]
fn a_recording_is_followed_to_its_end_and_reported_as_later() {
    let folder = Folder::new();
    let mut recorder = start_recording(&folder);
    let mut follower = start_following(&folder, &[]);
    if cfg!(unix) {
        thread::sleep(Duration::from_millis(2600));
        assert!(follower.still_runs(), "it gave up a program that waits for its input");
    }
    assert!(recorder.still_runs(), "it did not wait for its input");
    drop(recorder.take_stdin());
    let followed = follower.end().exits(0);
    recorder.end().exits(0);
    assert_eq!(followed.stderr, "");
    analyze(&folder, &[]).exits(0).prints(&followed.stdout);
}

#[test]
fn a_recorder_that_is_killed_ends_following() {
    let folder = Folder::new();
    let recorder = start_recording(&folder);
    let whole = start_following(&folder, &[]);
    let part = start_following(&folder, &["--allow-partial"]);
    thread::sleep(Duration::from_millis(300));
    // Dropping it is killing it.
    drop(recorder);
    whole.end().exits(2).complains_in_one_line(&["trace.bin", "truncated", "--allow-partial"]);
    let part = part.end().exits(0);
    let report: serde_json::Value = serde_json::from_str(&part.stdout).expect("JSON");
    assert_eq!(report["complete"], false);
    assert!(report["fuel"]["total"].as_u64().is_some_and(|total| total > 10_000), "{report}");
    analyze(&folder, &["--allow-partial"]).exits(0).prints(&part.stdout);
}
