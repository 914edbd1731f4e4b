//! pprof's profile, decoded byte by byte, and read by `go tool pprof`.

use std::collections::BTreeMap;
use std::io::Read;

use analyzer::export::Format;
use analyzer::names::printable;
use analyzer::profile::{CodeLine, FunctionCode, Profile, SourceLine};
use flate2::read::GzDecoder;
use serde_json::Value;

use super::exported;
use super::profiles::{DEPTH, deep, nasty, nasty_names, small, stacks};
use super::tools::{TestFile, output_of};

const GO: &[&str] = &["tool", "-n", "pprof"];

/// The fields of a message: their numbers, and a number or bytes.
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

fn number(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let (&byte, rest) = bytes.split_first().expect("a byte");
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

fn fields(mut bytes: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = number(&mut bytes);
        let field = match key & 7 {
            0 => Field::Number(number(&mut bytes)),
            2 => {
                let length = number(&mut bytes) as usize;
                let (found, rest) = bytes.split_at(length);
                bytes = rest;
                Field::Bytes(found)
            }
            wire => panic!("wire type {wire}"),
        };
        fields.push((key >> 3, field));
    }
    fields
}

/// All numbers of the field `tag`, packed or not.
fn numbers(message: &[u8], tag: u64) -> Vec<u64> {
    let mut found = Vec::new();
    for (_, field) in fields(message).into_iter().filter(|(number, _)| *number == tag) {
        match field {
            Field::Number(value) => found.push(value),
            Field::Bytes(mut packed) => {
                while !packed.is_empty() {
                    found.push(number(&mut packed));
                }
            }
        }
    }
    found
}

/// What pprof's own check of a profile requires, and its contents.
#[derive(Default)]
struct Decoded {
    sample_types: Vec<(String, String)>,
    /// Outermost function first, with the values.
    samples: Vec<(Vec<String>, Vec<u64>)>,
    default_sample_type: String,
    comments: Vec<String>,
}

fn decode(gzip: &[u8]) -> Decoded {
    let mut bytes = Vec::new();
    GzDecoder::new(gzip).read_to_end(&mut bytes).expect("gzip");
    let fields = fields(&bytes);
    let messages = |tag: u64| {
        fields.iter().filter_map(move |(number, field)| match field {
            Field::Bytes(bytes) if *number == tag => Some(*bytes),
            _ => None,
        })
    };
    let strings: Vec<String> =
        messages(6).map(|text| String::from_utf8(text.to_vec()).expect("UTF-8")).collect();
    assert_eq!(strings[0], "");
    let one = |message: &[u8], tag: u64| numbers(message, tag).first().copied().unwrap_or(0);
    let text = |message: &[u8], tag: u64| strings[one(message, tag) as usize].clone();
    let mappings: Vec<u64> = messages(3).map(|message| one(message, 1)).collect();
    assert_eq!(mappings, [1]);
    let functions: BTreeMap<u64, String> =
        messages(5).map(|message| (one(message, 1), text(message, 2))).collect();
    let mut locations: BTreeMap<u64, String> = BTreeMap::new();
    for message in messages(4) {
        assert_eq!(one(message, 2), mappings[0]);
        let [line] = self::fields(message)
            .into_iter()
            .filter_map(|(number, field)| match field {
                Field::Bytes(line) if number == 4 => Some(line),
                _ => None,
            })
            .collect::<Vec<_>>()[..]
        else {
            panic!("one line a location");
        };
        let name = functions[&one(line, 1)].clone();
        assert!(locations.insert(one(message, 1), name).is_none(), "twice the same location");
    }
    assert!(!locations.contains_key(&0) && !functions.contains_key(&0));
    let sample_types: Vec<_> =
        messages(1).map(|message| (text(message, 1), text(message, 2))).collect();
    let samples = messages(2).map(|message| {
        let mut stack: Vec<String> =
            numbers(message, 1).iter().map(|location| locations[location].clone()).collect();
        stack.reverse();
        let values = numbers(message, 2);
        assert_eq!(values.len(), sample_types.len());
        (stack, values)
    });
    Decoded {
        samples: samples.collect(),
        default_sample_type: text(&bytes, 14),
        comments: numbers(&bytes, 13).iter().map(|&at| strings[at as usize].clone()).collect(),
        sample_types,
    }
}

fn fuel(decoded: &Decoded) -> BTreeMap<Vec<String>, u128> {
    let mut stacks = BTreeMap::new();
    for (stack, values) in decoded.samples.iter().filter(|(_, values)| values[1] > 0) {
        *stacks.entry(stack.clone()).or_default() += u128::from(values[1]);
    }
    stacks
}

