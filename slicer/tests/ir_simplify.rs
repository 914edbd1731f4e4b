//! Simplified functions are well formed, smaller, and do what they did.

use std::sync::atomic::{AtomicUsize, Ordering};

use arbtest::arbitrary::{self, Unstructured};
use arbtest::arbtest;
use slicer::ir::emit::Options;
use slicer::ir::text::{canonical, parse, print};
use slicer::ir::{build, round_trip, simplify, verify};
use slicer::module::{FEATURES, Module};
use wasm_smith::Config;
use wasmi::{Engine, Linker, Store, Val};
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

/// The text of a function once simplified.
#[track_caller]
fn simplified(text: &str) -> String {
    let wasm = wat::parse_str("(module (memory 1) (global (mut i32) (i32.const 0)))");
    let wasm = wasm.expect("it is well formed");
    let module = Module::parse(&wasm).expect("it is valid");
    let mut function = parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    verify::verify(&module, &function).expect("the test is well formed");
    simplify::simplify(&mut function);
    let text = print(&canonical(&function));
    verify::verify(&module, &function).unwrap_or_else(|error| panic!("{error}\n{text}"));
    text
}

/// Checks that the body `before` is simplified to `after`. The parameters are v0 and v1: i32, v2 and
/// v3: i64, v4: f32 and v5: f64.
#[track_caller]
fn check(result: &str, before: &str, after: &str) {
    let parameters = "v0: i32, v1: i32, v2: i64, v3: i64, v4: f32, v5: f64";
    let whole = |body: &str| {
        let body: Vec<&str> = body.split([';', '\n']).map(str::trim).collect();
        let mut text = format!("func 0 -> ({result}) {{\nb0({parameters}):\n");
        for line in body.into_iter().filter(|line| !line.is_empty()) {
            let indent = if line.starts_with('b') && line.ends_with(':') { "" } else { "  " };
            text += &format!("{indent}{line}\n");
        }
        text + "}\n"
    };
    assert_eq!(simplified(&whole(before)), whole(after), "{before}");
}

/// Checks what is made of `expression`, by its operands: the value of one, or another expression.
#[track_caller]
fn check_i32(expression: &str, after: &str) {
    check_last("i32", expression, after);
}

#[track_caller]
fn check_i64(expression: &str, after: &str) {
    check_last("i64", expression, after);
}

/// Checks a sequence of operators, separated by `;`, the last of which makes the result. They make
/// v6, v7 and so on. The sequence `after` may also be the name of a value.
#[track_caller]
fn check_last(ty: &str, before: &str, after: &str) {
    let body = |text: &str| {
        if text.starts_with('v') {
            return format!("return {text}");
        }
        let mut lines = String::new();
        let operators: Vec<&str> = text.split(';').map(str::trim).collect();
        for (index, operator) in operators.iter().enumerate() {
            let (made, operator) = match operator.split_once(": ") {
                Some((made, operator)) => (made, operator),
                None => (ty, *operator),
            };
            lines += &format!("v{}: {made} = {operator}\n", 6 + index);
        }
        lines + &format!("return v{}", 5 + operators.len())
    };
    check(ty, &body(before), &body(after));
}

#[test]
fn neutral_and_absorbing_operands() {
    for operator in ["add", "sub", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr"] {
        check_i32(&format!("i32.const 0; i32.{operator} v0, v6"), "v0");
        check_i64(&format!("i64.const 0; i64.{operator} v2, v6"), "v2");
    }
    for operator in ["shl", "shr_s", "shr_u", "rotl", "rotr"] {
        check_i32(&format!("i32.const 96; i32.{operator} v0, v6"), "v0");
        check_i64(&format!("i64.const -128; i64.{operator} v2, v6"), "v2");
        let stays = format!("i64.const 32; i64.{operator} v2, v6");
        check_i64(&stays, &stays);
    }
    for operator in ["mul", "div_s", "div_u"] {
        check_i32(&format!("i32.const 1; i32.{operator} v0, v6"), "v0");
        check_i64(&format!("i64.const 1; i64.{operator} v2, v6"), "v2");
    }
    for operator in ["rem_s", "rem_u"] {
        check_i32(&format!("i32.const 1; i32.{operator} v0, v6"), "i32.const 0");
        check_i64(&format!("i64.const 1; i64.{operator} v2, v6"), "i64.const 0");
    }
    for operator in ["mul", "and"] {
        check_i32(&format!("i32.const 0; i32.{operator} v0, v6"), "i32.const 0");
        check_i64(&format!("i64.const 0; i64.{operator} v2, v6"), "i64.const 0");
    }
    check_i32("i32.const -1; i32.and v0, v6", "v0");
    check_i64("i64.const -1; i64.or v2, v6", "i64.const -1");
}

