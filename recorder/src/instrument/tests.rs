//! The rewriting on its own: what it makes is valid, keeps what it should, and can be traced back.

use std::collections::HashMap;

use formats::plan::{Origin, Place, Plan, Recorded, Scalar};
use slicer::bundles::Slices;
use slicer::module::{FEATURES, Module};
use wasmparser::{Operator, Parser, Payload, Validator};

use super::{InstrumentError, InstrumentOptions, instrument, locate};
use crate::limits::{
    MAX_BODY_BYTES, MAX_ENTRIES, MAX_LIVENESS_LOCALS, MAX_LIVENESS_VISITS, MAX_LOCALS,
    MAX_MEMORIES, MAX_SAVED_NARROW, MAX_SAVED_WIDE,
};

/// One module for each construct that changes shape or holds an index that moves.
const MODULES: &[&str] = &[
    "(module)",
    "(module (func))",
    "(module (func (result i32 i64) i32.const 1 i64.const 2))",
    "(module (func (param i32) (result i32) (return (local.get 0))))",
    "(module (func (param i32) (loop (br_if 0 (local.get 0)))))",
    "(module (func (param i32 i64 f32 f64) (result f64)
       (loop (result f64) (local.get 3)
         (br_if 0 (i32.and (local.get 0) (i32.and (i32.wrap_i64 (local.get 1))
           (i32.trunc_sat_f32_s (local.get 2))))))))",
    "(module (func (param i32) (result i32)
       (block (result i32) (br_if 0 (i32.const 3) (local.get 0)) (drop) (i32.const 4))))",
    "(module (func (param i32)
       (block (block (block (br_table 0 1 2 1 (local.get 0)))  (nop)) (nop))))",
    "(module (func (param i32) (result i32)
       (block (result i32) (block (result i32)
         (br_table 0 1 2 (i32.const 7) (local.get 0))) (i32.const 1) (i32.add))))",
    "(module (import \"a\" \"f\" (func $f)) (func $g (call $f) (call $g)) (start $g)
       (table 2 funcref) (elem (i32.const 0) $f $g) (global funcref (ref.func $g))
       (export \"g\" (func $g)) (func (drop (ref.func $g))) (elem declare func $g))",
    "(module (import \"a\" \"f\" (func $f)) (start $f))",
    "(module (tag $t (param i32)) (func (param i32) (result i32)
       (block $out (result i32)
         (try_table (catch $t $out) (br_if 1 (i32.const 1) (local.get 0)) (drop)
            (throw $t (i32.const 5)))
         (i32.const 9))))",
    "(module (tag $t) (func (param i32) (result i32)
       (block $all (block $ref (result exnref)
         (i64.const 1)
         (try_table (param i64) (result i32) (catch_ref $t $ref) (catch_all $all)
            (drop) (br_table 0 3 0 (i32.const 1) (local.get 0)))
         (return)) (throw_ref)) (i32.const 1)))",
    "(module (func (param funcref) (result funcref)
       (block (br_on_null 0 (local.get 0)) (return)) (ref.null func)))",
    "(module (type $t (func)) (func (param (ref null $t)) (call_ref $t (local.get 0))
       (return_call_ref $t (local.get 0))))",
    "(module (memory 1) (memory i64 1) (func
       (memory.fill 0 (i32.const 0) (i32.const 1) (i32.const 2))
       (memory.fill 1 (i64.const 0) (i32.const 1) (i64.const 2))
       (drop (memory.grow 1 (i64.const 1)))))",
    "(module (func (unreachable) (br 0) (block (br_table 0 1 (i32.const 0)) (return)) (drop)))",
    "(module (func (return) (loop (br 0)) (if (then) (else (return)))))",
    "(module (func (param i32) (local i64) (if (local.get 0) (then (br 1)) (else (nop)))
       (if (param) (local.get 0) (then (unreachable)))))",
    "(module (memory (export \"wf.ring\") 1) (global (export \"wf.position\") i32 (i32.const 1)))",
];

/// The modules, with each kind of slices that they can be recorded for.
fn every_module() -> impl Iterator<Item = (&'static str, Slices)> {
    let kinds = [Slices::Min, Slices::Max, Slices::Chosen];
    MODULES.iter().flat_map(move |&text| kinds.map(|slices| (text, slices)))
}

fn prepared(wasm: &[u8]) -> (Module<'_>, Plan) {
    planned(wasm, Slices::Min)
}

fn planned(wasm: &[u8], slices: Slices) -> (Module<'_>, Plan) {
    let module = Module::parse(wasm).unwrap_or_else(|error| panic!("{wasm:?}\n{error}"));
    let plan = slicer::plan::plan(&module, slices).expect("a plan");
    (module, plan)
}

