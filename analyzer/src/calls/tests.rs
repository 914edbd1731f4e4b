use formats::events::EventRef;

use super::*;
use crate::error::Misfit;
use crate::limits::MAX_ACTIVATIONS;
use crate::tree::{CallNode, CallTree};

const F: u32 = 0;
const G: u32 = 1;

fn step(function: u32, region: u32, fuel: u64, begin: Begin, end: End) -> Step {
    Step { function, region, fuel, silent: Box::default(), begin, end }
}

/// `f` enters and calls, `f` goes on after it and returns; `g` enters and returns, `g` enters
/// and throws; `f` catches what its call lets through, and returns; `g` enters and calls, `g`
/// goes on after that and returns, `g` enters and tail-calls.
fn steps() -> Vec<Step> {
    let call = |region| End::Call { operator: 5, region };
    vec![
        step(F, 0, 1, Begin::Entry, call(1)),
        step(F, 1, 10, Begin::Onward, End::Return),
        step(G, 0, 100, Begin::Entry, End::Return),
        step(G, 0, 200, Begin::Entry, End::Throw { operator: 3 }),
        step(F, 2, 20, Begin::Landing(4..6), End::Return),
        step(G, 0, 300, Begin::Entry, call(1)),
        step(G, 1, 30, Begin::Onward, End::Return),
        step(G, 0, 400, Begin::Entry, End::TailCall { operator: 9 }),
    ]
}

const F_CALLS: Given = 0;
const F_RETURNS: Given = 1;
const G_RETURNS: Given = 2;
const G_THROWS: Given = 3;
const F_CATCHES: Given = 4;
const G_CALLS: Given = 5;
const G_RESUMES: Given = 6;
const G_TAIL_CALLS: Given = 7;

/// A path event is its number, a site a negative amount of fuel.
type Given = i64;

/// Walks `events`, with a new segment before each event at which `cut` says so.
fn walk(
    events: &[Given],
    tail: Tail,
    cut: impl Fn(usize) -> bool,
) -> Result<(Vec<u128>, CallTree), Misfit> {
    let sites = events.iter().filter(|&&event| event < 0).map(|event| event.unsigned_abs());
    let steps = Steps::of(steps(), sites);
    let mut walker = Walker::new(&steps, 2);
    let mut calls = Calls::new(&steps, 2);
    for (number, &event) in events.iter().enumerate() {
        if number > 0 && cut(number) {
            calls.add(walker.finish()).map_err(|found| found.misfit)?;
        }
        let id = if event < 0 { Steps::site_id(event.unsigned_abs()) } else { event as u32 };
        walker.take(EventRef { id, payload: &[] })?;
    }
    calls.add(walker.finish()).map_err(|found| found.misfit)?;
    calls.end_invocation(tail)?;
    Ok(calls.finish(0))
}

/// Inclusive fuel and the tree, which are the same however the events are cut into segments.
fn calls(events: &[Given], tail: Tail) -> Result<(Vec<u128>, CallTree), Misfit> {
    let whole = walk(events, tail.clone(), |_| false);
    for cuts in 0..1_u32 << events.len() {
        assert_eq!(walk(events, tail.clone(), |number| cuts >> number & 1 == 1), whole, "{cuts:b}");
    }
    if let Ok((totals, tree)) = &whole {
        assert_eq!(&totals_of(tree), totals, "{tree:?}");
    }
    whole
}

/// Inclusive fuel from the tree alone: what lies below the outermost nodes of each function.
fn totals_of(tree: &CallTree) -> Vec<u128> {
    let inclusive = tree.inclusive();
    let mut totals = vec![0; 2];
    for (node, fuel) in tree.nodes.iter().zip(inclusive) {
        let callers = std::iter::successors(node.parent, |&up| tree.nodes[up as usize].parent);
        let mut above = callers.map(|up| tree.nodes[up as usize].function);
        if !above.any(|function| function == node.function) {
            totals[node.function as usize] += fuel;
        }
    }
    totals
}

fn totals(events: &[Given]) -> Result<Vec<u128>, Misfit> {
    calls(events, Tail::default()).map(|(totals, _)| totals)
}

#[test]
fn callees_count_for_their_callers() {
    assert_eq!(totals(&[F_CALLS, G_RETURNS, F_RETURNS]), Ok(vec![111, 100]));
}

#[test]
fn recursion_counts_once() {
    let events = [F_CALLS, F_CALLS, G_RETURNS, F_RETURNS, F_RETURNS];
    assert_eq!(totals(&events), Ok(vec![122, 100]));
}

