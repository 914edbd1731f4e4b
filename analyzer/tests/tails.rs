//! What a trap cut short: the interval for each way in which the trapping activation can have
//! come to the trapping operator. Every operator costs 1, so that fuel can be counted by hand.

mod support;

use analyzer::{Analysis, AnalyzeOptions, analyze};
use formats::cost_model::CostModel;
use formats::trace::{Detail, Location, Outcome, OutcomeKind};
use slicer::bundles::Slices;
use support::{Program, returned, trace_of, trace_with};

/// Function indices are those of the functions' numbers plus one, because of the import. Beside
/// each function are the operator indices of its call and its trapping `i32.div_u`.
const PROGRAM: &str = r#"(module
  (import "host" "call" (func $host))
  (type $v (func (param i32)))
  (tag $t)
  (table 1 funcref)
  ;; 0: calls itself at 4, traps at 8
  (func $recursive (param i32)
    nop
    (if (local.get 0) (then (call $recursive (i32.const 0))))
    (drop (i32.div_u (i32.const 1) (local.get 0))))
  ;; 1: calls the host at 2, traps at 6
  (func $to_host (param i32)
    (if (local.get 0) (then (call $host)))
    (drop (i32.div_u (i32.const 1) (local.get 0))))
  ;; 2: calls anything at 4, traps at 8
  (func $to_any (param i32)
    (if (local.get 0) (then (call_indirect (type $v) (i32.const 0) (i32.const 0))))
    (drop (i32.div_u (i32.const 1) (local.get 0))))
  ;; 3: calls the host at 2, traps at 10
  (func $catches_host (param i32)
    (block $caught (try_table (catch_all $caught) (call $host) nop nop nop))
    (drop (i32.div_u (i32.const 1) (local.get 0))))
  ;; 4: calls function 5 at 2, traps at 10
  (func $catches (param i32)
    (block $caught (try_table (catch_all $caught) (call $throws) nop nop nop))
    (drop (i32.div_u (i32.const 1) (local.get 0))))
  ;; 5: throws at 0
  (func $throws (throw $t))
  ;; 6: loops at 1, traps at 5
  (func $loops (param i32)
    nop
    (loop nop (drop (i32.div_u (i32.const 1) (local.get 0))) (br 0)))
  ;; 7: calls the host at 2, traps at 6
  (func $exported (export "exported") (param i32)
    (if (local.get 0) (then (call $host)))
    (drop (i32.div_u (i32.const 1) (local.get 0))))
  ;; 8: tail-calls function 1 at 1
  (func $tail_calls (return_call $to_host (i32.const 1)))
  ;; 9: calls function 8 at 0, traps at 3
  (func $outer (param i32)
    (call $tail_calls)
    (drop (i32.div_u (i32.const 1) (local.get 0)))))"#;

fn program() -> Program {
    Program::new(PROGRAM, CostModel::builtin("unit").expect("built in"))
}

/// Analyzes `events`, given as function, region and last operator, after which the program
/// trapped at an operator of a function.
fn analyzed(events: &[(u32, u32, u32)], trap: (u32, u32)) -> Analysis {
    let program = program();
    let words: Vec<u32> = events
        .iter()
        .map(|&(function, region, operator)| program.path_to(function, region, operator))
        .collect();
    let location = Some(Location { function: trap.0 + 1, operator: trap.1 });
    let outcome = Outcome { kind: OutcomeKind::Trap, code: 134, location, ..Outcome::default() };
    let trace = trace_of(&program, &[&words], Some(&outcome));
    analyze(&trace, &program.model, &AnalyzeOptions::default()).expect("priced")
}

/// Fuel of the tail: what the report has beyond the fuel of `events`, which is `before`.
fn tail(events: &[(u32, u32, u32)], before: u128, trap: (u32, u32)) -> (u128, u128) {
    let fuel = analyzed(events, trap).report.fuel;
    (fuel.low - before, fuel.high - before)
}

const ENTRY: u32 = 0;

#[test]
fn the_first_region_of_the_first_activation() {
    // nop, local.get, if, i32.const, local.get, i32.div_u
    assert_eq!(tail(&[], 0, (0, 8)), (6, 6));
}