fn instrumented(wasm: &[u8]) -> Vec<u8> {
    let (module, plan) = prepared(wasm);
    instrument(&module, &plan, &InstrumentOptions::default()).expect("instrumented")
}

#[test]
fn instrumented_modules_are_valid() {
    for (text, slices) in every_module() {
        let wasm = wat::parse_str(text).expect(text);
        let (module, plan) = planned(&wasm, slices);
        let result =
            instrument(&module, &plan, &InstrumentOptions::default()).expect("instrumented");
        if let Err(error) = Validator::new_with_features(FEATURES).validate_all(&result) {
            panic!("{text}\n{error}");
        }
    }
}

/// The loops of a function, each by its last operator.
fn loops_by_end(module: &Module<'_>, function: u32) -> HashMap<u32, u32> {
    let mut operators = module.operators(function).expect("it has a body");
    let (mut open, mut loops) = (Vec::new(), HashMap::new());
    for index in 0.. {
        if operators.eof() {
            break;
        }
        match operators.read().expect("valid") {
            Operator::Loop { .. } => open.push(Some(index)),
            Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                open.push(None);
            }
            Operator::End => {
                if let Some(start) = open.pop().flatten() {
                    loops.insert(index, start);
                }
            }
            _ => {}
        }
    }
    loops
}

#[test]
fn every_operator_is_found_again() {
    let mut out_of_line = 0;
    for (text, slices) in every_module() {
        let wasm = wat::parse_str(text).expect(text);
        let (module, plan) = planned(&wasm, slices);
        let options = InstrumentOptions::default();
        let result = instrument(&module, &plan, &options).expect("instrumented");
        let mut bodies = Vec::new();
        for payload in Parser::new(0).parse_all(&result) {
            if let Payload::CodeSectionEntry(body) = payload.expect("valid") {
                bodies.push(body);
            }
        }
        for (number, (function, body)) in (0..).zip(plan.functions.iter().zip(&bodies)) {
            let loops = loops_by_end(&module, number);
            let mut last = None;
            for offset in body.range() {
                let found = locate(&module, &plan, &options, &result, offset).expect("located");
                let operator = found.map(|location| location.operator);
                // What empties the ring for a loop stands behind it, where its last operator was before, and belongs
                // to its first one.
                let closed = last.and_then(|last| loops.get(&last));
                if operator < last && operator == closed.map(|start| start + 1) {
                    out_of_line += 1;
                    continue;
                }
                assert!(operator >= last, "{text}: {operator:?} behind {last:?}");
                last = operator;
            }
            assert_eq!(last, Some(function.operators - 1), "{text}");
        }
        assert_eq!(locate(&module, &plan, &options, &result, 0), Ok(None));
    }
    assert!(out_of_line > 0);
}

#[test]
fn exports_never_clash() {
    let wasm = wat::parse_str(MODULES.last().expect("not empty")).expect("valid");
    let (_, plan) = prepared(&wasm);
    assert_eq!(plan.ring_export, "wf.ring_");
    assert_eq!(plan.position_export, "wf.position_");
}

