//! The oracles against the engine's documented charges, and against each other.

use formats::cost_model::CostModel;
use formats::operators::Opcode;
use tests::exact;
use tests::models;
use tests::observation::Ending;
use tests::oracle::counter::Count;
use tests::oracle::{counter, fuel, opcode, wasmi_engine, wasmtime_engine};
use tests::program::{Program, Value};
use wasmtime::Trap;

/// What each oracle says one call costs by one model.
#[derive(Debug)]
struct Verdict {
    fuel: Option<u64>,
    wasmtime: u64,
    wasmi: Option<u64>,
    ending: Ending,
}

fn ask(wat: &str, arguments: &[Value], model: &CostModel) -> Verdict {
    let program = Program::text("case", wat, &[("f", arguments)]);
    let counted = counter::rewrite(&program.wasm, std::slice::from_ref(model)).unwrap();
    wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all())
        .validate_all(&counted.wasm)
        .expect("the rewritten module is valid");
    let mut run = wasmtime_engine::run(&program, &counted).unwrap();
    let ending = run.observation.endings.pop().unwrap();
    let wasmi = match wasmi_engine::run(&program, &counted).unwrap() {
        wasmi_engine::Outcome::Ran(mut second) => {
            assert_eq!(second.observation.endings.pop().unwrap(), ending, "{wat}");
            Some(second.counts[0].total)
        }
        wasmi_engine::Outcome::Refused(_) => None,
    };
    let calls = run.counts[0].all_calls();
    let fuel = fuel::run(&program, model).unwrap().map(|mut consumed| {
        assert_eq!(consumed.observation.endings.pop().unwrap(), ending, "{wat}");
        fuel::with_entries(consumed.fuel.pop().unwrap(), calls, model)
    });
    Verdict { fuel, wasmtime: run.counts[0].total, wasmi, ending }
}

/// The oracles agree, and the built-in Wasmtime model gives `expected`.
#[track_caller]
fn costs(expected: u64, wat: &str, arguments: &[Value]) {
    let wasmtime_48 = CostModel::builtin("wasmtime-48").unwrap();
    let verdict = ask(wat, arguments, &wasmtime_48);
    assert_eq!(verdict.wasmtime, expected, "counter: {verdict:?}\n{wat}");
    for model in models::all(3).iter().chain([&wasmtime_48]) {
        agree(wat, arguments, model);
    }
}

#[track_caller]
fn agree(wat: &str, arguments: &[Value], model: &CostModel) {
    let verdict = ask(wat, arguments, model);
    if let Some(wasmi) = verdict.wasmi {
        assert_eq!(wasmi, verdict.wasmtime, "{}: {verdict:?}\n{wat}", model.name);
    }
    if fuel::is_exact_after(&verdict.ending) {
        let fuel = verdict.fuel.expect("the prices fit Wasmtime's table");
        assert_eq!(fuel, verdict.wasmtime, "{}: {verdict:?}\n{wat}", model.name);
    }
}

/// A cost model in which only `name` has a price, and that is 100.
fn only(name: &str) -> CostModel {
    let mut model = CostModel::builtin("unit").unwrap();
    for opcode in Opcode::all() {
        let price = if opcode.name() == name { 100 } else { 0 };
        model.set_operator(opcode, price);
    }
    model.name = format!("only {name}");
    model
}

/// How often `name` is executed.
#[track_caller]
fn executions(name: &str, wat: &str, arguments: &[Value]) -> u64 {
    let model = only(name);
    agree(wat, arguments, &model);
    ask(wat, arguments, &model).wasmtime / 100
}

const NOTHING: &[Value] = &[];

fn function(body: &str) -> String {
    format!("(module (memory 1) (table 1 100 funcref) (func $empty) (func (export \"f\") {body}))")
}

fn drops(count: usize) -> String {
    "(drop (i32.const 7))".repeat(count)
}

