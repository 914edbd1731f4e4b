//! Lengths that claim more than there is: memory is bounded by constants, whatever a trace says.

use std::process::Command;

use crate::binaries::{Run, wf_analyze};
use crate::folder::Folder;
use crate::frames::{frames, seal};
use crate::load;

/// Kilobytes of address space that the analyzer gets, the program itself and all threads included.
const ROOM_KIB: u32 = 768 << 10;

/// Runs the analyzer on `trace.bin` in so little room that believing a length would abort it.
fn analyze_in_little_room(folder: &Folder, verb: &[&str]) -> Run {
    let analyzer = wf_analyze(folder.path());
    let limited = format!("ulimit -v {ROOM_KIB}; exec \"$@\"");
    let output = Command::new("bash")
        .args(["-c", &limited, "bash"])
        .arg(analyzer.get_program())
        .args(verb)
        .args(["trace.bin"])
        .current_dir(folder.path())
        .output()
        .expect("bash starts");
    Run::new(output)
}

#[test]
#[cfg(target_os = "linux")]
fn lengths_are_not_believed() {
    let folder = Folder::new();
    folder.write_module("mixed.wasm", &load::mixed(50_000));
    let mut record = crate::binaries::wf_record(folder.path());
    let status = record.args(["-q", "--ring-size", "64K", "mixed.wasm"]).status();
    assert!(status.expect("the binary starts").success());
    let trace = folder.read("trace.bin");
    analyze_in_little_room(&folder, &["-j", "2"]).exits(0);
    let mut lies = 0;
    for frame in frames(&trace) {
        for stored in [None, Some(u32::MAX), Some(1 << 30), Some(64 << 20)] {
            for raw in [u32::MAX, 1 << 30, 64 << 20, 16 << 20, 1 << 20] {
                let mut forged = trace.clone();
                let forged_frame = &mut forged[frame.clone()];
                if let Some(stored) = stored {
                    forged_frame[8..12].copy_from_slice(&stored.to_le_bytes());
                }
                forged_frame[12..16].copy_from_slice(&raw.to_le_bytes());
                seal(forged_frame);
                folder.write("trace.bin", &forged);
                let run = analyze_in_little_room(&folder, &["-j", "2", "--allow-partial"]);
                assert!(matches!(run.code, 0 | 2), "{stored:?} {raw}: {}", run.stderr);
                assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
                lies += 1;
            }
        }
        if load::rounds(0, 1) == 0 && lies >= 100 {
            break;
        }
    }
    println!("{lies} lengths that lie, in {ROOM_KIB} KiB");
}
