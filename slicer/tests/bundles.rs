//! What the slices of small functions request, derived by hand.
//!
//! For each function: what its max slices, its min slices and its chosen slices record. A region is
//! written as `kind: paths, values`, a nest as `nest @operator: values`; a value is named by where it
//! comes from: `p0` is parameter 0, `@3` the result of operator 3, `l1@5` what local 1 holds where ways
//! meet before operator 5, `g0` what global 0 holds when the nest is entered.

use formats::plan::{FunctionPlan, Origin, Recorded, RegionKind};
use slicer::bundles::{Refusal, Slices, Verdict, verdicts};
use slicer::limits::{MAX_NEST_BLOCKS, MAX_NEST_VALUES};
use slicer::module::Module;

fn name(value: &Recorded) -> String {
    match value.value {
        Origin::Parameter(index) => format!("p{index}"),
        Origin::Operator { operator, .. } => format!("@{operator}"),
        Origin::Local { operator, local } => format!("l{local}@{operator}"),
        Origin::Stack { operator, depth } => format!("s{depth}@{operator}"),
        Origin::Global(global) => format!("g{global}"),
    }
}

fn names(values: &[Recorded]) -> String {
    let mut names: Vec<String> = values.iter().map(name).collect();
    names.sort();
    names.join(" ")
}

fn requests(function: &FunctionPlan) -> Vec<String> {
    let regions = function.regions.iter().map(|region| {
        let kind = match region.kind {
            RegionKind::Entry => "entry",
            RegionKind::Header => "header",
            RegionKind::Join => "join",
            RegionKind::Resume => "resume",
            RegionKind::Landing { .. } => "landing",
        };
        format!("{kind}: {}, {}", region.paths, names(&region.values)).trim_end().to_string()
    });
    let nests = function.nests.iter().map(|nest| {
        let operator = function.loops[nest.outermost as usize].operator;
        let counters = match nest.counters.len() {
            0 => String::new(),
            counters => format!("counts {counters}"),
        };
        format!("nest @{operator}: {}{counters}", names(&nest.values)).trim_end().to_string()
    });
    regions.chain(nests).collect()
}

/// Checks what the last function of `text` requests.
#[track_caller]
fn check(text: &str, slices: Slices, expected: &[&str]) {
    let wasm = wat::parse_str(text).expect(text);
    let module = Module::parse(&wasm).expect(text);
    let plan = slicer::plan::plan(&module, slices).expect(text);
    formats::plan_check::check(&plan).expect("a good plan");
    let function = plan.functions.last().expect("a function");
    assert_eq!(requests(function), expected, "{slices:?} slices of {text}");
}

#[test]
fn a_br_if_on_a_parameter() {
    let text = "(module (func (param i32) (block (br_if 0 (local.get 0)) nop)))";
    check(text, Slices::Max, &["entry: 1, p0"]);
    check(text, Slices::Min, &["entry: 2,"]);
    check(text, Slices::Chosen, &["entry: 2,"]);
}

#[test]
fn what_is_computed_from_constants_requests_nothing() {
    let text = "(module (func (block (br_if 0 (i32.eqz (i32.const 1))) nop)))";
    check(text, Slices::Max, &["entry: 1,"]);
    check(text, Slices::Min, &["entry: 2,"]);
}

#[test]
fn nested_blocks_request_each_source_once() {
    // Both branches depend on parameter 0, the second one also on parameter 1.
    let text = "(module (func (param i32 i64) (block (block
        (br_if 0 (local.get 0))
        (br_if 1 (i32.add (local.get 0) (i32.wrap_i64 (local.get 1))))))))";
    check(text, Slices::Max, &["entry: 1, p0 p1"]);
    check(text, Slices::Min, &["entry: 3,"]);
}

#[test]
fn a_br_table_requests_its_index() {
    let text = "(module (func (param i32 i32) (block (block (block
        (br_table 0 1 2 (i32.sub (local.get 1) (i32.const 7))))))))";
    check(text, Slices::Max, &["entry: 1, p1"]);
    check(text, Slices::Min, &["entry: 3,"]);
}

#[test]
fn an_if_behind_a_merge_requests_what_both_arms_assign() {
    // The second condition is 5, or parameter 1: which one, the first condition tells.
    let text = "(module (func (param i32 i32) (local i32)
        (if (local.get 0) (then (local.set 2 (i32.const 5))) (else (local.set 2 (local.get 1))))
        (if (local.get 2) (then nop))))";
    check(text, Slices::Max, &["entry: 1, p0 p1"]);
    check(text, Slices::Min, &["entry: 4,"]);
}

