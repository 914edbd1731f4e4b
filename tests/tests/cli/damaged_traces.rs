//! `wf-analyze` on what is not, or no longer, a whole trace: exit status 2 and one clear line.

use crate::binaries::{Runs, wf_analyze, wf_record};
use crate::folder::{Folder, program};

/// Where the format version lies, and the checksum of everything before it.
const VERSION: std::ops::Range<usize> = 8..12;
const CHECKSUM: std::ops::Range<usize> = 12..16;

/// A folder with the trace `trace.bin` of several segments.
fn recorded() -> Folder {
    let folder = Folder::new();
    wf_record(folder.path())
        .args(["--ring-size", "65536"])
        .arg(program("quicksort.wasm"))
        .run::<&str>([])
        .exits(0);
    folder
}

/// CRC-32C, bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| step(crc)))
}

#[test]
fn a_missing_trace_is_named() {
    let folder = Folder::new();
    wf_analyze(folder.path())
        .run(["nowhere.trace"])
        .exits(2)
        .complains_in_one_line(&["nowhere.trace", "No such file"]);
}

#[test]
fn what_is_not_a_trace_is_refused() {
    let folder = Folder::new();
    for (name, contents) in
        [("text.trace", &b"total fuel: 42\n"[..]), ("module.wasm", b"\0asm\x01\0\0\0")]
    {
        folder.write(name, contents);
        for verb in [&[][..], &["info"], &["dump"]] {
            wf_analyze(folder.path())
                .args(verb)
                .run([name])
                .exits(2)
                .complains_in_one_line(&[name, "not a trace"]);
        }
    }
}

#[test]
fn an_empty_file_is_refused() {
    let folder = Folder::new();
    folder.write("empty.trace", "");
    wf_analyze(folder.path()).run(["empty.trace"]).exits(2).complains_in_one_line(&["empty.trace"]);
}

#[test]
fn other_versions_are_named() {
    let folder = recorded();
    let mut trace = folder.read("trace.bin");
    let cases: [(u32, &[&str]); 2] = [
        (4711, &["newer", "use the wf-analyze that came with it"]),
        (1, &["older", "record it again"]),
    ];
    for (version, words) in cases {
        trace[VERSION].copy_from_slice(&version.to_le_bytes());
        let checksum = crc32c(&trace[..VERSION.end]);
        trace[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
        folder.write("other.trace", &trace);
        let version = version.to_string();
        let words = [&["other.trace", version.as_str()], words].concat();
        wf_analyze(folder.path()).run(["other.trace"]).exits(2).complains_in_one_line(&words);
    }
}

#[test]
fn a_truncated_trace_is_told_and_can_be_priced_in_part() {
    let folder = recorded();
    let trace = folder.read("trace.bin");
    for length in [trace.len() - 1, trace.len() * 3 / 4] {
        folder.write("cut.trace", &trace[..length]);
        wf_analyze(folder.path()).run(["cut.trace"]).exits(2).complains_in_one_line(&[
            "cut.trace",
            "truncated",
            "--allow-partial",
        ]);
        let partial = wf_analyze(folder.path())
            .run(["--allow-partial", "--format", "json", "cut.trace"])
            .exits(0);
        let report: serde_json::Value = serde_json::from_str(&partial.stdout).expect("JSON");
        assert_eq!(report["complete"], false);
        wf_analyze(folder.path()).run(["info", "cut.trace"]).exits(0);
    }
    // Within the header nothing can be salvaged, whatever the flags.
    for length in [1, 8, 15, 16, 30, 200] {
        folder.write("stub.trace", &trace[..length]);
        wf_analyze(folder.path())
            .run(["--allow-partial", "stub.trace"])
            .exits(2)
            .complains_in_one_line(&["stub.trace"]);
    }
}

#[test]
fn a_corrupt_trace_is_told_with_the_place() {
    let folder = recorded();
    let mut trace = folder.read("trace.bin");
    let middle = trace.len() / 2;
    trace[middle] ^= 0x55;
    folder.write("corrupt.trace", &trace);
    wf_analyze(folder.path()).run(["corrupt.trace"]).exits(2).complains_in_one_line(&[
        "corrupt.trace",
        "corrupt",
        "byte",
    ]);
}

/// Whatever byte of a trace is changed: either it is refused, or it gives the same report (the
/// footer repeats how the program ended), and the analyzer never panics.
#[test]
fn flipped_bytes_never_change_a_report() {
    let folder = Folder::new();
    let module = folder.write_module(
        "tiny.wasm",
        r#"(module (func (export "_start") (local i32)
             loop local.get 0 i32.const 1 i32.add local.tee 0 i32.const 5 i32.lt_u br_if 0 end))"#,
    );
    wf_record(folder.path()).run([module]).exits(0);
    let report = |trace: &str| wf_analyze(folder.path()).run(["--format", "json", trace]);
    let whole = report("trace.bin").exits(0).stdout;
    let trace = folder.read("trace.bin");
    for at in (0..trace.len()).step_by(7) {
        let mut damaged = trace.clone();
        damaged[at] ^= 1 << (at % 8);
        folder.write("damaged.trace", &damaged);
        let run = report("damaged.trace");
        let unharmed = run.code == 0 && run.stdout == whole;
        let refused = run.code == 2 && run.stdout.is_empty();
        assert!(unharmed || refused, "byte {at} of {}: {}", trace.len(), run.stdout);
        assert!(!run.stderr.contains("panicked"), "byte {at}: {}", run.stderr);
    }
}

#[test]
fn what_follows_a_whole_trace_is_not_taken_for_a_part_of_it() {
    let folder = recorded();
    let mut trace = folder.read("trace.bin");
    trace.extend_from_slice(b"and then some");
    folder.write("longer.trace", &trace);
    wf_analyze(folder.path()).run(["longer.trace"]).exits(2).complains("longer.trace");
}
