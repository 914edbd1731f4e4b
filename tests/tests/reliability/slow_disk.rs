//! A trace that is read more slowly than it is written: the program waits, or what is dropped is
//! counted; memory stays bounded either way.

use std::io::Read;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use formats::trace::Trace;
use serde_json::Value;

use crate::binaries::{Runs, wf_analyze, wf_record};
use crate::child::Running;
use crate::folder::Folder;
use crate::load;

/// Kilobytes that a slow output may take beyond a quick one: the buffers, 4 MiB, and slack.
const MORE_KIB: u64 = 12 << 10;

/// A recording into a pipe.
struct Piped {
    trace: Vec<u8>,
    receipt: Value,
    peak_kib: u64,
    took: Duration,
}

impl Piped {
    fn number(&self, name: &str) -> u64 {
        self.receipt["trace"][name].as_u64().expect("a number")
    }
}

/// Records into a pipe of which `piece_bytes` are read before each `pause`.
fn record(folder: &Folder, flags: &[&str], piece_bytes: usize, pause: Duration) -> Piped {
    let mut command = wf_record(folder.path());
    command.args(["-q", "--ring-size", "64K", "--summary-json", "receipt.json", "-o", "-"]);
    command.args(flags).arg("mixed.wasm").stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = Instant::now();
    let mut recorder = Running::start(&mut command);
    let mut pipe = recorder.child().stdout.take().expect("a pipe");
    let (mut trace, mut piece, mut peak_kib) = (Vec::new(), vec![0; piece_bytes], 0);
    loop {
        // The peak is asked for while it still runs: afterwards there is nobody to ask.
        peak_kib = recorder.peak_kib().unwrap_or(0).max(peak_kib);
        let read = pipe.read(&mut piece).expect("it is a pipe");
        if read == 0 {
            break;
        }
        trace.extend_from_slice(&piece[..read]);
        thread::sleep(pause);
    }
    recorder.wait().exited(0);
    let receipt = serde_json::from_slice(&folder.read("receipt.json")).expect("JSON");
    Piped { trace, receipt, peak_kib, took: started.elapsed() }
}

fn total(folder: &Folder, flags: &[&str]) -> Value {
    let run =
        wf_analyze(folder.path()).args(flags).run(["--format", "json", "piped.trace"]).exits(0);
    serde_json::from_str(&run.stdout).expect("JSON")
}

#[test]
fn a_slow_reader_of_the_trace_loses_nothing() {
    let folder = Folder::new();
    folder.write_module("mixed.wasm", &load::mixed(load::rounds(1_500_000, 40_000_000) as u32));
    let quick = record(&folder, &[], 1 << 16, Duration::ZERO);
    let pause = Duration::from_millis(10);
    let slow = record(&folder, &[], quick.trace.len().div_ceil(load::rounds(100, 1_000)), pause);
    assert_eq!(slow.number("events"), quick.number("events"));
    assert_eq!(slow.number("dropped_events"), 0);
    let trace = Trace::from_bytes(slow.trace.clone()).expect("a trace");
    assert!(trace.is_complete());
    assert_eq!(trace.events(), quick.number("events"));
    let stalled = slow.receipt["stalled_seconds"].as_f64().expect("a number");
    println!(
        "{} events, {} bytes: {:?} and {} KiB quickly, {:?} (waited {stalled:.2} s) and {} KiB slowly",
        quick.number("events"),
        quick.trace.len(),
        quick.took,
        quick.peak_kib,
        slow.took,
        slow.peak_kib
    );
    assert!(slow.peak_kib <= quick.peak_kib + MORE_KIB, "{} {}", slow.peak_kib, quick.peak_kib);
}

#[test]
fn what_is_dropped_is_counted_to_the_event() {
    let folder = Folder::new();
    folder.write_module("mixed.wasm", &load::mixed(load::rounds(1_500_000, 40_000_000) as u32));
    let whole = record(&folder, &[], 1 << 16, Duration::ZERO);
    folder.write("piped.trace", &whole.trace);
    let exact = total(&folder, &[])["fuel"]["total"].as_u64().expect("a number");
    let pieces = load::rounds(100, 1_000);
    let drop = ["--overflow", "drop"];
    let pause = Duration::from_millis(10);
    let lossy = record(&folder, &drop, whole.trace.len().div_ceil(pieces), pause);
    let dropped = lossy.number("dropped_events");
    assert_eq!(lossy.number("events") + dropped, whole.number("events"));
    let trace = Trace::from_bytes(lossy.trace.clone()).expect("a trace");
    assert!(trace.is_complete(), "closed, with what is missing noted");
    assert_eq!((trace.events(), trace.dropped_events()), (lossy.number("events"), dropped));
    println!("{dropped} of {} events dropped, {} KiB", whole.number("events"), lossy.peak_kib);
    assert!(lossy.peak_kib <= whole.peak_kib + MORE_KIB, "{} {}", lossy.peak_kib, whole.peak_kib);
    assert!(dropped > 0, "the reader was not slow enough");
    folder.write("piped.trace", &lossy.trace);
    wf_analyze(folder.path()).run(["piped.trace"]).exits(2).complains("dropped");
    let part = total(&folder, &["--allow-partial"]);
    assert_eq!(part["complete"], false);
    assert_eq!(part["trace"]["dropped_events"], dropped);
    let estimate = total(&folder, &["--approx", "--confidence", "0.9999"]);
    let end = |name: &str| estimate["fuel"][name].as_u64().expect("a number");
    assert!((end("low")..=end("high")).contains(&exact), "{exact} in {}", estimate["fuel"]);
}
