//! pprof's profile, decoded byte by byte, and read by `go tool pprof`.

use std::collections::BTreeMap;
use std::io::Read;

use analyzer::export::Format;
use analyzer::names::printable;
use analyzer::profile::{CodeLine, FunctionCode, Profile, SourceLine};
use flate2::read::GzDecoder;
use serde_json::Value;

use super::exported;
use super::profiles::{DEPTH, code, deep, nasty, nasty_names, small, stacks, with_lines};
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
    /// For each sample the files and the lines of its functions, the innermost first.
    places: Vec<Vec<(String, u64)>>,
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
    let functions: BTreeMap<u64, (String, String)> = messages(5)
        .map(|message| (one(message, 1), (text(message, 2), text(message, 4))))
        .collect();
    let mut locations: BTreeMap<u64, (String, (String, u64))> = BTreeMap::new();
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
        let (name, file) = functions[&one(line, 1)].clone();
        let found = (name, (file, one(line, 2)));
        assert!(locations.insert(one(message, 1), found).is_none(), "twice the same location");
    }
    assert!(!locations.contains_key(&0) && !functions.contains_key(&0));
    let sample_types: Vec<_> =
        messages(1).map(|message| (text(message, 1), text(message, 2))).collect();
    let samples = messages(2).map(|message| {
        let mut stack: Vec<String> =
            numbers(message, 1).iter().map(|location| locations[location].0.clone()).collect();
        stack.reverse();
        let values = numbers(message, 2);
        assert_eq!(values.len(), sample_types.len());
        (stack, values)
    });
    let places = messages(2).map(|message| {
        numbers(message, 1).iter().map(|location| locations[location].1.clone()).collect()
    });
    Decoded {
        samples: samples.collect(),
        places: places.collect(),
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
        assert!(raw.contains("main src/main.rs:3 s=3"), "{raw}");
    }
    let speedscope: Value =
        serde_json::from_slice(&exported(&profile, Format::Speedscope)).expect("JSON");
    assert_eq!(speedscope["shared"]["frames"][0]["file"], "src/main.rs");
    assert_eq!(speedscope["shared"]["frames"][0]["line"], 3);
    assert_eq!(speedscope["shared"]["frames"][1]["file"], Value::Null);
}

#[test]
fn lines_and_contexts_have_their_fuel_to_the_unit() {
    let profile = with_lines();
    let decoded = decode(&exported(&profile, Format::Pprof));
    assert_eq!(fuel(&decoded), stacks(&profile, str::to_string));
    assert_eq!(decoded.samples.iter().map(|(_, values)| values[0]).sum::<u64>(), 22);
    let mut lines: BTreeMap<(&str, u64), u64> = BTreeMap::new();
    for (places, (_, values)) in decoded.places.iter().zip(&decoded.samples) {
        *lines.entry((&places[0].0, places[0].1)).or_default() += values[1];
    }
    // What stands at no line is at the start of the function, and all fuel of one whose lines have too
    // much.
    let expected = [("a.rs", 3, 10), ("b.rs", 7, 30), ("b.rs", 8, 15), ("c.rs", 1, 47)];
    let expected = expected.map(|(file, line, fuel)| ((file, line), fuel));
    lines.remove(&("", 0));
    assert_eq!(lines, BTreeMap::from(expected));
    // In each context of a function its lines have the same part, but for what is rounded.
    for ((stack, values), places) in decoded.samples.iter().zip(&decoded.places) {
        if stack.ends_with(&["parse".to_string()]) {
            let all = fuel(&decoded)[stack] as f64;
            let part = lines[&(places[0].0.as_str(), places[0].1)] as f64 / 55.0;
            assert!((values[1] as f64 - all * part).abs() < 1.5, "{stack:?} {places:?} {values:?}");
        }
    }
}

#[test]
fn callers_stand_at_the_line_that_calls() {
    let decoded = decode(&exported(&with_lines(), Format::Pprof));
    let deepest = decoded.places.iter().max_by_key(|places| places.len()).expect("a sample");
    // Two lines of `parse` call it, so that its own caller stands at its start.
    let expected = [("c.rs", 1), ("b.rs", 8), ("b.rs", 7), ("", 0)];
    assert_eq!(*deepest, expected.map(|(file, line)| (file.to_string(), line)));
}

#[test]
fn pprof_lists_the_lines_of_a_source() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lines/lines.c");
    let mut profile = with_lines();
    profile.code = vec![code(1, &[(source, 3, 5), (source, 4, 35), (source, 9, 12)])];
    let file = TestFile::new("list.pb.gz", &exported(&profile, Format::Pprof));
    let arguments = ["tool", "pprof", "-list", "parse"].map(AsRef::as_ref);
    if let Some(list) = output_of("go", GO, &[&arguments[..], &[file.as_ref()]].concat()) {
        let fuel = |text: &str| {
            let line = list.lines().find(|line| line.ends_with(text)).expect("the line is listed");
            line.split_whitespace().next().expect("its fuel").to_string()
        };
        assert_eq!(fuel("int twice(int x) {"), "8");
        assert_eq!(fuel("return x + x;"), "35");
        assert_eq!(fuel("for (int i = 0; i < n; i++) {"), "12");
    }
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
