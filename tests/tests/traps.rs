//! Traps whose place is hard to tell: the total, or the interval, contains what was counted.

use tests::exact::{Options, assert_exact, assert_exact_with};
use tests::observation::Ending;
use tests::program::{Program, Value};
use wasmtime::Trap;

#[track_caller]
fn traps(wat: &str, arguments: &[Value], trap: Trap) {
    let program = Program::text("trap", wat, &[("f", arguments)]);
    let summary = assert_exact(&program);
    assert_eq!(summary.recorded.endings, [Ending::Trap(trap)]);
}

/// Cranelift merges a load into the operator that uses its value, and says of the merged
/// instruction that it belongs to the user: here the second load, nine operators later.
#[test]
fn a_load_that_the_engine_merges_into_a_later_operator() {
    let wat = r#"(module (memory 0)
        (func (export "f") (param i32 i32) (result i32) (local i32 i32)
            local.get 0
            i32.load
            local.set 2
            local.get 1  i32.const 3  i32.mul  local.set 3
            local.get 2
            i32.load
            local.get 3
            i32.add))"#;
    traps(wat, &[Value::I32(0), Value::I32(5)], Trap::MemoryOutOfBounds);
}

/// The same shape, but it is the later load that traps.
#[test]
fn a_load_through_a_loaded_address() {
    let wat = r#"(module (memory 1) (data (i32.const 8) "\00\00\ff\ff")
        (func (export "f") (param i32) (result i32)
            (i32.load (i32.load (local.get 0)))))"#;
    traps(wat, &[Value::I32(8)], Trap::MemoryOutOfBounds);
}

/// The landing of a `try_table` is an empty block whose operators, none, lie inside of the block
/// before it.
#[test]
fn unreachable_directly_inside_of_a_try_table() {
    let wat = r#"(module
        (func (export "f") (result i32)
            (block $caught
                (try_table (result i32) (catch_all $caught) (unreachable))
                (return))
            (i32.const 1)))"#;
    traps(wat, &[], Trap::UnreachableCodeReached);
}

#[test]
fn a_trap_behind_two_arms_of_different_cost() {
    let wat = r#"(module
        (func (export "f") (param i32) (result i32)
            (if (local.get 0) (then nop) (else nop nop nop (drop (i32.const 1))))
            (i32.div_s (i32.const 1) (i32.const 0))))"#;
    for argument in [0, 1] {
        traps(wat, &[Value::I32(argument)], Trap::IntegerDivisionByZero);
    }
}

/// The engine gives no place for a trap of `v128.load32_splat`. What the function did before it, which is a
/// unit of `memory.grow`, is the function's all the same: the harness compares the call tree with it.
#[test]
fn a_trap_without_a_place_behind_recorded_units() {
    let wat = r#"(module (memory 1 5)
        (func $begun (result i32)
            (drop (memory.grow (i32.const 1)))
            (v128.any_true (v128.load32_splat (i32.const -1))))
        (func (export "f") (result i32) (call $begun)))"#;
    traps(wat, &[], Trap::MemoryOutOfBounds);
}