#[test]
fn straight_lines_cost_what_wasmtime_documents() {
    costs(1, &function(""), NOTHING);
    costs(2, &function("nop (drop (i32.const 1))"), NOTHING);
    costs(1, &function("return"), NOTHING);
    costs(2, &function("br 0"), NOTHING);
    costs(3, &function("call $empty"), NOTHING);
    costs(3, &function("(if (i32.const 1) (then))"), NOTHING);
    costs(1, &function(&format!("return {}", drops(100))), NOTHING);
}

#[test]
fn skipped_code_costs_nothing() {
    let skipping = format!("(block (br_if 0 (i32.const 1)) {})", drops(100));
    costs(3, &function(&skipping), NOTHING);
    let not_taken = format!("(if (i32.const 0) (then nop) (else {}))", drops(0));
    costs(3, &function(&not_taken), NOTHING);
    let not_taken = format!("(if (i32.const 0) (then {}) (else nop))", drops(100));
    costs(3, &function(&not_taken), NOTHING);
    costs(3, &function(&format!("(if (i32.const 0) (then {}))", drops(100))), NOTHING);
}

#[test]
fn loops_cost_what_their_iterations_execute() {
    let ten = "(local i32) (local.set 0 (i32.const 10))
        (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))";
    costs(53, &function(ten), NOTHING);
    let parameter = "(param i32)
        (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))";
    costs(51, &function(parameter), &[Value::I32(10)]);
    let with_tail = format!(
        "(param i32) (loop
            (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))) {})",
        drops(100)
    );
    costs(151, &function(&with_tail), &[Value::I32(10)]);
}

#[test]
fn bulk_operators_cost_their_units_even_when_they_fail() {
    let copy = "(param i32) (memory.copy (i32.const 0) (i32.const 8) (local.get 0))";
    costs(1005, &function(copy), &[Value::I32(1000)]);
    let fill = "(memory.fill (i32.const 0) (i32.const 8) (i32.const 1000))";
    costs(1005, &function(fill), NOTHING);
    costs(3, &function("(drop (memory.grow (i32.const 3)))"), NOTHING);
    costs(9, &function("(drop (table.grow (ref.null func) (i32.const 5)))"), NOTHING);
    costs(3 + 200 + 1, &function("(drop (table.grow (ref.null func) (i32.const 200)))"), NOTHING);
    costs(10, &function("(table.fill (i32.const 0) (ref.null func) (i32.const 5))"), NOTHING);
    let out_of_bounds = "(memory.copy (i32.const 0) (i32.const 8) (i32.const 70000))";
    costs(70005, &function(out_of_bounds), NOTHING);
}

#[test]
fn a_trap_costs_everything_that_started() {
    let division = format!(
        "(param i32) {} (drop (i32.div_s (i32.const 1) (local.get 0))) {}",
        drops(3),
        drops(100)
    );
    let wat = function(&division);
    let verdict = ask(&wat, &[Value::I32(0)], &CostModel::builtin("wasmtime-48").unwrap());
    assert_eq!(verdict.ending, Ending::Trap(Trap::IntegerDivisionByZero));
    assert_eq!((verdict.wasmtime, verdict.wasmi), (7, Some(7)));
    assert!(!fuel::is_exact_after(&verdict.ending), "Wasmtime has lost the work");
    costs(1 + 3, &function(&format!("{} unreachable {}", drops(3), drops(5))), NOTHING);
    costs(3, &function("(call_indirect (i32.const 0))"), NOTHING);
    let load = "(drop (i32.load (i32.const 70000)))";
    costs(3, &function(load), NOTHING);
}