#[test]
fn a_select_requests_its_condition_and_both_values() {
    let text = "(module (func (param i32 i32 i32)
        (if (select (local.get 0) (local.get 1) (local.get 2)) (then nop))))";
    check(text, Slices::Max, &["entry: 1, p0 p1 p2"]);
}

#[test]
fn globals_loads_and_calls_are_sources() {
    // 0 global.get, 1 i32.const, 2 i32.load, 3 i32.add, 4 if
    let text = "(module (memory 1) (global (mut i32) (i32.const 0))
        (func (if (i32.add (global.get 0) (i32.load (i32.const 8))) (then nop))))";
    check(text, Slices::Max, &["entry: 1, @0 @2"]);
    check(text, Slices::Min, &["entry: 2,"]);
    // 0 call, 1 i32.const, 2 i32.lt_s, 3 if
    let text = r#"(module (import "e" "f" (func $f (result i32)))
        (func (if (i32.lt_s (call $f) (i32.const 3)) (then nop))))"#;
    check(text, Slices::Max, &["entry: 1,", "resume: 1, @0"]);
    check(text, Slices::Min, &["entry: 1,", "resume: 2,"]);
}

#[test]
fn a_condition_that_can_not_be_recorded_is_told() {
    // A reference is no number; whether it is null is one.
    let text = "(module (func (param funcref) (if (ref.is_null (local.get 0)) (then nop))))";
    check(text, Slices::Max, &["entry: 1, @1"]);
    let text = "(module (func (param funcref)
        (drop (block (result (ref func)) (br_on_non_null 0 (local.get 0)) unreachable))))";
    check(text, Slices::Max, &["entry: 2,"]);
}

#[test]
fn the_bits_of_a_nan_are_not_computed_again() {
    // 0 local.get, 1 local.get, 2 f32.add, 3 i32.reinterpret_f32, 4 if
    let text = "(module (func (param f32 f32)
        (if (i32.reinterpret_f32 (f32.add (local.get 0) (local.get 1))) (then nop))))";
    check(text, Slices::Max, &["entry: 1, @3"]);
    let text = "(module (func (param f32 f32)
        (if (f32.lt (f32.add (local.get 0) (local.get 1)) (f32.const 1)) (then nop))))";
    check(text, Slices::Max, &["entry: 1, p0 p1"]);
}

/// A loop that counts local 1 up to `bound`.
fn counted(bound: &str, body: &str) -> String {
    format!(
        "(loop {body} (local.set 1 (i32.add (local.get 1) (i32.const 1)))
            (br_if 0 (i32.lt_u (local.get 1) {bound})))"
    )
}

#[test]
fn a_counted_loop_requests_its_bound() {
    let text = format!("(module (func (param i32) (local i32) {}))", counted("(local.get 0)", ""));
    // The counter starts with the zero of its local, which nobody has to record.
    check(&text, Slices::Max, &["entry: 1,", "nest @0: p0"]);
    check(&text, Slices::Chosen, &["entry: 1,", "nest @0: p0"]);
    check(&text, Slices::Min, &["entry: 1,", "header: 2,"]);
}

#[test]
fn a_loop_with_a_constant_bound_requests_nothing() {
    let text = format!("(module (func (local i32 i32) {}))", counted("(i32.const 9)", ""));
    check(&text, Slices::Chosen, &["entry: 1,", "nest @0:"]);
}

#[test]
fn loops_around_each_other_are_one_nest() {
    let inner = "(local.set 3 (i32.const 0)) (loop
        (local.set 3 (i32.add (local.get 3) (i32.const 1)))
        (br_if 0 (i32.lt_u (local.get 3) (local.get 2))))";
    let text = format!(
        "(module (func (param i32) (local i32 i32 i32) (local.set 2 (local.get 0)) {}))",
        counted("(local.get 0)", inner)
    );
    check(&text, Slices::Max, &["entry: 1,", "nest @2: p0"]);
    check(&text, Slices::Chosen, &["entry: 1,", "nest @2: p0"]);
}

