//! Traps whose place is hard to tell: the total, or the interval, contains what was counted.

use tests::exact::assert_exact;
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