#[test]
fn names_and_custom_sections_survive() {
    let wasm = wat::parse_str(
        "(module (import \"a\" \"f\" (func $imported)) (func $own (local $x i32) (nop))
           (@custom \"mine\" (before first) \"\\01\\02\") (@custom \"yours\" (after code) \"z\"))",
    )
    .expect("valid");
    let result = instrumented(&wasm);
    let names = names_of(&result);
    assert_eq!(names.functions, vec![(0, "imported".to_string()), (2, "own".to_string())]);
    let own = names.customs.iter().filter(|(name, _)| name != "metadata.code.branch_hint");
    assert_eq!(
        own.cloned().collect::<Vec<_>>(),
        vec![("mine".to_string(), vec![1, 2]), ("yours".to_string(), vec![b'z'])]
    );
}

#[test]
fn flushes_are_hinted_as_unlikely_and_nothing_else_is() {
    let mut found = 0;
    for text in MODULES {
        let wasm = wat::parse_str(text).expect("valid");
        let result = instrumented(&wasm);
        let (mut bodies, mut hinted, mut imported) = (Vec::new(), Vec::new(), 0);
        for payload in Parser::new(0).parse_all(&result) {
            match payload.expect("valid") {
                Payload::ImportSection(imports) => {
                    let functions = imports.into_imports().filter(|import| {
                        matches!(import.as_ref().expect("valid").ty, wasmparser::TypeRef::Func(_))
                    });
                    imported = functions.count() as u32;
                }
                Payload::CustomSection(section) => {
                    let wasmparser::KnownCustom::BranchHints(hints) = section.as_known() else {
                        continue;
                    };
                    for function in hints {
                        let function = function.expect("valid");
                        for hint in function.hints {
                            let hint = hint.expect("valid");
                            assert!(!hint.taken, "{text}");
                            hinted.push((function.func - imported, hint.func_offset));
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let number = bodies.last().map_or(0, |(number, _)| number + 1);
                    bodies.push((number, body));
                }
                _ => {}
            }
        }
        let functions = Module::parse(&wasm).expect("valid").bodies.len() as u32;
        let flushes: Vec<(u32, u32)> = bodies
            .iter()
            .flat_map(|(number, body)| {
                let checks = flush_checks(body, imported + functions);
                checks.into_iter().map(move |check| (*number, check))
            })
            .collect();
        assert_eq!(hinted, flushes, "{text}");
        found += flushes.len();
    }
    assert!(found > MODULES.len(), "{found} flushes");
}

/// Where the branches stand in `body` on the ring being full: an `if` that begins with a call of the function `empty`, or
/// a `br_if` to behind a block from which the function behind `empty` is called.
fn flush_checks(body: &wasmparser::FunctionBody<'_>, empty: u32) -> Vec<u32> {
    let operators = body.get_operators_reader().expect("valid").into_iter_with_offsets();
    let operators: Vec<_> = operators.collect::<Result<_, _>>().expect("valid");
    let mut reentered = 0;
    let mut checks = Vec::new();
    for window in operators.windows(2) {
        match window {
            [(Operator::I32GeU, _), (Operator::BrIf { relative_depth: 1 }, offset)] => {
                reentered += 1;
                checks.push((offset - body.range().start) as u32);
            }
            [(Operator::If { .. }, offset), (Operator::Call { function_index }, _)]
                if *function_index == empty =>
            {
                checks.push((offset - body.range().start) as u32);
            }
            [_, (Operator::Call { function_index }, _)] if *function_index == empty + 1 => {
                reentered -= 1;
            }
            _ => {}
        }
    }
    assert_eq!(reentered, 0, "each loop that is left is entered again");
    checks
}

/// What the first function's loop saves where the ring is flushed for it; `None` where it isn't entered again.
fn saved_of(text: &str) -> Option<Vec<u32>> {
    let wasm = wat::parse_str(text).expect("valid");
    let program = Module::parse(&wasm).expect("valid");
    let result = instrumented(&wasm);
    let result = Module::parse(&result).expect("valid");
    // Behind the program's functions stands the one that empties the ring, and then the one that keeps the last event.
    let keeps_last = result.imported_functions + program.bodies.len() as u32 + 1;
    let mut operators = result.operators(0).expect("it has a body");
    let (mut before, mut saved) = (None, Vec::new());
    while !operators.eof() {
        let operator = operators.read().expect("valid");
        match operator {
            Operator::LocalGet { local_index } => before = Some(local_index),
            Operator::I32ReinterpretF32 | Operator::I64ReinterpretF64 => {}
            // Not the position: it is written through behind other operators.
            Operator::GlobalSet { .. } => saved.extend(before.take()),
            Operator::Call { function_index } if function_index == keeps_last => {
                return Some(saved);
            }
            _ => before = None,
        }
    }
    None
}

#[test]
fn loops_that_need_few_locals_are_entered_again() {
    let is_reentered = |types: &[(&str, usize)], unused: usize| {
        let locals = types.iter().map(|(ty, count)| format!(" {ty}").repeat(*count));
        let locals: String = locals.chain([" i32".repeat(unused)]).collect();
        let count = types.iter().map(|(_, count)| count).sum();
        let reads: String = (0..count).map(|local| format!("(drop (local.get {local}))")).collect();
        let text =
            format!("(module (func (local{locals}) (loop {reads} (br_if 0 (i32.const 0)))))");
        saved_of(&text).is_some()
    };
    // The path is one more of 32 bits.
    for ty in ["i32", "f32"] {
        assert!(is_reentered(&[(ty, MAX_SAVED_NARROW - 1)], 0));
        assert!(!is_reentered(&[(ty, MAX_SAVED_NARROW)], 0));
    }
    for ty in ["i64", "f64"] {
        assert!(is_reentered(&[(ty, MAX_SAVED_WIDE)], 0));
        assert!(!is_reentered(&[(ty, MAX_SAVED_WIDE + 1)], 0));
    }
    assert!(is_reentered(&[("i32", MAX_SAVED_NARROW - 1), ("i64", MAX_SAVED_WIDE)], 0));
    assert!(!is_reentered(&[("v128", 1)], 0));
    assert!(!is_reentered(&[("externref", 1)], 0));
    // Locals that nobody reads count only where so many are declared that nobody looks.
    assert!(is_reentered(&[("i32", 1)], MAX_LIVENESS_LOCALS - 1));
    assert!(!is_reentered(&[("i32", 1)], MAX_LIVENESS_LOCALS));
}

#[test]
fn loops_save_what_is_read_before_it_is_written() {
    // Local 3 is written in the loop before anything reads it, and local 4 nowhere read; 5 is the path.
    let text = "(module (func (param i32 i32) (result i32) (local i32 i32 i32)
       (loop
         (local.set 3 (i32.add (local.get 2) (i32.const 1)))
         (local.set 2 (local.get 3))
         (local.set 4 (local.get 3))
         (br_if 0 (i32.lt_u (local.get 2) (local.get 0))))
       (i32.add (local.get 1) (local.get 3))))";
    assert_eq!(saved_of(text), Some(vec![0, 1, 2, 5]));
}

#[test]
fn loops_that_flush_elsewhere_are_not_entered_again() {
    let text = |body: &str| {
        format!(
            "(module (memory 1) (func (param i32) (loop {body} (br_if 0 (local.get 0)))) (func $f (call $f)))"
        )
    };
    assert!(saved_of(&text("")).is_some());
    assert_eq!(saved_of(&text("(call $f)")), None);
    let copy = "(memory.copy (i32.const 0) (i32.const 0) (local.get 0))";
    assert_eq!(saved_of(&text(copy)), None);
}

#[test]
fn locals_are_not_looked_for_forever() {
    // Each local that is read at the end goes all the way back, one by one.
    let with = |locals: usize| {
        let labels: String = (0..locals).map(|label| format!(" {label}")).collect();
        let reads = |local: usize| format!("(drop (local.get {local})) (return))");
        let text = format!(
            "(module (func (param i32) (local {})
               (if (local.get 0) (then (loop (br_if 0 (local.get 0))) (return)))
               {} {} (br_table {labels} (local.get 0)) {}))",
            "i32 ".repeat(locals),
            "(br_if 0 (local.get 0))".repeat(2000),
            "(block ".repeat(locals),
            (0..locals).map(|number| reads(number + 1)).collect::<String>(),
        );
        saved_of(&text).is_some()
    };
    assert!(with(MAX_LIVENESS_VISITS));
    assert!(!with(3 * MAX_LIVENESS_VISITS));
}

