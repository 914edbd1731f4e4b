//! Damaged traces: a report that differs from that of the whole trace is never labelled exact.

use std::ops::Range;

use analyzer::{AnalyzeOptions, analyze};
use formats::cost_model::CostModel;
use formats::report::Report;
use formats::trace::{Detail, Trace, TraceError};
use recorder::Slices;
use tests::models::SplitMix;
use tests::program::Program;
use tests::recorded;

use crate::frames::{frames, seal};
use crate::load;

/// A trace of several segments, with histograms beside some of them.
fn recorded(rounds: u32, slices: Slices, detail: Detail) -> Vec<u8> {
    let wasm = wat::parse_str(load::mixed(rounds)).expect("the text form parses");
    let program = Program::command("mixed", wasm);
    recorded::record(&program, slices, detail).expect("it is recorded").trace
}

fn price(trace: &Trace, allow_partial: bool) -> Result<Report, analyzer::Error> {
    let model = CostModel::builtin("unit").expect("it is built in");
    let options = AnalyzeOptions { jobs: Some(1), allow_partial, ..AnalyzeOptions::default() };
    analyze(trace, &model, &options).map(|analysis| analysis.report)
}

/// What became of the damage.
#[derive(Debug, Default)]
struct Tally {
    /// The trace has no header any more.
    refused_at_once: usize,
    /// Exact analysis names what is wrong.
    refused_later: usize,
    /// The report is that of the whole trace.
    harmless: usize,
    /// What is left has a report, labelled as a part.
    priced_in_part: usize,
    /// What is left has the whole total, labelled as a part.
    priced_in_whole: usize,
}

type Damage = fn(&mut Vec<u8>, &[Range<usize>], &mut SplitMix);

fn place(bytes: &[u8], random: &mut SplitMix) -> usize {
    random.below(bytes.len() as u32) as usize
}

fn stretch(bytes: &[u8], random: &mut SplitMix) -> Range<usize> {
    let start = place(bytes, random);
    let length = 1 + random.below(200) as usize;
    start..(start + length).min(bytes.len())
}

fn frame(frames: &[Range<usize>], random: &mut SplitMix) -> Range<usize> {
    frames[random.below(frames.len() as u32) as usize].clone()
}

/// Kinds of damage, each as likely as the others.
const DAMAGES: [(&str, Damage); 10] = [
    ("a bit flipped", |bytes, _, random| {
        let at = place(bytes, random);
        bytes[at] ^= 1 << random.below(8);
    }),
    ("some bytes overwritten", |bytes, _, random| {
        for at in stretch(bytes, random) {
            bytes[at] = random.bits() as u8;
        }
    }),
    ("a stretch of zeros", |bytes, _, random| {
        let zeros = stretch(bytes, random);
        bytes[zeros].fill(0);
    }),
    ("two bytes swapped", |bytes, _, random| {
        let (one, other) = (place(bytes, random), place(bytes, random));
        bytes.swap(one, other);
    }),
    ("a stretch copied elsewhere", |bytes, _, random| {
        let from = stretch(bytes, random);
        let to = place(bytes, random).min(bytes.len() - from.len());
        bytes.copy_within(from, to);
    }),
    ("a stretch cut out", |bytes, _, random| {
        let gone = stretch(bytes, random);
        bytes.drain(gone);
    }),
    ("a stretch inserted", |bytes, _, random| {
        let more = bytes[stretch(bytes, random)].to_vec();
        let at = place(bytes, random);
        bytes.splice(at..at, more);
    }),
    ("a frame missing", |bytes, frames, random| {
        bytes.drain(frame(frames, random));
    }),
    ("a frame twice", |bytes, frames, random| {
        let (again, before) = (frame(frames, random), frame(frames, random).start);
        let again = bytes[again].to_vec();
        bytes.splice(before..before, again);
    }),
    ("two frames in the wrong order", |bytes, frames, random| {
        let (one, other) = (frame(frames, random), frame(frames, random));
        let (first, last) = if one.start < other.start { (one, other) } else { (other, one) };
        if first.start < last.start {
            let (first_bytes, last_bytes) =
                (bytes[first.clone()].to_vec(), bytes[last.clone()].to_vec());
            bytes.splice(last, first_bytes);
            bytes.splice(first, last_bytes);
        }
    }),
];