/// Loops whose branches depend on what is loaded: the next of a row of numbers that look random. `tick`
/// counts the steps, and traps at the step number `$stop`.
fn maze() -> String {
    let tick = "(i32.store (i32.const 0)
            (i32.add (i32.mul (i32.load (i32.const 0)) (i32.const 1103515245)) (i32.const 12345)))
        (local.set $x (i32.shr_u (i32.load (i32.const 0)) (i32.const 16)))
        (local.set $step (i32.add (local.get $step) (i32.const 1)))
        (drop (i32.div_u (i32.const 1) (i32.ne (local.get $step) (local.get $stop))))";
    let maze = "(func $maze (param $stop i32) (result i32) (local $x i32) (local $step i32)
        (block $left
            (loop $outer
                TICK
                (if (i32.and (local.get $x) (i32.const 1))
                    (then TICK)
                    (else nop TICK (br_if $outer (i32.and (local.get $x) (i32.const 2)))))
                (loop $inner
                    (block $c (block $b (block $a
                        (br_table $a $b $c $a (i32.and (local.get $x) (i32.const 3))))
                        TICK nop nop)
                        nop TICK
                        (br_if $left (i32.eqz (i32.and (local.get $x) (i32.const 511)))))
                    TICK
                    (block nop (block TICK))
                    (br_if $inner (i32.and (local.get $x) (i32.const 5))))
                TICK
                (br_if $outer (i32.and (local.get $x) (i32.const 127))))
            (return (i32.const -1)))
        TICK
        (local.get $step))";
    format!(
        r#"(module (memory 1) {}
            (func (export "f") (param $stop i32) (result i32)
                (drop (call $maze (i32.const 0)))
                (i32.add (call $maze (local.get $stop)) (call $maze (i32.const 0)))))"#,
        maze.replace("TICK", tick)
    )
}

/// Wherever it struck: the counters and the place of the trap tell together what ran.
#[test]
fn traps_within_counted_loops_leave_nothing_open() {
    let text = maze();
    let wasm = wat::parse_str(&text).unwrap();
    let module = slicer::module::Module::parse(&wasm).unwrap();
    let plan = slicer::plan::plan(&module, slicer::bundles::Slices::Chosen).unwrap();
    assert!(plan.functions[0].nests[0].is_counted());
    assert!(plan.functions[0].nests[0].counters.len() > 4);
    let chosen = Options { slices: vec![slicer::bundles::Slices::Chosen], ..Options::default() };
    let mut trapped = 0;
    for stop in 0..120 {
        let program = Program::text("maze", &text, &[("f", &[Value::I32(stop)])]);
        let summary = assert_exact_with(&program, &chosen);
        let ending = &summary.recorded.endings[0];
        trapped += usize::from(*ending == Ending::Trap(Trap::IntegerDivisionByZero));
        for report in summary.reports {
            assert_eq!(report.fuel.low, report.fuel.high, "stop at {stop}");
        }
    }
    assert!(trapped > 60, "{trapped}");
}

/// A callee that takes room on the stack, of a silent call in each activation of a recursion: the stack ends in
/// it, and what its caller did up to the call counts, but nothing of the callee.
#[test]
fn a_stack_that_ends_in_a_silent_call() {
    let parameters = 24;
    let arguments = "(i64.const 3) ".repeat(parameters);
    let sum: String = (0..parameters).rev().map(|index| format!(" local.get {index}")).collect();
    let wat = format!(
        r#"(module
            (func $wide (param {}) (result i64) {sum}{})
            (func $f (export "f") (drop (call $wide {arguments})) (call $f)))"#,
        "i64 ".repeat(parameters),
        " i64.xor".repeat(parameters - 1)
    );
    let program = Program::text("wide", &wat, &[("f", &[])]);
    let options =
        Options { models: tests::models::builtin(), fuel_models: 1, ..Options::default() };
    let summary = assert_exact_with(&program, &options);
    assert_eq!(summary.recorded.endings, [Ending::Trap(Trap::StackOverflow)]);
    for report in &summary.reports {
        let calls = |index| {
            let function = report.functions.iter().find(|function| function.index == index);
            function.expect("it was called").calls
        };
        let (wide, depth) = (calls(0), calls(1));
        assert!(depth > 1000, "{depth}");
        // By unit the callee has its `end`, and `drop` costs 1; by the others there are entries.
        let is_unit = report.cost_model.name == "unit";
        let up_to_call = parameters as u128 + 1 + u128::from(!is_unit);
        let callee = 2 * parameters as u128;
        let behind = 1 + u128::from(is_unit);
        let expected = depth * up_to_call + wide * (callee + behind);
        assert_eq!((report.fuel.low, report.fuel.high), (expected, expected));
        assert_eq!(wide, depth - 1, "the stack ended in the recursion");
    }
}