struct Names {
    functions: Vec<(u32, String)>,
    customs: Vec<(String, Vec<u8>)>,
}

fn names_of(wasm: &[u8]) -> Names {
    let mut names = Names { functions: Vec::new(), customs: Vec::new() };
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::CustomSection(section) = payload.expect("valid") else { continue };
        let wasmparser::KnownCustom::Name(reader) = section.as_known() else {
            names.customs.push((section.name().to_string(), section.data().to_vec()));
            continue;
        };
        for subsection in reader {
            if let wasmparser::Name::Function(map) = subsection.expect("valid") {
                for naming in map {
                    let naming = naming.expect("valid");
                    names.functions.push((naming.index, naming.name.to_string()));
                }
            }
        }
    }
    names
}

#[test]
fn a_function_without_room_for_locals_is_refused_by_number() {
    let with = |locals| format!("(module (func (local {}) (nop)))", "i32 ".repeat(locals as usize));
    let found_of = |locals| match refused(&with(locals)) {
        InstrumentError::Limit { what, found, limit: MAX_LOCALS } => {
            assert!(what.contains("locals of function 0"), "{what}");
            found
        }
        error => panic!("{error}"),
    };
    let added = found_of(MAX_LOCALS) - MAX_LOCALS;
    instrumented(&wat::parse_str(with(MAX_LOCALS - added)).expect("valid"));
    assert_eq!(found_of(MAX_LOCALS - added + 1), MAX_LOCALS + 1);
}

/// The error that `text` is refused with.
fn refused(text: &str) -> InstrumentError {
    let wasm = wat::parse_str(text).expect("valid");
    let (module, plan) = prepared(&wasm);
    instrument(&module, &plan, &InstrumentOptions::default()).expect_err("refused")
}

#[test]
fn a_module_without_room_for_a_memory_is_refused_by_number() {
    let with = |memories| format!("(module {})", "(memory 1)".repeat(memories));
    instrumented(&wat::parse_str(with(MAX_MEMORIES - 1)).expect("valid"));
    let error = refused(&with(MAX_MEMORIES));
    let (found, limit) = (MAX_MEMORIES as u64 + 1, MAX_MEMORIES as u64);
    assert_eq!(
        error,
        InstrumentError::Limit { what: "the number of memories".to_string(), found, limit }
    );
    assert!(error.to_string().contains("no option raises"), "{error}");
}