#[test]
fn activations_that_are_open_at_the_end_count() {
    assert_eq!(totals(&[F_CALLS, G_CALLS, F_CALLS]), Ok(vec![302, 301]));
}

#[test]
fn a_caught_exception_ends_the_activations_above() {
    let events = [F_CALLS, G_CALLS, G_THROWS, F_CATCHES];
    assert_eq!(totals(&events), Ok(vec![521, 500]));
}

#[test]
fn an_exception_that_the_host_catches_ends_the_activations_above() {
    let events = [F_CALLS, G_CALLS, G_THROWS, F_RETURNS];
    assert_eq!(totals(&events), Ok(vec![511, 500]));
    // The host calls on before it returns to the first activation.
    let events = [F_CALLS, G_THROWS, F_CALLS, F_RETURNS, F_RETURNS];
    assert_eq!(totals(&events), Ok(vec![222, 200]));
}

#[test]
fn a_tail_call_ends_the_caller() {
    let events = [F_CALLS, G_TAIL_CALLS, F_CALLS, F_RETURNS, F_RETURNS];
    assert_eq!(totals(&events), Ok(vec![422, 400]));
}

#[test]
fn sites_belong_to_the_activation_of_the_next_path() {
    let events = [F_CALLS, -1000, G_RETURNS, -5000, F_RETURNS];
    assert_eq!(totals(&events), Ok(vec![6111, 1100]));
}

#[test]
fn the_tail_of_a_trap_counts_for_all_open_activations() {
    let tail = Tail { fuel: 7, new_activation_of: Some(G), ..Tail::default() };
    let (totals, tree) = calls(&[F_CALLS], tail).expect("fits");
    assert_eq!(totals, [8, 7]);
    let node = |parent, function, fuel| CallNode { parent, function, calls: 1, fuel };
    assert_eq!(tree.nodes, [node(None, F, 1), node(Some(0), G, 7)]);
}

#[test]
fn the_tree_tells_callers_apart() {
    // f calls g, which calls f; then f calls g again.
    let events = [
        F_CALLS, G_CALLS, F_CALLS, G_RETURNS, F_RETURNS, G_RESUMES, F_RETURNS, F_CALLS, G_RETURNS,
        F_RETURNS,
    ];
    let (_, tree) = calls(&events, Tail::default()).expect("fits");
    let node = |parent, function, calls, fuel| CallNode { parent, function, calls, fuel };
    let nodes = [
        node(None, F, 2, 22),
        node(Some(0), G, 2, 430),
        node(Some(1), F, 1, 11),
        node(Some(2), G, 1, 100),
    ];
    assert_eq!(tree.nodes, nodes);
}

#[test]
fn what_follows_from_no_activation_is_refused() {
    for events in [
        &[F_RETURNS][..],
        &[F_CALLS, F_RETURNS, F_RETURNS],
        &[F_CALLS, G_RESUMES],
        &[F_CATCHES],
        &[G_THROWS, F_CATCHES],
        &[G_TAIL_CALLS, G_RESUMES],
    ] {
        assert_eq!(totals(events), Err(Misfit::NoActivation), "{events:?}");
    }
}

/// Each activation but the first begins in another segment than the one before: the stack is that of all.
#[test]
fn more_open_activations_than_the_limit_are_refused_by_number() {
    let deep = |depth: usize| {
        let segments = |number: usize| number.is_multiple_of(1 << 16);
        walk(&vec![G_CALLS; depth], Tail::default(), segments).map(drop)
    };
    assert_eq!(deep(MAX_ACTIVATIONS), Ok(()));
    let error = deep(MAX_ACTIVATIONS + 1).expect_err("refused");
    assert_eq!(error, Misfit::TooDeep);
    assert!(error.to_string().contains(&MAX_ACTIVATIONS.to_string()), "{error}");
}

/// No stack is taken to be larger before it is joined with those of other segments.
#[test]
fn more_activations_than_the_limit_in_one_segment_are_refused_at_once() {
    let steps = Steps::of(steps(), std::iter::empty());
    let deep = |depth: usize| {
        let mut walker = Walker::new(&steps, 2);
        (0..depth).try_for_each(|_| walker.take(EventRef { id: G_CALLS as u32, payload: &[] }))
    };
    assert_eq!(deep(MAX_ACTIVATIONS - 1), Ok(()));
    assert_eq!(deep(MAX_ACTIVATIONS + 1), Err(Misfit::TooDeep));
}
