//! `wf-analyze export`.

use std::io::Read;

use analyzer::export::Format;
use flate2::read::GzDecoder;
use serde_json::Value;

use super::{Folder, recorded, stderr, stdout};

#[test]
fn every_format_writes_a_file() {
    let (trace, truth) = recorded();
    let folder = Folder::new("export");
    folder.file("trace.bin", &trace);
    let formats = Format::ALL.into_iter().filter(|format| format.check_built().is_ok());
    for format in formats {
        let name = format.name();
        let output = folder.run(&["export", "--format", name, "-o", name, "trace.bin"]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        assert!(output.stdout.is_empty());
        let written = std::fs::read(folder.0.join(name)).expect("a file");
        assert!(!written.is_empty());
        let piped = folder.run(&["export", "--format", name, "-o", "-", "trace.bin"]);
        assert_eq!(piped.stdout, written, "{name}: a file and a pipe get the same bytes");
    }
    let json = std::fs::read(folder.0.join("json")).expect("a file");
    let document: Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(document["report"]["fuel"]["total"].to_string(), truth.fuel.to_string());
    let own = document["nodes"].as_array().expect("nodes").iter().map(|node| &node["self"]);
    let sum: u128 = own.map(|fuel| fuel.to_string().parse::<u128>().expect("fuel")).sum();
    assert_eq!(sum, truth.fuel);
    let mut pprof = Vec::new();
    let gzip = std::fs::read(folder.0.join("pprof")).expect("a file");
    GzDecoder::new(&gzip[..]).read_to_end(&mut pprof).expect("not stripped of any byte");
}

#[test]
fn an_export_that_fails_leaves_the_file_as_it_was() {
    let folder = Folder::new("export-fails");
    folder.file("trace.bin", b"no trace");
    folder.file("fuel.svg", b"before");
    let output = folder.run(&["export", "--format", "flamegraph", "-o", "fuel.svg", "trace.bin"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(std::fs::read(folder.0.join("fuel.svg")).expect("a file"), b"before");
    let output = folder.run(&["export", "--format", "csv", "-o", "no/where.csv", "trace.bin"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn format_and_output_have_to_be_given() {
    let folder = Folder::new("export-usage");
    for wrong in [
        &["export", "trace.bin"][..],
        &["export", "--format", "pprof", "trace.bin"],
        &["export", "-o", "x", "trace.bin"],
        &["export", "--format", "gif", "-o", "x", "trace.bin"],
    ] {
        assert_eq!(folder.run(wrong).status.code(), Some(2), "{wrong:?}");
    }
    let help = stdout(&folder.run(&["export", "--help"]));
    assert!(help.contains("go tool pprof -http=: fuel.pb.gz"), "{help}");
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_format_that_is_not_built_is_refused_in_one_line() {
    let folder = Folder::new("export-parquet");
    let output = folder.run(&["export", "--format", "parquet", "-o", "x", "trace.bin"]);
    assert_eq!(output.status.code(), Some(2));
    let expected = "wf-analyze: error: this build cannot write parquet: build it with `--features \
                    parquet`\n";
    assert_eq!(stderr(&output), expected);
}