#[test]
fn the_first_region_of_a_callee_and_not_what_follows_the_call() {
    // The call costs nop, local.get, if, i32.const, call.
    let events = [(0, ENTRY, 4)];
    assert_eq!(tail(&events, 5, (0, 8)), (6, 6));
    let report = analyzed(&events, (0, 8)).report;
    assert_eq!((report.functions[0].calls, report.functions[0].total_fuel), (2, Some(11)));
}

#[test]
fn what_follows_a_call_that_returned() {
    // The call costs 5; the callee runs nop, local.get, if, i32.const, local.get, i32.div_u, drop
    // and end.
    let events = [(0, ENTRY, 4), (0, ENTRY, 10)];
    // end, i32.const, local.get, i32.div_u
    assert_eq!(tail(&events, 5 + 8, (0, 8)), (4, 4));
}

#[test]
fn what_follows_a_call_of_the_host() {
    // local.get, if, call; then end, i32.const, local.get, i32.div_u
    assert_eq!(tail(&[(1, ENTRY, 2)], 3, (1, 6)), (4, 4));
}

#[test]
fn a_call_of_the_host_may_have_called_an_export() {
    // After the call 4 as above, or the first region: local.get, if, i32.const, local.get, div.
    assert_eq!(tail(&[(7, ENTRY, 2)], 3, (7, 6)), (4, 5));
}

#[test]
fn an_indirect_call_may_have_called_its_own_function_or_the_host() {
    // local.get, if, i32.const, i32.const, call_indirect; then 4 or 5 as above.
    assert_eq!(tail(&[(2, ENTRY, 4)], 5, (2, 8)), (4, 5));
}

#[test]
fn an_exception_of_the_host_may_have_been_caught() {
    // block, try_table, call; then nop nop nop end end i32.const local.get i32.div_u, or, after
    // the branch past both ends, the last three of them.
    assert_eq!(tail(&[(3, ENTRY, 2)], 3, (3, 10)), (3, 8));
}

#[test]
fn an_exception_of_a_callee_was_caught() {
    assert_eq!(tail(&[(4, ENTRY, 2), (5, ENTRY, 0)], 3 + 1, (4, 10)), (3, 3));
}

#[test]
fn an_iteration_of_a_loop() {
    // Entry: nop, loop. An iteration: nop i32.const local.get i32.div_u drop br.
    let program = program();
    let entry = program.plan.functions[6].regions[0].first_event;
    let iteration = program.plan.functions[6].regions[1].first_event;
    let location = Some(Location { function: 7, operator: 5 });
    let outcome = Outcome { kind: OutcomeKind::Trap, location, ..Outcome::default() };
    let trace = trace_of(&program, &[&[entry, iteration, iteration]], Some(&outcome));
    let report =
        analyze(&trace, &program.model, &AnalyzeOptions::default()).expect("priced").report;
    assert_eq!((report.fuel.low, report.fuel.high), (2 + 6 + 6 + 4, 2 + 6 + 6 + 4));
    assert_eq!(report.loops[0].iterations, 3, "the running one too");
    assert_eq!(report.functions[0].self_fuel, report.fuel.total);
}

#[test]
fn the_first_region_of_a_function_that_was_tail_called() {
    // call; i32.const, return_call; then local.get, if, i32.const, local.get, i32.div_u
    let report = analyzed(&[(9, ENTRY, 0), (8, ENTRY, 1)], (1, 6)).report;
    assert_eq!((report.fuel.low, report.fuel.high), (1 + 2 + 5, 1 + 2 + 5));
    let outer = report.functions.iter().find(|function| function.index == 10);
    assert_eq!(outer.and_then(|outer| outer.total_fuel), Some(8));
}

/// Analyzes `events` of `program`, after which it trapped somewhere in the function with this number.
fn unplaced(program: &Program, events: &[u32], function: u32) -> Analysis {
    unplaced_with(program, Detail::Full, events, function)
}