#[test]
fn a_loop_before_a_trap_is_not_lost_by_the_counter() {
    let wat = function(
        "(param i32)
        (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (drop (i32.div_s (i32.const 1) (local.get 0)))",
    );
    let verdict = ask(&wat, &[Value::I32(1000)], &CostModel::builtin("wasmtime-48").unwrap());
    assert_eq!((verdict.wasmtime, verdict.wasmi), (5004, Some(5004)));
    assert_eq!(verdict.fuel, Some(0), "Wasmtime saves nothing before a division");
}

/// The raw runs of an `if` and of a loop with a price for one operator.
#[test]
fn control_operators_execute_when_control_flows_through_them() {
    let two_armed = function("(param i32) (if (local.get 0) (then nop) (else nop))");
    // The `then` arm jumps from its `else` past the `end`.
    for (argument, ends, elses, nops) in [(0, 2, 0, 1), (1, 1, 1, 1)] {
        let arguments = &[Value::I32(argument)];
        assert_eq!(executions("end", &two_armed, arguments), ends, "argument {argument}");
        assert_eq!(executions("else", &two_armed, arguments), elses, "argument {argument}");
        assert_eq!(executions("nop", &two_armed, arguments), nops, "argument {argument}");
    }
    let one_armed = function("(param i32) (if (local.get 0) (then nop))");
    assert_eq!(executions("end", &one_armed, &[Value::I32(0)]), 1);
    assert_eq!(executions("end", &one_armed, &[Value::I32(1)]), 2);
    let counted = function(
        "(param i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))",
    );
    assert_eq!(executions("loop", &counted, &[Value::I32(10)]), 1);
    assert_eq!(executions("br_if", &counted, &[Value::I32(10)]), 10);
    assert_eq!(executions("end", &counted, &[Value::I32(10)]), 2);
    let jump = function("(block (br 0))");
    assert_eq!(executions("end", &jump, NOTHING), 1, "only the function's own");
    assert_eq!(executions("end", &function("(block (br 1))"), NOTHING), 0);
    assert_eq!(executions("end", &function("return"), NOTHING), 0);
    assert_eq!(executions("block", &jump, NOTHING), 1);
}

#[test]
fn every_priced_operator_is_known_to_the_oracles() {
    let known: std::collections::HashSet<_> = opcode::reachable_opcodes().collect();
    let missing: Vec<_> =
        Opcode::all().filter(|opcode| !known.contains(opcode)).map(Opcode::name).collect();
    assert!(missing.is_empty(), "no decoded operator is called {missing:?}");
}

#[test]
fn wasmtimes_own_default_table_is_the_built_in_model() {
    let model = CostModel::builtin("wasmtime-48").unwrap();
    assert_eq!(fuel::operator_cost(&model), Some(wasmtime::OperatorCost::new()));
    assert_eq!(u64::from(model.function_entry), fuel::FUNCTION_ENTRY);
}

#[test]
fn the_start_function_counts_and_instantiation_does_not() {
    let wat = r#"(module
        (memory 1)
        (global $at i32 (i32.const 3))
        (global $g (mut i32) (i32.const 0))
        (data (global.get $at) "0123456789")
        (data "passive")
        (func $start (global.set $g (i32.const 5)))
        (start $start)
        (func (export "f") (result i32) global.get $g))"#;
    let program = Program::text("start", wat, &[("f", &[])]);
    let model = CostModel::builtin("wasmtime-48").unwrap();
    let counted = counter::rewrite(&program.wasm, std::slice::from_ref(&model)).unwrap();
    let run = wasmtime_engine::run(&program, &counted).unwrap();
    assert_eq!(run.totals, [[3], [5]], "the start function and then `f`");
    let consumed = fuel::run(&program, &model).unwrap().unwrap();
    assert_eq!(consumed.fuel, [3, 2]);
    let plain = tests::engine::run_plain(&program).unwrap();
    assert_eq!(plain.differences(&run.observation), "");
    assert_eq!(plain.endings, [Ending::Return(vec![]), Ending::Return(vec![Value::I32(5)])]);
}

