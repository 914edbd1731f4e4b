//! The Firefox Profiler's JSON, by the rules of its "processed profile" format.

use std::collections::BTreeMap;

use analyzer::export::Format;
use analyzer::profile::Profile;
use serde_json::Value;

use super::exported;
use super::profiles::{DEPTH, deep, nasty, small, stacks, vast};

struct Read {
    product: String,
    /// Fuel of each stack, in units.
    stacks: BTreeMap<Vec<String>, u128>,
    samples: usize,
}

fn column<'a>(table: &'a Value, name: &str, length: usize) -> &'a [Value] {
    let column = table[name].as_array().unwrap_or_else(|| panic!("a column {name}"));
    assert_eq!(column.len(), length, "{name}");
    column
}

fn length(table: &Value) -> usize {
    table["length"].as_u64().expect("a length") as usize
}

fn index(value: &Value, limit: usize) -> usize {
    let index = value.as_u64().expect("an index") as usize;
    assert!(index < limit);
    index
}

/// Reads a profile as the Firefox Profiler does: samples to stacks to frames to functions to
/// strings.
fn read(profile: &Profile) -> Read {
    let json: Value = serde_json::from_slice(&exported(profile, Format::Firefox)).expect("JSON");
    let meta = &json["meta"];
    assert!(meta["preprocessedProfileVersion"].is_u64() && meta["version"].is_u64());
    assert_eq!(meta["symbolicated"], true);
    assert!(meta["interval"].as_f64().expect("a number") > 0.0);
    let [thread] = &json["threads"].as_array().expect("threads")[..] else { panic!("one thread") };
    assert_eq!(thread["name"], meta["product"]);
    let strings: Vec<&str> = thread["stringArray"]
        .as_array()
        .expect("strings")
        .iter()
        .map(|text| text.as_str().expect("a string"))
        .collect();
    let (functions, frames, table) =
        (&thread["funcTable"], &thread["frameTable"], &thread["stackTable"]);
    let names = column(functions, "name", length(functions));
    let function_of = column(frames, "func", length(frames));
    let frame_of = column(table, "frame", length(table));
    let prefixes = column(table, "prefix", length(table));
    let samples = &thread["samples"];
    let count = length(samples);
    assert_eq!(samples["weightType"], "samples");
    let deltas = column(samples, "timeDeltas", count);
    assert!(deltas.iter().all(|delta| delta.as_f64().expect("a number") >= 0.0));
    let mut stacks: BTreeMap<Vec<String>, u128> = BTreeMap::new();
    let weights = column(samples, "weight", count);
    for (stack, weight) in column(samples, "stack", count).iter().zip(weights) {
        let weight = weight.as_i64().expect("an integer");
        assert!(weight > 0 && weight <= i64::from(i32::MAX), "{weight}");
        let mut path = Vec::new();
        let mut next = Some(index(stack, frame_of.len()));
        while let Some(at) = next {
            let function = index(&frame_of[at], function_of.len());
            let function = index(&function_of[function], names.len());
            path.push(strings[index(&names[function], strings.len())].to_string());
            // A stack stands after its prefix.
            next = (!prefixes[at].is_null()).then(|| index(&prefixes[at], at));
        }
        path.reverse();
        *stacks.entry(path).or_default() += weight as u128;
    }
    Read { product: meta["product"].as_str().expect("a name").to_string(), stacks, samples: count }
}

#[test]
fn samples_weigh_the_fuel() {
    let profile = small();
    let read = read(&profile);
    assert_eq!(read.stacks, stacks(&profile, str::to_string));
    assert_eq!(read.samples, 7);
    assert_eq!(read.product, "demo.wasm (1 sample = 1 ns = fuel)");
}

#[test]
fn names_are_as_the_module_has_them() {
    let profile = nasty();
    assert_eq!(read(&profile).stacks, stacks(&profile, str::to_string));
}

#[test]
fn deep_calls_are_there_in_full() {
    let json: Value = serde_json::from_slice(&exported(&deep(), Format::Firefox)).expect("JSON");
    assert_eq!(json["threads"][0]["stackTable"]["length"], DEPTH);
    assert_eq!(json["threads"][0]["samples"]["length"], DEPTH);
}

#[test]
fn fuel_beyond_31_bits_is_split() {
    let profile = vast(30_000_000_000);
    let read = read(&profile);
    assert_eq!(read.stacks, stacks(&profile, str::to_string));
    assert_eq!(read.samples, 5 + 10);
}

#[test]
fn very_much_fuel_is_counted_in_larger_units() {
    let profile = vast(3_000_000_000_000_000_500);
    let read = read(&profile);
    assert_eq!(read.product, "demo.wasm (1 sample = 1 ns = 1,000,000 fuel)");
    assert_eq!(read.stacks.values().sum::<u128>(), 3_000_000_000_000);
    assert!(read.samples < 1 << 16);
}
