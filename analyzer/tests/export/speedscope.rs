//! speedscope's JSON, by the rules of its schema and of its importer, and read by speedscope.

use std::collections::BTreeMap;

use analyzer::export::Format;
use serde_json::Value;

use super::profiles::{DEPTH, deep, nasty, small, stacks};
use super::tools::{TestFile, say};
use super::{browser, exported};

/// The members of an object, which has to have exactly these.
fn members<'a, const N: usize>(object: &'a Value, names: [&str; N]) -> [&'a Value; N] {
    let object = object.as_object().expect("an object");
    assert_eq!(object.len(), N, "{:?}", object.keys());
    names.map(|name| &object[name])
}

/// The fuel of each stack: what is spent between two events belongs to the frames open then.
fn read(json: &[u8]) -> BTreeMap<Vec<String>, u128> {
    let file: Value = serde_json::from_slice(json).expect("JSON");
    let [schema, name, exporter, shared, profiles] =
        members(&file, ["$schema", "name", "exporter", "shared", "profiles"]);
    assert_eq!(schema, "https://www.speedscope.app/file-format-schema.json");
    assert!(name.is_string() && exporter.is_string());
    let [frames] = members(shared, ["frames"]);
    let frames: Vec<String> = frames
        .as_array()
        .expect("a list")
        .iter()
        .map(|frame| members(frame, ["name"])[0].as_str().expect("a name").to_string())
        .collect();
    let [profile] = &profiles.as_array().expect("a list")[..] else { panic!("one profile") };
    let [kind, name, unit, start, end, events] =
        members(profile, ["type", "name", "unit", "startValue", "endValue", "events"]);
    assert_eq!((kind, name, unit), (&"evented".into(), &"fuel".into(), &"none".into()));
    let mut at = start.as_u64().expect("a number");
    let mut stacks: BTreeMap<Vec<String>, u128> = BTreeMap::new();
    let mut open: Vec<String> = Vec::new();
    for event in events.as_array().expect("a list") {
        let [kind, frame, time] = members(event, ["type", "frame", "at"]);
        let time = time.as_u64().expect("a number");
        assert!(time >= at, "time goes on");
        if time > at {
            *stacks.entry(open.clone()).or_default() += u128::from(time - at);
        }
        at = time;
        let name = frames[frame.as_u64().expect("an index") as usize].clone();
        match kind.as_str() {
            Some("O") => open.push(name),
            Some("C") => assert_eq!(open.pop(), Some(name), "the innermost frame is closed first"),
            other => panic!("{other:?}"),
        }
    }
    assert!(open.is_empty());
    assert_eq!(end.as_u64(), Some(at));
    stacks
}

#[test]
fn contexts_are_opened_and_closed_in_order() {
    let profile = small();
    assert_eq!(read(&exported(&profile, Format::Speedscope)), stacks(&profile, str::to_string));
}

#[test]
fn names_are_as_the_module_has_them() {
    let profile = nasty();
    assert_eq!(read(&exported(&profile, Format::Speedscope)), stacks(&profile, str::to_string));
}

#[test]
fn deep_calls_are_there_in_full() {
    let json = exported(&deep(), Format::Speedscope);
    let file: Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(file["profiles"][0]["endValue"], DEPTH);
    let events = file["profiles"][0]["events"].as_array().expect("a list");
    assert_eq!(events.len(), DEPTH as usize * 2);
    assert!(events[..DEPTH as usize].iter().all(|event| event["type"] == "O"));
}

#[test]
fn speedscope_shows_the_same_fuel() {
    let chromium = match browser::find(&["playwright-core", "speedscope/package.json"]) {
        Ok(chromium) => chromium,
        Err(missing) => return say(&format!("NOT CHECKED by speedscope: no {missing}")),
    };
    let file = TestFile::new("small.speedscope.json", &exported(&small(), Format::Speedscope));
    let table = browser::run("export/speedscope.cjs", &chromium, &file.0);
    let part = |cell: &str| cell.split(' ').next().expect("a number").to_string();
    let rows: Vec<[String; 3]> = table
        .lines()
        .map(|row| row.split('\t').collect::<Vec<_>>())
        .map(|cells| [cells[2].to_string(), part(cells[0]), part(cells[1])])
        .collect();
    let expected = [
        ["main", "203", "100"],
        ["parse", "95", "55"],
        ["leaf", "53", "47"],
        ["[folded]", "6", "6"],
        ["start", "5", "0"],
    ];
    assert_eq!(rows, expected);
}