/// The same with as much `detail`.
fn unplaced_with(program: &Program, detail: Detail, events: &[u32], function: u32) -> Analysis {
    let function = Some(program.plan.function_index(function));
    let outcome = Outcome { kind: OutcomeKind::Trap, function, ..Outcome::default() };
    let trace = trace_with(program, detail, &[events], Some(&outcome));
    analyze(&trace, &program.model, &AnalyzeOptions::default()).expect("priced")
}

/// Engines name no operator for a read that they merged into one that they made themselves.
#[test]
fn a_trap_of_which_only_the_function_is_known_is_bounded_by_that_function() {
    let program = program();
    // The dearest path of function 0 goes past its call: nop, local.get, if, i32.const, local.get,
    // i32.div_u, drop and end.
    let report = unplaced(&program, &[], 0).report;
    assert_eq!((report.fuel.low, report.fuel.high), (0, 8));
    assert_eq!(report.outcome.function, Some(1));
    assert_eq!((report.functions[0].index, report.functions[0].calls), (1, 1));
    // The call costs 5; what called is known, and what ran last is its callee.
    let calls = program.path_to(0, ENTRY, 4);
    let report = unplaced(&program, &[calls], 0).report;
    assert_eq!((report.fuel.low, report.fuel.high), (5, 5 + 8));
    assert_eq!((report.functions[0].calls, report.functions[0].total_fuel), (2, Some(5)));
    // After the callee has returned, no other activation begins.
    let returns = program.path_to(0, ENTRY, 10);
    let report = unplaced(&program, &[calls, returns], 0).report;
    assert_eq!((report.fuel.low, report.fuel.high), (5 + 8, 5 + 8 + 8));
    assert_eq!(report.functions[0].calls, 2);
}

/// What a counted nest tells by its counters is certain only where it is known where it was cut short.
#[test]
fn a_counted_nest_that_was_cut_short_nobody_knows_where_is_open() {
    let text = "(module (memory 1) (func (param i32) (local i32)
        (loop $outer
          (loop $inner
            (if (i32.load8_u (local.get 0)) (then nop nop))
            (br_if $inner (i32.load8_u (local.get 1))))
          (br_if $outer (i32.load8_u offset=1 (local.get 1))))))";
    let model = CostModel::builtin("unit").expect("built in");
    let program = Program::sliced(text, model, Slices::Chosen);
    let function = &program.plan.functions[0];
    let nest = function.nests.first().expect("a nest");
    assert!(nest.is_counted(), "{nest:?}");
    let entry = function.regions[0].first_event;
    let counted: Vec<u32> =
        [nest.event].into_iter().chain(nest.counters.iter().flat_map(|_| [9, 0])).collect();
    let once: Vec<u32> = counted.iter().copied().chain([entry]).collect();
    let one = unplaced(&program, &once, 0).report.fuel;
    let both: Vec<u32> = once.iter().chain(&counted).copied().collect();
    let two = unplaced(&program, &both, 0).report.fuel;
    assert_eq!(two.low, one.low, "nothing is certain of the nest that was cut short");
    assert!(two.high > one.high, "{:?}: {one:?} {two:?}", nest.counters);
    for detail in [Detail::Full, Detail::Counts] {
        let report = unplaced_with(&program, detail, &both, 0).report;
        let of_functions = report.functions.iter().map(|row| row.self_fuel).sum::<u128>();
        assert_eq!(of_functions, report.fuel.total);
    }
    // Where nobody knows which events came last either, each operator of the nest may have been counted up to
    // two times too often.
    let trace = trace_with(&program, Detail::Counts, &[&both], Some(&returned()));
    let whole = analyze(&trace, &program.model, &AnalyzeOptions::default()).expect("priced");
    let counts = unplaced_with(&program, Detail::Counts, &both, 0).report.fuel;
    let surplus = 2 * u128::from(function.operators);
    assert_eq!(counts.low, whole.report.fuel.total - surplus, "{counts:?}");
    assert!(counts.high >= two.high, "{counts:?} {two:?}");
}

#[test]
fn nothing_is_cut_short_where_the_event_comes_first() {
    // A trap of the call itself, as when the table has no such element.
    assert_eq!(tail(&[(2, ENTRY, 4)], 5, (2, 4)), (0, 0));
}
