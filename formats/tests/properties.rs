//! The properties that fuzzing looks for exceptions of, for a moment: of what it found before, and of
//! valid inputs that were changed at random.
//!
//! `WF_RELIABILITY=long` changes inputs a million times for each property.

mod tiny;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use formats::codec;
use formats::cost_model::CostModel;
use formats::properties::{ALL, Property, seal};
use formats::random::SplitMix64;

/// How long each property is tried.
const MOMENT: Duration = Duration::from_millis(700);
/// How often in the long form.
const LONG_ROUNDS: u64 = 1_000_000;

/// What fuzzing found and what it starts from, beside its targets.
fn kept(property: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/regressions").join(property);
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    paths.map(|path| (path.clone(), std::fs::read(path).expect("a readable file"))).collect()
}

fn valid(property: &str) -> Vec<Vec<u8>> {
    match property {
        "cost_model" => {
            // The complete list is long, and most of it is alike: it stands for one input in eight.
            let complete = CostModel::builtin("unit").expect("it is built in").to_toml();
            let short = "name = \"short\"\nbase = \"unit\"\n[operators]\n\"i32.add\" = 7\n";
            let mut lists = vec![short.as_bytes().to_vec(); 7];
            lists.push(complete.into());
            lists
        }
        "plan" => vec![codec::encode(&tiny::plan()), codec::encode(&tiny::mixed_plan())],
        _ => vec![tiny::trace(), tiny::mixed_trace(), tiny::empty_trace()],
    }
}

/// Changes `bytes` at a few places, in ways that keep most of their shape.
fn change(bytes: &mut Vec<u8>, random: &mut SplitMix64) {
    for _ in 0..=random.next_u64() % 4 {
        let place = |random: &mut SplitMix64, length: usize| {
            (random.next_u64() % (length as u64 + 1)) as usize
        };
        let at = place(random, bytes.len());
        let length = place(random, 16).min(bytes.len() - at);
        match random.next_u64() % 6 {
            0 => bytes[at..at + length].fill(random.next_u64() as u8),
            1 => bytes.splice(at..at, random.next_u64().to_le_bytes()).for_each(drop),
            2 => bytes.drain(at..at + length).for_each(drop),
            3 => {
                let piece = bytes[at..at + length].to_vec();
                let to = place(random, bytes.len());
                bytes.splice(to..to, piece).for_each(drop);
            }
            4 if length > 0 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][place(random, 4)],
            _ if length > 0 => bytes[at] ^= 1 << (random.next_u64() % 8),
            _ => {}
        }
    }
}

fn hold(name: &str, property: Property, input: &[u8], what: &dyn std::fmt::Debug) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| property(input))) {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-finding"));
        std::fs::write(&path, input).expect("the target folder is writable");
        eprintln!("{name} does not hold of {what:?}: see {}", path.display());
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn properties_hold_of_what_was_found_before() {
    for (name, property) in ALL {
        for (path, input) in kept(name) {
            hold(name, property, &input, &path);
        }
    }
}

#[test]
fn properties_hold_of_changed_inputs() {
    let long = std::env::var("WF_RELIABILITY").is_ok_and(|form| form == "long");
    for (name, property) in ALL {
        let inputs = valid(name);
        inputs.iter().for_each(|input| hold(name, property, input, &"a valid input"));
        let (mut random, started, mut rounds) = (SplitMix64::new(5), Instant::now(), 0);
        while (long && rounds < LONG_ROUNDS) || (!long && started.elapsed() < MOMENT) {
            let mut input = inputs[rounds as usize % inputs.len()].clone();
            change(&mut input, &mut random);
            hold(name, property, &input, &rounds);
            rounds += 1;
        }
        println!("{name}: {rounds} inputs in {:.1?}", started.elapsed());
    }
}

/// Else the property of sealed traces would be that of unsealed ones.
#[test]
fn sealing_leaves_valid_traces_as_they_are() {
    for trace in valid("trace_reader") {
        let mut sealed = trace.clone();
        seal(&mut sealed);
        assert_eq!(sealed, trace);
    }
}