#[test]
fn what_is_no_identity_stays() {
    for stays in [
        "i32.const 0; i32.sub v6, v0",
        "i32.const 1; i32.div_s v6, v0",
        "i32.const -1; i32.div_s v0, v6",
        "i32.const 0; i32.div_u v0, v6",
        "i32.const 0; i32.rem_s v0, v6",
        "i32.const -1; i32.rem_s v0, v6",
        "i32.const 0; i32.shl v6, v0",
        "i32.const 1; i32.rotl v6, v0",
        "i32.const 255; i32.and v0, v6",
        "i32.div_u v0, v0",
        "i32.rem_u v0, v0",
        "i32.add v0, v0",
        "i32.const 0; i32.lt_s v0, v6",
        "i32.const 0; i32.ne v0, v6",
    ] {
        check_i32(stays, stays);
    }
}

#[test]
fn constants_go_to_the_right() {
    check_i32("i32.const 0; i32.add v6, v0", "v0");
    check_i64("i64.const 7; i64.mul v6, v2", "i64.const 7; i64.mul v2, v6");
    check_i32("i32.const 7; i32.eq v6, v0", "i32.const 7; i32.eq v0, v6");
}

#[test]
fn an_operand_with_itself() {
    for (operator, result) in [("sub", 0), ("xor", 0)] {
        check_i32(&format!("i32.{operator} v0, v0"), &format!("i32.const {result}"));
        check_i64(&format!("i64.{operator} v2, v2"), &format!("i64.const {result}"));
    }
    for operator in ["and", "or"] {
        check_i32(&format!("i32.{operator} v0, v0"), "v0");
        check_i64(&format!("i64.{operator} v2, v2"), "v2");
    }
    for operator in ["eq", "le_s", "le_u", "ge_s", "ge_u"] {
        check_i32(&format!("i32.{operator} v0, v0"), "i32.const 1");
        check_i32(&format!("i64.{operator} v2, v2"), "i32.const 1");
    }
    for operator in ["ne", "lt_s", "lt_u", "gt_s", "gt_u"] {
        check_i32(&format!("i32.{operator} v0, v0"), "i32.const 0");
        check_i32(&format!("i64.{operator} v2, v2"), "i32.const 0");
    }
}

#[test]
fn floats_are_computed_as_they_were() {
    for stays in [
        "f32: f32.const 0.0; f32: f32.add v4, v6; i32.reinterpret_f32 v7",
        "f32: f32.const -0.0; f32: f32.add v4, v6; i32.reinterpret_f32 v7",
        "f32: f32.const 0.0; f32: f32.sub v4, v6; i32.reinterpret_f32 v7",
        "f32: f32.const 1.0; f32: f32.mul v4, v6; i32.reinterpret_f32 v7",
        "f32: f32.sub v4, v4; i32.reinterpret_f32 v6",
        "f32: f32.const 1.0; f32: f32.add v6, v4; i32.reinterpret_f32 v7",
        "f32: f32.min v4, v4; i32.reinterpret_f32 v6",
        "f32: f32.ceil v4; f32: f32.ceil v6; i32.reinterpret_f32 v7",
        "f64: f64.promote_f32 v4; f32: f32.demote_f64 v6; i32.reinterpret_f32 v7",
        "f32.eq v4, v4",
        "f64.ne v5, v5",
        "f64.le v5, v5",
        "f64.lt v5, v5",
        "i32: f64.lt v5, v5; i32.eqz v6",
    ] {
        check_i32(stays, stays);
    }
    check_last("f32", "f32.neg v4; f32.neg v6", "v4");
    check_last("f64", "f64.neg v5; f64.abs v6", "f64.abs v5");
    check_last("f64", "f64.abs v5; f64.abs v6", "f64.abs v5");
    check_last("f64", "f64.abs v5; f64.neg v6", "f64.abs v5; f64.neg v6");
    check_last("f64", "i64: i64.reinterpret_f64 v5; f64.reinterpret_i64 v6", "v5");
    check_i32("f32: f32.reinterpret_i32 v0; i32.reinterpret_f32 v6", "v0");
    check_i32("f64.eq v5, v5; i32.eqz v6", "f64.ne v5, v5");
}