#[test]
fn a_module_without_room_for_another_entry_is_refused_by_number() {
    use wasm_encoder::{
        CodeSection, ConstExpr, FunctionSection, GlobalSection, GlobalType, TypeSection, ValType,
    };
    type Section = Box<dyn wasm_encoder::Section>;
    let module = |sections: Vec<Section>| {
        let mut wasm = wasm_encoder::Module::HEADER.to_vec();
        sections.iter().for_each(|section| section.append_to(&mut wasm));
        wasm
    };
    let global = GlobalType { val_type: ValType::I32, mutable: false, shared: false };
    let types = |count: usize| -> Section {
        let mut types = TypeSection::new();
        (0..count).for_each(|_| types.ty().function([], []));
        Box::new(types)
    };
    let globals = |count: usize| -> Section {
        let mut globals = GlobalSection::new();
        for _ in 0..count {
            globals.global(global, &ConstExpr::i32_const(0));
        }
        Box::new(globals)
    };
    let refused_beyond = |what: &str, added: usize, sections: &dyn Fn(usize) -> Vec<Section>| {
        let result = |count| {
            let wasm = module(sections(count));
            let (module, plan) = prepared(&wasm);
            instrument(&module, &plan, &InstrumentOptions::default())
        };
        assert!(result(MAX_ENTRIES - added).is_ok(), "{what}");
        let (found, limit) = (MAX_ENTRIES as u64 + 1, MAX_ENTRIES as u64);
        let error = InstrumentError::Limit { what: format!("the number of {what}"), found, limit };
        assert_eq!(result(MAX_ENTRIES - added + 1), Err(error));
    };
    refused_beyond("types", 4, &|count| vec![types(count)]);
    refused_beyond("functions", 3, &|count| {
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        for _ in 0..count {
            functions.function(0);
            code.raw(&[0, 0x0b]);
        }
        vec![types(1), Box::new(functions), Box::new(code)]
    });
    refused_beyond("globals", 1, &|count| vec![globals(count)]);
}

/// Operators of a byte each, and then a cut point that needs some more.
#[test]
fn a_function_without_room_for_its_events_is_refused_by_number() {
    let text = |operators| format!("(module (func $f {}))", "nop ".repeat(operators));
    let found_of = |operators| match refused(&text(operators)) {
        InstrumentError::Limit { what, found, limit } if limit == MAX_BODY_BYTES as u64 => {
            assert!(what.contains("body of function 0"), "{what}");
            found as usize
        }
        error => panic!("{error}"),
    };
    let operators = MAX_BODY_BYTES - 2;
    let added = found_of(operators) - operators;
    instrumented(&wat::parse_str(text(MAX_BODY_BYTES - added)).expect("valid"));
    assert_eq!(found_of(MAX_BODY_BYTES - added + 1), MAX_BODY_BYTES + 1);
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    for text in MODULES {
        let wasm = wat::parse_str(text).expect(text);
        let with = |threads| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("a pool")
                .install(|| instrumented(&wasm))
        };
        assert_eq!(with(1), with(3), "{text}");
    }
}

#[test]
fn a_value_that_the_function_does_not_have_is_refused() {
    let text = "(module (func (param i32) (local i32)
        (loop (br_if 0 (i32.lt_u
          (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (local.get 0))))))";
    let wasm = wat::parse_str(text).expect("valid");
    let (module, mut plan) = planned(&wasm, Slices::Chosen);
    let nest = plan.functions[0].nests.first_mut().expect("a nest");
    let value = Origin::Operator { operator: 99, index: 0 };
    nest.values[0] = Recorded { value, ty: Scalar::I32, place: Place::Kept };
    let error = instrument(&module, &plan, &InstrumentOptions::default()).expect_err("refused");
    assert!(matches!(&error, InstrumentError::Unplaced { function: 0, .. }), "{error}");
}

#[test]
fn a_silent_call_that_the_function_does_not_have_is_refused() {
    let wasm = wat::parse_str("(module (func $f) (func (call $f) (call $f)))").expect("valid");
    let (module, mut plan) = planned(&wasm, Slices::Chosen);
    plan.functions[1].silent_calls[1].operator = 2;
    let error = instrument(&module, &plan, &InstrumentOptions::default()).expect_err("refused");
    assert!(matches!(&error, InstrumentError::Unplaced { function: 1, .. }), "{error}");
}
