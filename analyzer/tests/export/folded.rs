//! Folded stacks, read by the rules of flamegraph.pl and by inferno.

use std::collections::BTreeMap;

use analyzer::export::Format;
use analyzer::profile::Profile;
use inferno::flamegraph::{Options, from_lines};

use super::exported_text;
use super::profiles::{DEPTH, deep, nasty, nasty_names, small, stacks};

/// `/^(.*)\s+?(\d+(?:\.\d*)?)$/`, as flamegraph.pl takes a number off a line.
fn take_number(line: &str) -> Option<(&str, u128)> {
    let (stack, number) = line.rsplit_once(char::is_whitespace)?;
    let digits = number.split('.').next()?;
    let is_number = number.chars().all(|found| found.is_ascii_digit() || found == '.');
    is_number.then(|| Some((stack, digits.parse().ok()?)))?
}

fn read(folded: &str) -> BTreeMap<Vec<String>, u128> {
    let mut stacks = BTreeMap::new();
    for line in folded.lines() {
        assert!(!line.starts_with("# "), "a comment: {line}");
        let (stack, fuel) = take_number(line).expect("a number");
        assert!(take_number(stack).is_none(), "two numbers, as in a comparison: {line}");
        let stack: Vec<String> = stack.split(';').map(str::to_string).collect();
        assert!(stack.iter().all(|frame| !frame.is_empty()), "{line}");
        *stacks.entry(stack).or_default() += fuel;
    }
    stacks
}

/// The fuel that inferno finds.
fn inferno_total(profile: &Profile) -> String {
    let folded = exported_text(profile, Format::Folded);
    let mut svg = Vec::new();
    from_lines(&mut Options::default(), folded.lines(), &mut svg).expect("read");
    let svg = String::from_utf8(svg).expect("text");
    let (_, all) = svg.split_once("<title>all (").expect("a root");
    all.split_once(" samples, 100%)").expect("samples").0.to_string()
}

#[test]
fn each_stack_is_a_line() {
    let profile = small();
    assert_eq!(read(&exported_text(&profile, Format::Folded)), stacks(&profile, str::to_string));
    assert_eq!(inferno_total(&profile), "208");
}

#[test]
fn names_keep_the_lines_readable() {
    let folded = exported_text(&nasty(), Format::Folded);
    assert_eq!(folded.lines().count(), nasty_names().len());
    assert_eq!(read(&folded).values().sum::<u128>(), (10..).take(nasty_names().len()).sum());
    assert!(!folded.contains(['\r', '\t', '\u{1b}', '\u{202e}', '\u{2028}']));
    assert!(folded.lines().next().expect("a line").starts_with("a:b 10"), "{folded}");
    let total: u128 = (10..).take(nasty_names().len()).sum();
    assert_eq!(inferno_total(&nasty()), total.to_string());
}

#[test]
fn of_very_deep_stacks_both_ends_are_kept() {
    let folded = exported_text(&deep(), Format::Folded);
    let stacks = read(&folded);
    assert_eq!(stacks.values().sum::<u128>(), u128::from(DEPTH));
    assert_eq!(stacks.keys().map(Vec::len).max(), Some(512));
    let deepest = stacks.keys().find(|stack| stack.contains(&"[frames left out]".to_string()));
    let deepest = deepest.expect("a stack with a gap");
    assert_eq!(deepest[..3], ["even", "odd", "even"]);
    assert_eq!(deepest[256], "[frames left out]");
    // Those without a gap, and one for each function that a stack with a gap can end in.
    assert_eq!(stacks.len(), 512 + 2);
    assert_eq!(folded.lines().count(), stacks.len());
}