#[test]
fn conversions_of_conversions() {
    check_i32("i64: i64.extend_i32_s v0; i32.wrap_i64 v6", "v0");
    check_i32("i64: i64.extend_i32_u v0; i32.wrap_i64 v6", "v0");
    check_i32("i64: i64.extend32_s v2; i32.wrap_i64 v6", "i32.wrap_i64 v2");
    check_i64("i32: i32.wrap_i64 v2; i64.extend_i32_s v6", "i64.extend32_s v2");
    check_i64("i64.extend_i32_s v0; i64.extend32_s v6", "i64.extend_i32_s v0");
    check_i64("i64.extend_i32_u v0; i64.extend32_s v6", "i64.extend_i32_s v0");
    check_i32("i32.extend8_s v0; i32.extend16_s v6", "i32.extend8_s v0");
    check_i32("i32.extend16_s v0; i32.extend8_s v6", "i32.extend8_s v0");
    check_i64("i64.extend32_s v2; i64.extend32_s v6", "i64.extend32_s v2");
    for stays in
        ["i32: i32.wrap_i64 v2; i64.extend_i32_u v6", "i64.extend_i32_u v0; i64.extend8_s v6"]
    {
        check_i64(stays, stays);
    }
}

#[test]
fn comparisons_of_comparisons() {
    check_i32("i32.lt_s v0, v1; i32.eqz v6", "i32.ge_s v0, v1");
    check_i32("i64.gt_u v2, v3; i32.eqz v6", "i64.le_u v2, v3");
    check_i32("i32.eqz v0; i32.eqz v6; i32.eqz v7", "i32.eqz v0");
    check_i32("i32.eqz v0; i32.eqz v6", "i32.eqz v0; i32.eqz v6");
    check_i32("f32.lt v4, v4; i32.eqz v6; i32.eqz v7", "f32.lt v4, v4");
    check_i32("i32.const 0; i32.lt_s v0, v1; i32.ne v7, v6", "i32.lt_s v0, v1");
    check_i32("i32.const 0; i32.lt_s v0, v1; i32.eq v7, v6", "i32.ge_s v0, v1");
    check_i32("i32.const 1; i32.lt_s v0, v1; i32.eq v6, v7", "i32.lt_s v0, v1");
    check_i32("i32.const 1; i64.eqz v2; i32.ne v7, v6; i32.eqz v8", "i64.eqz v2");
    check_i32("i32.const 1; f64.ge v5, v5; i32.and v7, v6", "f64.ge v5, v5");
    check_i32("i32.const 0; i32.eq v0, v6", "i32.eqz v0");
    check_i32("i64: i64.const 1; i64.lt_u v2, v6", "i64.eqz v2");
    check_i32("i32.const 0; i32.lt_u v0, v6", "i32.const 0");
    check_i32("i64: i64.const 0; i64.ge_u v2, v6", "i32.const 1");
    check_i32("i64: i64.extend_i32_u v0; i64.eqz v6", "i32.eqz v0");
}

#[test]
fn selects_fold() {
    check_i64("select v2, v2, v0", "v2");
    check_i64("i32: i32.const -1; select v2, v3, v6", "v2");
    check_i64("i32: i32.const 0; select v2, v3, v6", "v3");
    check_i64("i32: i32.eqz v0; select v2, v3, v6", "select v3, v2, v0");
    check_i64(
        "i32: i32.const 0; i32: i32.ne v0, v6; select (result i64) v2, v3, v7",
        "select (result i64) v2, v3, v0",
    );
    check_i32("i32.const 1; i32.const 0; f32.lt v4, v4; select v6, v7, v8", "f32.lt v4, v4");
    check_i32("i32.const 0; i32.const 1; select v6, v7, v0", "i32.eqz v0");
    for stays in ["i32.const 1; i32.const 0; select v6, v7, v0", "i32.const 0; select v0, v6, v0"] {
        check_i32(stays, stays);
    }
    check_i64(
        "i64.const 0; i64.const 1; select v6, v7, v0",
        "i64.const 0; i64.const 1; select v6, v7, v0",
    );
}