/// One damaged trace. A panic in here is a failure as well.
fn check(damaged: Vec<u8>, whole: &Report, what: &str, tally: &mut Tally) {
    let trace = match Trace::from_bytes(damaged) {
        Ok(trace) => trace,
        Err(TraceError::Io { .. }) => panic!("{what}: nothing reads a file"),
        Err(_) => {
            tally.refused_at_once += 1;
            return;
        }
    };
    match price(&trace, false) {
        Ok(report) => {
            assert_eq!(report, *whole, "{what}: another report, labelled exact");
            tally.harmless += 1;
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            tally.refused_later += 1;
        }
    }
    if let Ok(part) = price(&trace, true) {
        if part == *whole {
            return;
        }
        assert!(!part.complete, "{what}: {:?} of {:?} is labelled complete", part.fuel, whole.fuel);
        if part.fuel.total == whole.fuel.total {
            tally.priced_in_whole += 1;
        } else {
            tally.priced_in_part += 1;
        }
    }
}

/// Damages a trace again and again.
fn damage_again_and_again(bytes: &[u8], seed: u64) {
    let whole = Trace::from_bytes(bytes.to_vec()).expect("a trace");
    let segments = whole.segments().len();
    assert!(segments > 2, "segments that can be moved, doubled and left out");
    let whole = price(&whole, false).expect("it is whole");
    let frames = frames(bytes);
    let rounds = load::rounds(300, 33_400);
    let mut random = SplitMix(seed);
    let mut tally = Tally::default();
    for round in 0..rounds {
        let (what, damage) = DAMAGES[round % DAMAGES.len()];
        let mut damaged = bytes.to_vec();
        damage(&mut damaged, &frames, &mut random);
        check(damaged, &whole, what, &mut tally);
    }
    println!("{rounds} times {} bytes with {segments} segments damaged: {tally:?}", bytes.len());
    assert!(tally.refused_later > rounds / 10 && tally.priced_in_part > 0, "{tally:?}");
}

#[test]
fn damage_of_ordered_events_is_reported_or_harmless() {
    damage_again_and_again(&recorded(45_000, Slices::Chosen, Detail::Full), 17);
}

#[test]
fn damage_of_recorded_values_is_reported_or_harmless() {
    damage_again_and_again(&recorded(12_000, Slices::Max, Detail::Full), 18);
}

#[test]
fn damage_of_counts_is_reported_or_harmless() {
    damage_again_and_again(&recorded(45_000, Slices::Chosen, Detail::Counts), 19);
}

/// Damage whose checksums were put right again, as only malice or a bug of a writer leaves it: any
/// answer is allowed but a crash.
#[test]
fn forged_frames_never_crash_the_analyzer() {
    let bytes = recorded(45_000, Slices::Chosen, Detail::Full);
    let all = frames(&bytes);
    let rounds = load::rounds(300, 20_000);
    let mut random = SplitMix(23);
    let (mut opened, mut priced) = (0, 0);
    for _ in 0..rounds {
        let mut forged = bytes.clone();
        let frame = frame(&all, &mut random);
        for _ in 0..=random.below(3) {
            let at = frame.start + random.below(frame.len() as u32) as usize;
            forged[at] = random.bits() as u8;
        }
        seal(&mut forged[frame]);
        if let Ok(trace) = Trace::from_bytes(forged) {
            opened += 1;
            priced += usize::from(price(&trace, false).is_ok());
            let _ = price(&trace, true);
        }
    }
    println!("{rounds} forged traces: {opened} opened, {priced} priced");
}
