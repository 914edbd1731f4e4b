//! callgrind's text, by the grammar of its manual, and read by callgrind_annotate.

use std::collections::BTreeMap;

use analyzer::export::Format;
use analyzer::profile::Profile;

use super::exported_text;
use super::profiles::{deep, nasty, nasty_names, small, with_lines};
use super::tools::{TestFile, output_of};

#[derive(Default)]
struct Read {
    own: BTreeMap<String, u128>,
    /// By caller and callee: how often, and with how much fuel.
    calls: BTreeMap<(String, String), (u128, u128)>,
    /// Where the calls stand, by caller and callee.
    call_lines: BTreeMap<(String, String), (String, u32)>,
    /// Own fuel by file and line.
    lines: BTreeMap<(String, u32), u128>,
    total: u128,
}

impl Read {
    /// The fuel that arrives at a function.
    fn inclusive(&self, name: &str) -> u128 {
        let arrives = self.calls.iter().filter(|((_, callee), _)| callee == name);
        arrives.map(|(_, (_, fuel))| fuel).sum()
    }
}

/// `(1) name` the first time, `(1)` afterwards.
fn uncompressed(names: &mut BTreeMap<String, String>, text: &str) -> String {
    let (id, name) = text.strip_prefix('(').and_then(|text| text.split_once(')')).expect("an id");
    if name.is_empty() {
        return names[id].clone();
    }
    let name = name.strip_prefix(' ').expect("a space").to_string();
    assert!(names.insert(id.to_string(), name.clone()).is_none(), "named twice: {name}");
    name
}

fn read(text: &str) -> Read {
    let mut read = Read::default();
    let (mut names, mut files) = (BTreeMap::new(), BTreeMap::new());
    let (mut function, mut file, mut callee) = (String::new(), String::new(), String::new());
    let mut count = None;
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix("fn=") {
            function = uncompressed(&mut names, name);
        } else if let Some(name) = line.strip_prefix("cfn=") {
            callee = uncompressed(&mut names, name);
        } else if let Some(object) = line.strip_prefix("ob=") {
            assert_eq!(object, "(1) demo.wasm");
        } else if let Some(name) = line.strip_prefix("cfi=") {
            uncompressed(&mut files, name);
        } else if ["fl=", "fi=", "fe="].iter().any(|start| line.starts_with(start)) {
            file = uncompressed(&mut files, &line[3..]);
        } else if let Some(calls) = line.strip_prefix("calls=") {
            let (calls, position) = calls.split_once(' ').expect("a position");
            assert_eq!(position, "0");
            count = Some(calls.parse::<u128>().expect("a number"));
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            let (line, fuel) = line.split_once(' ').expect("a line and a cost");
            let (line, fuel): (u32, u128) =
                (line.parse().expect("line"), fuel.parse().expect("cost"));
            match count.take() {
                None => {
                    *read.own.entry(function.clone()).or_default() += fuel;
                    *read.lines.entry((file.clone(), line)).or_default() += fuel;
                }
                Some(count) => {
                    let edge = (function.clone(), std::mem::take(&mut callee));
                    read.call_lines.insert(edge.clone(), (file.clone(), line));
                    assert!(read.calls.insert(edge, (count, fuel)).is_none());
                }
            }
        } else if let Some(total) = line.strip_prefix("totals: ") {
            read.total = total.parse().expect("a number");
        } else {
            let (key, _) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
            assert!(
                ["version", "creator", "cmd", "desc", "positions", "events", "summary"]
                    .contains(&key)
            );
        }
    }
    assert_eq!(read.own.values().sum::<u128>(), read.total);
    read
}

/// What callgrind_annotate shows, if it is there: the inclusive fuel by name.
fn annotated(profile: &Profile, name: &str) -> Option<String> {
    let file = TestFile::new(name, exported_text(profile, Format::Callgrind).as_bytes());
    let options = ["--inclusive=yes", "--threshold=100", "--auto=no"].map(AsRef::as_ref);
    output_of("callgrind_annotate", &[], &[&options[..], &[file.as_ref()]].concat())
}

