//! Simplified functions are well formed, smaller, and go back to valid modules.

use arbtest::arbtest;
use slicer::ir::emit::Options;
use slicer::ir::{build, round_trip, simplify, verify};
use slicer::module::{FEATURES, Module};
use wasm_smith::Config;
use wasmparser::Validator;

/// Time for random modules.
const BUDGET_MS: u64 = 3_000;

/// Number of blocks and instructions of the first function once simplified.
#[track_caller]
fn size(wat: &str) -> (usize, usize) {
    let wasm = wat::parse_str(wat).expect("the test is well formed");
    let module = Module::parse(&wasm).expect("the test is valid");
    let mut function = build::build(&module, 0).expect("valid functions convert");
    simplify::simplify(&mut function);
    verify::verify(&module, &function).expect("it is well formed");
    (function.blocks.len(), function.instructions.len())
}

#[test]
fn trees_of_constants_fold() {
    let wat = "(module (func (result i64) (i64.add (i64.const 3)
        (i64.extend_i32_u (i32.sub (i32.const 1) (i32.const 2))))))";
    assert_eq!(size(wat), (1, 1));
}

#[test]
fn operators_that_would_trap_stay() {
    assert_eq!(size("(module (func (drop (i32.div_u (i32.const 1) (i32.const 0)))))").1, 3);
    let wat = "(module (func (drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))))";
    assert_eq!(size(wat).1, 3);
    assert_eq!(
        size("(module (func (drop (i32.rem_s (i32.const 0x80000000) (i32.const -1)))))").1,
        0
    );
}

#[test]
fn ways_that_are_never_taken_go() {
    let wat = "(module (func (param i32) (result i32)
        (if (result i32) (i32.const 0) (then (i32.const 1)) (else (local.get 0)))))";
    assert_eq!(size(wat).1, 0);
}

#[test]
fn blocks_that_follow_one_another_become_one() {
    let wat = "(module (func (param i32) (result i32)
        (block (block (local.set 0 (i32.clz (local.get 0))) (br 1)))
        (if (i32.const 1) (then (local.set 0 (i32.ctz (local.get 0)))))
        (i32.popcnt (local.get 0))))";
    assert_eq!(size(wat), (1, 3));
    assert_eq!(size("(module (func (loop $l (br $l))))").0, 2, "a loop is not its own follower");
}

#[test]
fn what_touches_state_stays() {
    let wat = "(module (memory 1) (func (drop (i32.load (i32.const 0)))
        (i32.store (i32.const 0) (i32.const 1))))";
    assert!(size(wat).1 >= 4);
}

#[test]
fn random_modules_stay_well_formed_and_valid() {
    arbtest(|input| {
        let mut config = Config { allow_start_export: true, ..Config::default() };
        config.custom_descriptors_enabled = false;
        let wasm = wasm_smith::Module::new(config, input)?.to_bytes();
        if Validator::new_with_features(FEATURES).validate_all(&wasm).is_err() {
            return Ok(());
        }
        let back = round_trip::module_with(&wasm, &Options::default(), |module, function| {
            simplify::simplify(function);
            verify::verify(module, function).expect("it is well formed");
        })
        .expect("valid modules convert");
        Validator::new_with_features(FEATURES).validate_all(&back).expect("it is valid");
        Ok(())
    })
    .budget_ms(BUDGET_MS);
}