#[test]
fn equal_values_are_computed_once() {
    check(
        "i32",
        "v6: i32 = i32.clz v0; v7: i32 = i32.clz v0; v8: i32 = i32.div_s v6, v7; return v8",
        "v6: i32 = i32.clz v0; v7: i32 = i32.div_s v6, v6; return v7",
    );
    // Operands that may change places, and those of other operators.
    check_i32("i32.mul v0, v1; i32.mul v1, v0; i32.rotl v6, v7", "i32.mul v0, v1; i32.rotl v6, v6");
    check_i32("f64.eq v5, v5; f64.eq v5, v5; i32.rotl v6, v7", "f64.eq v5, v5; i32.rotl v6, v6");
    for stays in [
        "i32.sub v0, v1; i32.sub v1, v0; i32.rotl v6, v7",
        "i32.extend8_s v0; i32.extend16_s v0; i32.rotl v6, v7",
        "i32.const 5; i32.const 6; i32.rotl v0, v6; i32.rotl v0, v7; i32.rotl v8, v9",
        "f32: f32.const 1.0; f32: f32.add v4, v6; f32: f32.add v6, v4; f32.eq v7, v8",
        "f32: f32.const 0.0; f32: f32.const -0.0; f32: f32.sub v4, v6; f32: f32.sub v4, v7; f32.eq v8, v9",
    ] {
        check_i32(stays, stays);
    }
}

#[test]
fn what_trapped_or_not_is_not_computed_again() {
    check(
        "i32",
        "v6: i32 = i32.div_s v0, v1; v7: i32 = i32.div_s v0, v1; v8: i32 = i32.rotl v6, v7
         return v8",
        "v6: i32 = i32.div_s v0, v1; v7: i32 = i32.rotl v6, v6; return v7",
    );
    // Neither arm knows what the other computes, and nothing moves up.
    let arms = "br_if v0, b1, b2
        b1:; v6: i32 = i32.div_u v0, v1; return v6
        b2:; v7: i32 = i32.div_u v0, v1; v8: i32 = i32.clz v7; return v8";
    check("i32", arms, arms);
    let state = "v6: i32 = i32.load v0; v7: i32 = i32.load v0; v8: i32 = global.get 0
        v9: i32 = global.get 0; v10: i32 = memory.size 0; v11: i32 = memory.size 0
        return v6, v7, v8, v9, v10, v11";
    check("i32, i32, i32, i32, i32, i32", state, state);
}

#[test]
fn equal_values_are_known_where_the_first_dominates() {
    check(
        "i32",
        "v6: i32 = i32.clz v0; br_if v6, b1, b2
         b1:; v7: i32 = i32.clz v0; br b3(v7)
         b2:; v8: i32 = i32.ctz v0; br b3(v8)
         b3(v9: i32 (made)):; v10: i32 = i32.ctz v0; v11: i32 = i32.rotl v9, v10; return v11",
        "v6: i32 = i32.clz v0; br_if v6, b1, b2
         b1:; br b3(v6)
         b2:; v7: i32 = i32.ctz v0; br b3(v7)
         b3(v8: i32 (made)):; v9: i32 = i32.ctz v0; v10: i32 = i32.rotl v8, v9; return v10",
    );
}

#[test]
fn branches_on_eqz_change_their_ways() {
    check(
        "i32",
        "v6: i32 = i32.eqz v0; br_if v6, b1, b2
         b1:; return v0
         b2:; return v1",
        "br_if v0, b1, b2
         b1:; return v1
         b2:; return v0",
    );
    check(
        "i32",
        "v6: i32 = i32.const 0; v7: i32 = i32.ne v0, v6; br_if v7, b1, b2
         b1:; return v0
         b2:; return v1",
        "br_if v0, b1, b2
         b1:; return v0
         b2:; return v1",
    );
}

#[test]
fn a_branch_on_what_a_way_passes_is_decided() {
    // `v0 && v1`, with a branch on it.
    check(
        "i32",
        "v6: i32 = i32.const 0; br_if v0, b1, b2(v6)
         b1:; v7: i32 = i32.clz v1; br b2(v7)
         b2(v8: i32 (made)):; br_if v8, b3, b4
         b3:; return v0
         b4:; return v1",
        "br_if v0, b1, b3
         b1:; v6: i32 = i32.clz v1; br_if v6, b2, b3
         b2:; return v0
         b3:; return v1",
    );
    // What decides it is computed, and the way behind it is passed a constant.
    check(
        "i32",
        "v6: i32 = i32.const 2; br_if v0, b1(v6, v1), b2
         b1(v8: i32 (made), v9: i32 (made)):
         v10: i32 = i32.const 1; v11: i32 = i32.sub v8, v10; br_table v11, [b3(v9), b4(v10)], b3(v9)
         b2:; v7: i32 = i32.clz v1; br b1(v7, v0)
         b3(v12: i32 (made)):; return v12
         b4(v13: i32 (made)):; return v13",
        "v6: i32 = i32.const 1; br_if v0, b2, b1
         b1:; v7: i32 = i32.clz v1; v8: i32 = i32.sub v7, v6; br_table v8, [b3, b2], b3
         b2:; return v6
         b3:; return v0",
    );
}