/// Found by fuzzing: the module that counts had two exports of one name.
#[test]
fn exports_named_like_the_counters_own_are_in_nobodys_way() {
    let wat = r#"(module
        (func (export "f") nop)
        (global (export "wf.oracle.0.0") (export "wf.oracle..0.1") i64 (i64.const 77)))"#;
    costs(1, wat, &[]);
}

#[test]
fn exceptions_are_counted_where_they_are_thrown_and_caught() {
    let wat = r#"(module (tag $t (param i32))
        (func $thrower (param i32) (if (local.get 0) (then (throw $t (local.get 0)))))
        (func (export "f") (param i32) (result i32)
            (block $caught (result i32)
                (try_table (catch $t $caught) (call $thrower (local.get 0)) nop)
                (i32.const 9))))"#;
    for argument in [0, 1] {
        costs(if argument == 0 { 8 } else { 9 }, wat, &[Value::I32(argument)]);
    }
    let uncaught = r#"(module (tag $t) (func $g throw $t) (func (export "f") call $g nop))"#;
    costs(4, uncaught, NOTHING);
}

#[test]
fn array_operators_cost_their_elements() {
    let wat = r#"(module (type $a (array (mut i32))) (data $d "0123456789abcdef")
        (func (export "f") (param i32) (local (ref null $a))
            (local.set 1 (array.new $a (i32.const 1) (local.get 0)))
            (array.fill $a (local.get 1) (i32.const 0) (i32.const 4) (i32.const 3))
            (array.copy $a $a (local.get 1) (i32.const 0) (local.get 1) (i32.const 1) (i32.const 2))
            (array.init_data $a $d (local.get 1) (i32.const 0) (i32.const 0) (i32.const 4))
            (drop (array.new_data $a $d (i32.const 0) (i32.const 3)))
            (drop (array.new_default $a (i32.const 6)))
            (drop (array.new_fixed $a 2 (i32.const 1) (i32.const 2)))))"#;
    costs(1 + 4 + 5 + 6 + 5 + 3 + 2 + 3 + 100 + 3 + 2 + 4 + 3 + 6, wat, &[Value::I32(100)]);
}

#[test]
fn reference_branches_tail_calls_and_tables_agree() {
    let wat = r#"(module
        (type $f (func (param i32) (result i32)))
        (table $t 4 (ref null $f))
        (elem (table $t) (i32.const 0) (ref null $f) (ref.func $down) (ref.func $leaf))
        (func $leaf (type $f) (local.get 0))
        (func $down (type $f)
            (if (i32.eqz (local.get 0)) (then (return_call $leaf (i32.const 1))))
            (return_call_indirect $t (type $f)
                (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))
        (func (export "f") (param i32) (result i32)
            (block $null
                (block $found (result (ref $f))
                    (br_on_non_null $found (table.get $t (local.get 0)))
                    (br $null))
                (drop))
            (block $out
                (block $two (block $one (block $zero
                    (br_table $zero $one $two $out (local.get 0)))
                    nop) nop nop) nop nop nop)
            (call_ref $f (br_on_null 0 (i32.const 77) (table.get $t (local.get 0))))))"#;
    for argument in 0..4 {
        for model in models::all(2) {
            agree(wat, &[Value::I32(argument)], &model);
        }
    }
}

#[test]
fn a_report_that_is_off_by_one_is_noticed() {
    let program =
        Program::text("one", &function("(drop (i32.const 1)) call $empty"), &[("f", &[])]);
    let summary = exact::assert_exact(&program);
    let (report, count) = (&summary.reports[0], &summary.counts[0]);
    let differences = |count: &Count| {
        let mut found = Vec::new();
        exact::compare(report, count, 0, &mut |what| found.push(what));
        found.len()
    };
    assert_eq!(differences(count), 0);
    let mut more = count.clone();
    more.total += 1;
    assert_eq!(differences(&more), 1);
    more.functions[1] += 1;
    assert_eq!(differences(&more), 2);
    more.calls[0] -= 1;
    assert_eq!(differences(&more), 3);
}