#[test]
fn the_cheapest_values_are_recorded() {
    // The bound is made from two parameters: the sum is one word, its operands are two.
    // 0 local.get, 1 local.get, 2 i32.add, 3 local.set, 4 loop
    let text = "(module (func (param i32 i32) (local i32 i32)
        (local.set 2 (i32.add (local.get 0) (local.get 1)))
        (loop (local.set 3 (i32.add (local.get 3) (i32.const 1)))
            (br_if 0 (i32.lt_u (local.get 3) (local.get 2))))))";
    check(text, Slices::Max, &["entry: 1,", "nest @4: p0 p1"]);
    check(text, Slices::Chosen, &["entry: 1,", "nest @4: @2"]);
}

#[test]
fn what_a_recorded_value_is_made_from_is_not_priced() {
    // The bound takes 40 operators, 0 to 40; 41 local.set, 42 loop.
    let bound = "(i32.popcnt) ".repeat(40);
    let text = format!(
        "(module (func (param i32) (local i32 i32)
            (local.get 0) {bound} (local.set 2) {}))",
        counted("(local.get 2)", "")
    );
    check(&text, Slices::Chosen, &["entry: 1,", "nest @42: @40"]);
}

#[test]
fn a_loop_that_depends_on_a_load_inside_is_told() {
    // 0 loop, 1 local.get, 2 i32.load, 3 br_if
    let text = "(module (memory 1) (func (param i32) (loop
        (br_if 0 (i32.load (local.get 0))))))";
    check(text, Slices::Chosen, &["entry: 1,", "header: 2,"]);
    check(text, Slices::Max, &["entry: 1, @2", "header: 1, @2"]);
}

#[test]
fn an_inner_loop_is_a_nest_of_its_own_where_the_outer_one_is_told() {
    // 0 loop, 1 local.get, 2 i32.load, 3 local.set, 4 loop, …
    let text = r#"(module (import "e" "f" (func $f)) (memory 1) (func (param i32) (local i32) (loop
        (local.set 1 (i32.load (local.get 0)))
        (loop (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
        (call $f)
        (br_if 0 (local.tee 0 (i32.load offset=4 (local.get 0)))))))"#;
    check(text, Slices::Chosen, &["entry: 1,", "header: 1,", "resume: 2,", "nest @4: @2"]);
}

#[test]
fn loops_around_each_other_that_depend_on_a_load_are_counted() {
    // 0 loop, 1 loop, …: one counter for each way back, because there is one way out.
    let text = "(module (memory 1) (func (param i32) (loop
        (loop (br_if 0 (i32.load (local.tee 0 (i32.load (local.get 0))))))
        (br_if 0 (i32.load (local.get 0))))))";
    check(text, Slices::Chosen, &["entry: 1,", "nest @0: counts 2"]);
    check(text, Slices::Min, &["entry: 1,", "header: 1,", "header: 3,"]);
}

#[test]
fn loops_that_record_how_much_they_do_are_not_counted() {
    let text = "(module (memory 1) (func (param i32) (loop
        (loop (memory.fill (local.get 0) (i32.const 0) (local.get 0))
            (br_if 0 (i32.load (local.tee 0 (i32.load (local.get 0))))))
        (br_if 0 (i32.load (local.get 0))))))";
    check(text, Slices::Chosen, &["entry: 1,", "header: 1,", "header: 3,"]);
}

/// A switch within loops: too many ways to count each, so that they are told.
#[test]
fn loops_with_very_many_ways_are_told() {
    let text = |ways: usize| {
        let targets: String = (0..ways).map(|way| format!("{way} ")).collect();
        let arms: String = (0..ways).map(|_| ") nop").collect();
        format!(
            "(module (memory 1) (func (param i32) (loop (loop {}
                (br_table {targets} (i32.load (local.get 0))){arms}
                (br_if 0 (i32.load (local.get 0))))
                (br_if 0 (i32.load (local.get 0))))))",
            "(block ".repeat(ways)
        )
    };
    check(&text(8), Slices::Chosen, &["entry: 1,", "nest @0: counts 9"]);
    let told = ["entry: 1,", "header: 1,", "header: 300,"];
    check(&text(100), Slices::Chosen, &told);
}

#[test]
fn a_loop_with_a_call_is_no_nest() {
    let text = format!(
        "(module (import \"e\" \"f\" (func $f)) (func (param i32) (local i32) {}))",
        counted("(local.get 0)", "(call $f)")
    );
    check(&text, Slices::Chosen, &["entry: 1,", "resume: 2,"]);
    // A silent call takes no event of its own, but it isn't stepped over either.
    let text = format!(
        "(module (func $f) (func (param i32) (local i32) {}))",
        counted("(local.get 0)", "(call $f)")
    );
    check(&text, Slices::Chosen, &["entry: 1,", "header: 2,"]);
}