#[test]
fn blocks_that_are_needed_are_not_passed_by() {
    let enters_a_loop = "v6: i32 = i32.const 1; br b1(v6)
        b1(v7: i32 (made)):; br_if v7, b2, b3
        b2:; v8: i32 = i32.load v0; br b1(v8)
        b3:; return v0";
    check("i32", enters_a_loop, enters_a_loop);
    let value = "v6: i32 = i32.const 1; br_if v0, b2(v6), b1
        b1:; v7: i32 = i32.clz v1; br b2(v7)
        b2(v8: i32 (made)):; br_if v8, b3, b4
        b3:; return v8
        b4:; return v1";
    check("i32", value, value);
    let effect = "v6: i32 = i32.const 1; br_if v0, b2(v6), b1
        b1:; v7: i32 = i32.clz v1; br b2(v7)
        b2(v8: i32 (made)):; i32.store v0, v1; br_if v8, b3, b4
        b3:; return v0
        b4:; return v1";
    check("i32", effect, effect);
}

#[test]
fn deep_and_long_functions_are_simplified() {
    const COUNT: usize = 20_000;
    // Each `if` decides the next.
    let ifs = "(local.set 0 (if (result i32) (local.get 0) (then (i32.const 1))
        (else (call 0 (i32.add (local.get 1) (i32.const 0))))))"
        .repeat(COUNT);
    let blocks =
        format!("{}(br_if 0 (i32.eqz (local.get 0))) {}", "(block ".repeat(500), ")".repeat(500));
    let sums = "(local.set 0 (i32.eqz (i32.xor (local.get 0) (i32.const 0))))".repeat(COUNT);
    let wat = format!(
        "(module (func (param i32) (result i32) (local i32) {ifs} {blocks} {sums} (local.get 0)))"
    );
    let (blocks, instructions) = size(&wat);
    assert!(blocks <= 2 * COUNT + 10 && instructions <= COUNT + 10, "{blocks}, {instructions}");
}

/// Fuel of each run.
const FUEL: u64 = 1_000_000;

/// What the export `f` of a module without imports returns for two arguments.
fn run(wasm: &[u8], arguments: [i32; 2]) -> Result<i64, String> {
    let mut config = wasmi::Config::default();
    config.consume_fuel(true);
    let engine = Engine::new(&config);
    let module = wasmi::Module::new(&engine, wasm).expect("it is valid");
    let mut store = Store::new(&engine, ());
    store.set_fuel(FUEL).expect("fuel is on");
    let instance = Linker::new(&engine)
        .instantiate_and_start(&mut store, &module)
        .expect("there is nothing that could fail");
    let function = instance.get_func(&store, "f").expect("it is exported");
    let mut results = [Val::I64(0)];
    function
        .call(&mut store, &arguments.map(Val::I32), &mut results)
        .map_err(|error| error.to_string())?;
    Ok(results[0].i64().expect("it is declared so"))
}

/// Operators on two operands that the rules look at, and others.
const BINARY: [&str; 24] = [
    "add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr", "div_s",
    "div_u", "rem_s", "rem_u", "eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_u",
];
/// Numbers that the rules look at, and others.
const NUMBERS: [i64; 9] = [0, 0, 1, 1, -1, 2, 32, 64, 255];

