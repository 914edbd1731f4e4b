//! The command on programs that take no time: what it prints, not how fast anything is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Prints a word and exits with 3; between `bench.start` and `bench.end` it goes around a loop.
const PROGRAM: &str = r#"(module
    (import "bench" "start" (func $start))
    (import "bench" "end" (func $end))
    (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00\05\00\00\00word\0a")
    (func (export "_start") (local i32)
        (call $start)
        (loop
            (local.set 0 (i32.add (local.get 0) (i32.const 1)))
            (br_if 0 (i32.lt_u (local.get 0) (i32.const 1000))))
        (call $end)
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
        (call $exit (i32.const 3))))"#;

/// A folder of programs that is removed again.
struct Corpus(PathBuf);

impl Corpus {
    fn new(test: &str, programs: &[(&str, &str)]) -> Corpus {
        let folder = std::env::temp_dir().join(format!("wf-{test}-{}", std::process::id()));
        for (name, text) in programs {
            let path = folder.join(name).with_extension("wasm");
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, wat::parse_str(text).unwrap()).unwrap();
        }
        Corpus(folder)
    }

    fn overhead(&self, arguments: &[&str]) -> Output {
        let folder: &Path = &self.0;
        Command::new(env!("CARGO_BIN_EXE_benches"))
            .args(["overhead", "--runs", "1", "--corpus"])
            .arg(folder)
            .args(arguments)
            .output()
            .unwrap()
    }
}

impl Drop for Corpus {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn json_has_the_figures_of_each_program_and_their_means() {
    let corpus = Corpus::new("json", &[("a", PROGRAM), ("sub/b", PROGRAM)]);
    let output = corpus.overhead(&["--format", "json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let programs = json["programs"].as_array().unwrap();
    let names: Vec<&str> =
        programs.iter().map(|program| program["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a", "sub/b"]);
    for figures in programs.iter().chain([&json["geomean"], &json["worst"]]) {
        assert_eq!(figures["plain"], 1.0);
        for way in ["fuel", "epoch", "recording"] {
            assert!(figures[way].as_f64().unwrap() > 0.0, "{way}: {figures}");
        }
        assert!(figures["code_growth"].as_f64().unwrap() > 1.0);
    }
    // 1000 iterations of 8 operators, 9 around them (`drop` is free), and the
    // entry of the function.
    assert_eq!(programs[0]["operators"], 8 * 1000 + 9 + 1);
    let bytes = |name: &str| programs[0][name].as_u64().unwrap();
    assert!(bytes("stored_bytes") > bytes("header_bytes"));
    assert!(bytes("events") > 0 && bytes("raw_bytes") >= 2 * bytes("events"));
    if cfg!(target_os = "linux") {
        assert!(programs[0]["peak_bytes"]["recording"].as_u64().unwrap() > 1 << 20);
    }
}

#[test]
fn tables_have_the_chosen_programs() {
    let corpus = Corpus::new("tables", &[("a", PROGRAM), ("b", PROGRAM)]);
    for (format, header) in [("text", "program "), ("markdown", "| program ")] {
        let output = corpus.overhead(&["--format", format, "--filter", "^b$"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let table = text(&output.stdout);
        assert!(table.starts_with(header), "{table}");
        assert!(
            table.contains("geometric mean")
                && table.contains("\nworst") | table.contains("\n| worst")
        );
        let has =
            |name: &str| table.lines().any(|line| line.trim_start_matches("| ").starts_with(name));
        assert!(has("b ") && !has("a "), "{table}");
    }
}

#[test]
fn what_is_wrong_is_said_in_one_line() {
    let corpus = Corpus::new("errors", &[("reactor", "(module)")]);
    let first_error = |arguments: &[&str]| {
        let output = corpus.overhead(arguments);
        assert!(!output.status.success());
        let errors = text(&output.stderr).lines().find(|line| line.starts_with("error: "));
        errors.unwrap_or_default().to_owned()
    };
    let error = first_error(&["--filter", "a("]);
    assert_eq!(error, "error: invalid value 'a(' for '--filter <RE>': unclosed group");
    let error = first_error(&["--filter", "nothing"]);
    assert!(error.ends_with("has a name that matches `nothing`"), "{error}");
    let error = first_error(&[]);
    assert!(error.starts_with("error: reactor, plain: ") && error.contains("_start"), "{error}");
}