#[test]
fn a_global_that_the_nest_does_not_write_is_read_on_entry() {
    let text = format!(
        "(module (global (mut i32) (i32.const 5)) (func (local i32 i32) {}))",
        counted("(global.get 0)", "")
    );
    check(&text, Slices::Chosen, &["entry: 1,", "nest @0: g0"]);
    let text = format!(
        "(module (global (mut i32) (i32.const 5)) (func (local i32 i32) {}))",
        counted("(global.get 0)", "(global.set 0 (i32.const 7))")
    );
    check(&text, Slices::Chosen, &["entry: 1,", "header: 2,"]);
}

#[test]
fn where_a_nest_has_two_ways_out_both_are_cut() {
    // A bounds check that fails leads out of the loop for good.
    let text = "(module (func (param i32 i32) (local i32)
        (loop
            (if (i32.ge_u (local.get 2) (local.get 1)) (then unreachable))
            (local.set 2 (i32.add (local.get 2) (i32.const 1)))
            (br_if 0 (i32.lt_u (local.get 2) (local.get 0))))))";
    check(text, Slices::Chosen, &["entry: 1,", "join: 1,", "join: 1,", "nest @0: p0 p1"]);
}

#[test]
fn a_loop_that_never_ends_is_no_nest() {
    check("(module (func (loop (br 0))))", Slices::Chosen, &["entry: 1,", "header: 1,"]);
}

#[test]
fn payloads_that_would_be_too_large_are_told() {
    let parameters = 20;
    let conditions: String =
        (0..parameters).map(|index| format!("(br_if 0 (local.get {index}))")).collect();
    let text = format!("(module (func (param {}) {conditions}))", "i32 ".repeat(parameters));
    let wasm = wat::parse_str(&text).expect("valid");
    let module = Module::parse(&wasm).expect("valid");
    let plan = slicer::plan::plan(&module, Slices::Max).expect("planned");
    formats::plan_check::check(&plan).expect("a good plan");
    let entry = &plan.functions[0].regions[0];
    assert_eq!(entry.values.len(), formats::plan::MAX_PAYLOAD_WORDS);
    // The last four branches are told: each leaves or goes on to the next.
    assert_eq!(entry.paths, 5);
}

/// What becomes of the first loop of the last function of `text` when values are recorded.
fn verdict(text: &str) -> Verdict {
    let wasm = wat::parse_str(text).expect(text);
    let module = Module::parse(&wasm).expect(text);
    let function = module.bodies.len() as u32 - 1;
    let cfg = slicer::cfg::build(&module, function).expect(text);
    verdicts(&module, function, &cfg, Slices::Max).expect(text).remove(0)
}

#[test]
fn a_nest_with_too_many_blocks_is_refused_by_number() {
    let with = |arms: usize| {
        let arms = "(if (local.get 0) (then nop))".repeat(arms);
        verdict(&format!(
            "(module (func (param i32) (local i32) {}))",
            counted("(local.get 0)", &arms)
        ))
    };
    // The condition and the arm of each `if`, and what is behind the last one.
    let most = (MAX_NEST_BLOCKS - 1) / 2;
    let Verdict::SteppedOver(nest) = with(most) else { panic!("{:?}", with(most)) };
    assert_eq!(nest.blocks.len(), 2 * most + 1);
    assert_eq!(with(most + 1), Verdict::Told(Refusal::TooManyBlocks));
}

#[test]
fn a_nest_whose_branches_depend_on_too_many_values_is_refused_by_number() {
    let with = |sums: usize| {
        let sum = "(i32.add (local.get 0) ".repeat(sums) + "(local.get 1)" + &")".repeat(sums);
        verdict(&format!("(module (func (param i32) (local i32) {}))", counted(&sum, "")))
    };
    assert!(matches!(with(MAX_NEST_VALUES / 2), Verdict::SteppedOver(_)));
    let Verdict::Told(Refusal::TooManyValues(values)) = with(MAX_NEST_VALUES) else {
        panic!("{:?}", with(MAX_NEST_VALUES));
    };
    assert!((MAX_NEST_VALUES..MAX_NEST_VALUES + 10).contains(&values), "{values}");
}
