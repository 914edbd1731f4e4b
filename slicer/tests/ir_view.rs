//! The form of functions for reading.
//!
//! A golden file has a function's text, a line `;; view`, and what it looks like for reading.
//! `BLESS=1` renews the latter.

use std::path::{Path, PathBuf};

use slicer::ir::style::{Sink, Style};
use slicer::ir::text::parse;
use slicer::ir::view::{view, view_to};
use slicer::limits::MAX_EXPRESSION_DEPTH;

const MARK: &str = ";; view\n";

fn goldens() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/ir_view");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Every other function has a name.
fn name(function: u32) -> Option<String> {
    (function % 2 == 1).then(|| format!("$function_{function}"))
}

#[test]
fn functions_read_as_expected() {
    let files = goldens();
    assert!(files.len() >= 10, "only {} goldens", files.len());
    for file in files {
        let golden = std::fs::read_to_string(&file).unwrap();
        let text = golden.split(MARK).next().unwrap();
        let function = parse(text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let found = format!("{text}{MARK}{}", view(&function, name));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&file, &found).unwrap();
        } else {
            assert_eq!(found, golden, "{}", file.display());
        }
    }
}

/// A sink that keeps what it is told.
#[derive(Default)]
struct Told(Vec<(Style, String)>);

impl Sink for Told {
    fn write(&mut self, style: Style, text: &str) {
        self.0.push((style, text.to_string()));
    }
}

#[test]
fn a_sink_is_told_what_each_piece_is() {
    let function = parse(
        "func 3 -> (i32) {\nb0(v0: i32):\n  v1: i32 = i32.const 7\n  v2: i32 = \
                          i32.load8_u offset=1 v0\n  v3: i32 = i32.add v2, v1\n  return v3\n}\n",
    )
    .unwrap();
    let mut told = Told::default();
    view_to(&function, name, &mut told);
    let text: String = told.0.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(text, view(&function, name));
    for piece in [
        (Style::Name, "$function_3"),
        (Style::Keyword, "return"),
        (Style::Type, "i32.u8"),
        (Style::Value, "v0"),
        (Style::Operator, " + "),
        (Style::Immediate, "7"),
    ] {
        assert!(told.0.iter().any(|(style, text)| (*style, text.as_str()) == piece), "{piece:?}");
    }
    assert!(told.0.iter().all(|(_, text)| !text.is_empty()));
}

#[test]
fn deep_expressions_get_names_in_between() {
    let mut text = String::from("func 0 -> (i32) {\nb0(v0: i32):\n");
    for value in 1..100_000 {
        text.push_str(&format!("  v{value}: i32 = i32.mul v{}, v0\n", value - 1));
    }
    text.push_str("  return v99999\n}\n");
    let found = view(&parse(&text).unwrap(), name);
    let lets = found.lines().filter(|line| line.trim().starts_with("let ")).count();
    assert_eq!(lets, 99_999 / MAX_EXPRESSION_DEPTH as usize);
}

#[test]
fn deep_nests_take_linear_time() {
    let count = 10_000;
    // Loops in loops, each left from the innermost one.
    let mut text = String::from("func 0 {\nb0(v0: i32):\n  br b1\n");
    for block in 1..count {
        text.push_str(&format!("b{block}:\n  br b{}\n", block + 1));
    }
    text.push_str(&format!("b{count}:\n  br b{}\n", count + 1));
    for block in 0..count {
        let latch = count + 1 + block;
        text.push_str(&format!("b{latch}:\n  br_if v0, b{}, b{}\n", count - block, latch + 1));
    }
    text.push_str(&format!("b{}:\n  return\n}}\n", 2 * count + 1));
    check_size(&view(&parse(&text).unwrap(), name), count);
    // A branch in an arm of a branch, where all meet.
    let mut text = String::from("func 0 {\nb0(v0: i32):\n  br b1\n");
    for block in 1..count {
        text.push_str(&format!("b{block}:\n  br_if v0, b{}, b{count}\n", block + 1));
    }
    text.push_str(&format!("b{count}:\n  return\n}}\n"));
    check_size(&view(&parse(&text).unwrap(), name), count);
    // A table with as many ways.
    let mut text = String::from("func 0 {\nb0(v0: i32):\n  br_table v0, [b1");
    for block in 2..count {
        text.push_str(&format!(", b{block}"));
    }
    text.push_str("], b1\n");
    for block in 1..count {
        text.push_str(&format!("b{block}:\n  return\n"));
    }
    text.push_str("}\n");
    check_size(&view(&parse(&text).unwrap(), name), count);
}

fn check_size(view: &str, count: usize) {
    assert!(view.len() < 1000 * count, "{} bytes for {count} constructs", view.len());
}

#[test]
fn what_waits_in_any_order_takes_linear_time() {
    let count = 50_000;
    let mut text = String::from("func 0 {\nb0(v0: i32):\n");
    for value in 1..=2 * count {
        text.push_str(&format!("  v{value}: i32 = i32.load v0\n"));
    }
    // These take the first that waits, without an effect that would end the waiting of all.
    for value in 1..=count {
        text.push_str(&format!("  v{}: i32 = i32.eqz v{value}\n", 2 * count + value));
    }
    for value in (count + 1..=2 * count).rev() {
        text.push_str(&format!("  call 0 v{value}\n"));
    }
    text.push_str("  return\n}\n");
    let found = view(&parse(&text).unwrap(), name);
    // Only the last value is taken before another effect.
    let written = found.lines().filter(|line| line.trim().starts_with("let ")).count();
    assert_eq!(written, 3 * count - 1);
}