/// An expression of the type `ty` on the locals 0 to 3, which are i32, and 4 and 5, which are i64.
fn expression(input: &mut Unstructured<'_>, ty: &str, depth: u32) -> arbitrary::Result<String> {
    let wide = ty == "i64";
    let choice =
        if depth == 0 { input.int_in_range(0..=2)? } else { input.int_in_range(0..=10)? };
    let mut operand = |ty| expression(input, ty, depth.saturating_sub(1));
    Ok(match choice {
        1 | 2 => {
            let local =
                if wide { input.int_in_range(4..=5)? } else { input.int_in_range(0..=3)? };
            format!("(local.get {local})")
        }
        0 => format!("({ty}.const {})", input.choose(&NUMBERS)?),
        3..=5 => {
            let (left, right) = (operand(ty)?, operand(ty)?);
            match (input.choose(&BINARY)?, wide) {
                (
                    operator @ (&"eq" | &"ne" | &"lt_s" | &"lt_u" | &"gt_s" | &"gt_u" | &"le_s"
                    | &"le_u" | &"ge_u"),
                    true,
                ) => {
                    format!("(i64.extend_i32_u (i64.{operator} {left} {right}))")
                }
                (operator, _) => format!("({ty}.{operator} {left} {right})"),
            }
        }
        6 if wide => format!("(i64.extend_i32_s {})", operand("i32")?),
        7 if wide => format!("(i64.extend_i32_u {})", operand("i32")?),
        6 => format!("(i32.eqz {})", operand("i32")?),
        7 => format!("(i64.eqz {})", operand("i64")?),
        8 if !wide => format!("(i32.wrap_i64 {})", operand("i64")?),
        8 | 9 => {
            let operator = input.choose(&["extend8_s", "extend16_s"])?;
            format!("({ty}.{operator} {})", expression(input, ty, depth - 1)?)
        }
        _ => format!("(select {} {} {})", operand(ty)?, operand(ty)?, operand("i32")?),
    })
}

/// A few statements on the locals. Loops count local `6 + depth` down.
fn statements(input: &mut Unstructured<'_>, depth: u32) -> arbitrary::Result<String> {
    let mut text = String::new();
    for _ in 0..input.int_in_range(1..=5)? {
        match input.int_in_range(0..=if depth < 3 { 8 } else { 3 })? {
            0..=3 => {
                let local = input.int_in_range(0..=5)?;
                let ty = if local < 4 { "i32" } else { "i64" };
                text += &format!("(local.set {local} {})", expression(input, ty, 2)?);
            }
            4..=6 => {
                let condition = expression(input, "i32", 1)?;
                let (then, otherwise) =
                    (statements(input, depth + 1)?, statements(input, depth + 1)?);
                text += &format!("(if {condition} (then {then}) (else {otherwise}))");
            }
            7 => {
                let index = expression(input, "i32", 1)?;
                let (first, second) =
                    (statements(input, depth + 1)?, statements(input, depth + 1)?);
                text +=
                    &format!("(block (block (block (br_table 0 1 2 {index})) {first}) {second})");
            }
            _ => {
                let (body, count) = (statements(input, depth + 1)?, 6 + depth);
                text += &format!(
                    "(local.set {count} (i32.const 3)) (loop {body} (br_if 0 (local.tee {count}
                        (i32.sub (local.get {count}) (i32.const 1)))))"
                );
            }
        }
    }
    Ok(text)
}

#[test]
fn random_functions_do_what_they_did() {
    let (mut runs, mut before, mut after) = (0, 0, 0);
    arbtest(|input| {
        let body = statements(input, 0)?;
        let wat = format!(
            "(module (func (export \"f\") (param i32 i32) (result i64)
                (local i32 i32 i64 i64 i32 i32 i32 i32) {body}
                (i64.add (i64.extend_i32_u (i32.add (local.get 0) (i32.mul (local.get 2)
                    (i32.const 77)))) (i64.rotl (local.get 4) (i64.xor (local.get 5)
                    (i64.extend_i32_s (i32.sub (local.get 1) (local.get 3))))))))"
        );
        let wasm = wat::parse_str(&wat).expect("it is well formed");
        let size = AtomicUsize::new(0);
        let emitted = |simplified: bool| {
            // The interpreter's own `select` is not always right.
            let options = Options { select_as_branch: true };
            let wasm = round_trip::module_with(&wasm, &options, |module, function| {
                if simplified {
                    simplify::simplify(function);
                    verify::verify(module, function).expect("it is well formed");
                }
                let lengths = function.blocks.iter().map(|block| block.instructions.len());
                size.store(lengths.sum(), Ordering::Relaxed);
            });
            (wasm.expect("valid modules convert"), size.load(Ordering::Relaxed))
        };
        let ((plain, more), (simplified, less)) = (emitted(false), emitted(true));
        (before, after) = (before + more, after + less);
        for arguments in [[0, 0], [1, -1], [7, i32::MIN]] {
            assert_eq!(run(&plain, arguments), run(&simplified, arguments), "{wat}");
            runs += 1;
        }
        Ok(())
    })
    .budget_ms(BUDGET_MS)
    .size_min(1 << 8)
    .run();
    println!("{runs} runs, {before} instructions to {after}");
    assert!(runs >= 100, "only {runs} runs");
    assert!(after < before);
}