#[test]
fn functions_have_their_own_and_their_callees_fuel() {
    let read = read(&exported_text(&small(), Format::Callgrind));
    let own = [("main", 100), ("parse", 55), ("leaf", 47), ("start", 0), ("[folded]", 6)];
    let mut own: BTreeMap<String, u128> =
        own.into_iter().map(|(name, fuel)| (name.to_string(), fuel)).collect();
    own.insert("[host]".to_string(), 0);
    assert_eq!(read.own, own);
    let edge = |caller: &str, callee: &str| read.calls[&(caller.into(), callee.into())];
    assert_eq!(edge("[host]", "main"), (1, 203));
    assert_eq!(edge("main", "parse"), (2, 90));
    assert_eq!(edge("parse", "parse"), (3, 0));
    assert_eq!(edge("parse", "leaf"), (4, 40));
    assert_eq!(edge("start", "parse"), (1, 5));
    assert_eq!((read.inclusive("parse"), read.inclusive("leaf")), (95, 53));
}

#[test]
fn fuel_stands_at_its_source_lines() {
    let profile = with_lines();
    let text = exported_text(&profile, Format::Callgrind);
    let read = read(&text);
    assert_eq!((read.own["parse"], read.own["leaf"]), (55, 47));
    let at = |file: &str, line: u32| read.lines[&(file.to_string(), line)];
    assert_eq!((at("b.rs", 0), at("b.rs", 7), at("b.rs", 8), at("a.rs", 3)), (10, 20, 15, 10));
    assert_eq!((at("???", 0), at("c.rs", 0)), (106, 47));
    let call = |caller: &str, callee: &str| &read.call_lines[&(caller.into(), callee.into())];
    assert_eq!(*call("parse", "leaf"), ("b.rs".to_string(), 8));
    // There are two lines that do so.
    assert_eq!(*call("parse", "parse"), ("b.rs".to_string(), 0));
    assert_eq!(*call("main", "leaf"), ("???".to_string(), 0));
    if let Some(shown) = annotated(&profile, "lines.callgrind") {
        assert!(shown.contains("208 (100.0%)  PROGRAM TOTALS"), "{shown}");
        assert!(shown.contains("b.rs:parse") && shown.contains("a.rs:parse"), "{shown}");
    }
}

#[test]
fn recursion_counts_once_however_deep() {
    let read = read(&exported_text(&deep(), Format::Callgrind));
    assert_eq!((read.inclusive("even"), read.inclusive("odd")), (30_000, 29_999));
}

#[test]
fn names_keep_the_lines_readable() {
    let text = exported_text(&nasty(), Format::Callgrind);
    let read = read(&text);
    assert_eq!(read.own.len(), nasty_names().len() + 1);
    assert!(read.own.contains_key("line\\u{a}break\\u{d}\\u{a}\\u{2028}"));
    assert!(read.own.contains_key("cfn=(2) x") && read.own.contains_key("(1) x"));
}

#[test]
fn callgrind_annotate_shows_the_same_fuel() {
    if let Some(shown) = annotated(&small(), "small.callgrind") {
        for (name, fuel) in [("main", 203), ("parse", 95), ("leaf", 53), ("start", 5)] {
            let row = shown.lines().find(|line| line.contains(&format!("???:{name} [demo.wasm]")));
            let row = row.unwrap_or_else(|| panic!("{name}: {shown}")).trim_start();
            assert!(row.starts_with(&format!("{fuel} ")), "{row}");
        }
        assert!(shown.contains("208 (100.0%)  PROGRAM TOTALS"), "{shown}");
    }
    if let Some(shown) = annotated(&nasty(), "nasty.callgrind") {
        assert!(shown.contains("core::ops::function::FnOnce<[u8; 4]>::call_once"), "{shown:.4000}");
    }
}