/// What pprof itself shows, if it is there.
fn top(profile: &Profile, name: &str) -> Option<String> {
    let file = TestFile::new(name, &exported(profile, Format::Pprof));
    let arguments = ["tool", "pprof", "-top", "-nodecount=1000"].map(AsRef::as_ref);
    output_of("go", GO, &[&arguments[..], &[file.as_ref()]].concat())
}

#[test]
fn samples_are_the_contexts() {
    let mut profile = small();
    profile.analysis.notes.push("a note".to_string());
    let decoded = decode(&exported(&profile, Format::Pprof));
    assert_eq!(fuel(&decoded), stacks(&profile, str::to_string));
    let types = [("calls", "count"), ("fuel", "count")];
    assert_eq!(decoded.sample_types, types.map(|(a, b)| (a.to_string(), b.to_string())));
    assert_eq!(decoded.default_sample_type, "fuel");
    assert_eq!(decoded.samples.iter().map(|(_, values)| values[0]).sum::<u64>(), 22);
    assert_eq!(decoded.comments, ["cost model: unit (0123)", "a note"]);
}

#[test]
fn functions_have_the_file_that_they_start_in() {
    let mut profile = small();
    let source = SourceLine { file: "src/main.rs".to_string(), line: 3 };
    let line = CodeLine { source: Some(source), ..CodeLine::default() };
    profile.code =
        vec![FunctionCode { function: 0, lines: vec![CodeLine::default(), line], is_cut: true }];
    let gzip = exported(&profile, Format::Pprof);
    assert_eq!(fuel(&decode(&gzip)), stacks(&profile, str::to_string));
    let file = TestFile::new("files.pb.gz", &gzip);
    let arguments = ["tool", "pprof", "-raw"].map(AsRef::as_ref);
    let raw = output_of("go", GO, &[&arguments[..], &[file.as_ref()]].concat());
    if let Some(raw) = raw {
        assert!(raw.contains("main src/main.rs:0 s=0"), "{raw}");
    }
    let speedscope: Value =
        serde_json::from_slice(&exported(&profile, Format::Speedscope)).expect("JSON");
    assert_eq!(speedscope["shared"]["frames"][0]["file"], "src/main.rs");
    assert_eq!(speedscope["shared"]["frames"][1]["file"], Value::Null);
}

#[test]
fn names_are_whole_and_can_not_steer_the_terminal() {
    let profile = nasty();
    let decoded = decode(&exported(&profile, Format::Pprof));
    assert_eq!(fuel(&decoded), stacks(&profile, printable));
    assert_eq!(decoded.samples.len(), nasty_names().len());
}

#[test]
fn of_very_deep_stacks_both_ends_are_kept() {
    let decoded = decode(&exported(&deep(), Format::Pprof));
    assert_eq!(fuel(&decoded).values().sum::<u128>(), u128::from(DEPTH));
    assert_eq!(decoded.samples.iter().map(|(stack, _)| stack.len()).max(), Some(512));
    assert_eq!(decoded.samples.len(), 512 + 2);
}

#[test]
fn pprof_shows_the_same_fuel() {
    if let Some(top) = top(&small(), "small.pb.gz") {
        assert!(top.contains("Type: fuel"), "{top}");
        let row = |name: &str| {
            let line = top.lines().find(|line| line.ends_with(&format!(" {name}")));
            let cells: Vec<&str> =
                line.unwrap_or_else(|| panic!("{top}")).split_whitespace().collect();
            (cells[0].to_string(), cells[3].to_string())
        };
        let fuel = |own: &str, total: &str| (own.to_string(), total.to_string());
        assert_eq!(row("main"), fuel("100", "203"));
        assert_eq!(row("parse"), fuel("55", "95"));
        assert_eq!(row("leaf"), fuel("47", "53"));
    }
    let total: u128 = nasty().tree.nodes.iter().map(|node| node.fuel).sum();
    for (profile, name, total) in [(nasty(), "nasty.pb.gz", total), (deep(), "deep.pb.gz", 30_000)]
    {
        if let Some(top) = top(&profile, name) {
            assert!(top.contains(&format!("of {total} total")), "{top:.400}");
            if name == "nasty.pb.gz" {
                assert!(top.contains("  core::ops::function::FnOnce<[u8; 4]>::call_once"));
                assert!(top.contains("line\\u{a}break"));
            }
        }
    }
}
