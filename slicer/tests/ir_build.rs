//! Bodies to SSA form: facts derived by hand, anything that the validator accepts, and time.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use slicer::ir::build::{build, build_all};
use slicer::ir::verify::verify;
use slicer::ir::{BlockId, ENTRY, Function, Origin, TerminatorKind, Value, ValueId};
use slicer::limits::MAX_ARGUMENTS;
use slicer::module::Module;
use wasm_encoder::{BlockType, Instruction};

/// The first function of a module, checked.
fn function(wat: &str) -> Function<'static> {
    // The function borrows its module's bytes; a test process can keep them.
    let wasm = wat::parse_str(wat).unwrap().leak();
    let module = Module::parse(wasm).unwrap();
    let function = build(&module, 0).unwrap();
    check(&module, &function);
    function
}

/// The function whose body is `fields`, with two parameters and a result.
fn body(fields: &str) -> Function<'static> {
    function(&format!("(module (func (param i32 i32) (result i32) {fields}))"))
}

fn check(module: &Module<'_>, function: &Function<'_>) {
    verify(module, function).unwrap_or_else(|error| panic!("{error}\n{function:#?}"));
    let mut origins = HashSet::new();
    for value in &function.values {
        assert!(origins.insert(value.origin), "{:?} comes twice\n{function:#?}", value.origin);
    }
}

/// Parameters of all blocks but the entry.
fn parameters(function: &Function<'_>) -> Vec<Value> {
    let blocks = function.blocks[1..].iter();
    blocks.flat_map(|block| &block.parameters).map(|&value| *function.value(value)).collect()
}

fn origins(function: &Function<'_>) -> Vec<Origin> {
    parameters(function).iter().map(|value| value.origin).collect()
}

fn operators(function: &Function<'_>, block: BlockId) -> Vec<String> {
    let instructions = &function.block(block).instructions;
    instructions.iter().map(|&id| format!("{:?}", function.instruction(id).operator)).collect()
}

fn returned(function: &Function<'_>, block: BlockId) -> Vec<ValueId> {
    match &function.terminator(block).kind {
        TerminatorKind::Return(values) => values.clone(),
        kind => panic!("it doesn't return: {kind:?}"),
    }
}

#[test]
fn straight_code_is_one_block() {
    let function =
        body("(block (nop) (i32.add (local.get 0) (local.get 1)) (local.set 0)) (local.get 0)");
    assert_eq!(function.blocks.len(), 1);
    assert_eq!(operators(&function, ENTRY), ["I32Add"]);
    let sum = function.instructions[0].results[0];
    assert_eq!(returned(&function, ENTRY), [sum]);
    assert_eq!(function.instructions[0].arguments.as_slice(), [ValueId(0), ValueId(1)]);
    assert_eq!(function.value(sum).origin, Origin::Operator { operator: 4, index: 0 });
}

#[test]
fn a_local_written_in_one_arm_is_a_parameter_of_the_join() {
    let function = body("(if (local.get 0) (then (local.set 1 (i32.const 5)))) (local.get 1)");
    // local.get, if, i32.const, local.set, end, local.get
    assert_eq!(origins(&function), [Origin::Local { operator: 5, local: 1 }]);
}

#[test]
fn a_local_that_is_not_read_behind_a_join_is_no_parameter() {
    let function = body("(if (local.get 0) (then (local.set 1 (i32.const 5)))) (i32.const 1)");
    assert_eq!(origins(&function), []);
}

#[test]
fn a_local_that_a_loop_does_not_write_is_no_parameter() {
    let function = body("(loop (br_if 0 (local.get 1))) (local.get 0)");
    assert_eq!(origins(&function), []);
    let function = body(
        "(loop (loop (if (local.get 1) (then (br 1))) (br_if 1 (local.get 0)))) (local.get 0)",
    );
    assert_eq!(origins(&function), []);
}

#[test]
fn a_counter_is_one_parameter_of_the_loop() {
    let function = body(
        "(loop (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if 0 (local.get 0)))
         (local.get 1)",
    );
    assert_eq!(origins(&function), [Origin::Local { operator: 1, local: 0 }]);
}

#[test]
fn a_written_local_that_holds_the_same_value_is_no_parameter() {
    let function = body("(loop (local.set 0 (local.get 0)) (br_if 0 (local.get 1))) (local.get 0)");
    assert_eq!(origins(&function), []);
    let function = body("(if (local.get 1) (then (local.set 0 (local.get 0)))) (local.get 0)");
    assert_eq!(origins(&function), []);
}

#[test]
fn an_unwritten_local_is_zero_in_the_entry() {
    let function = function(
        "(module (func (param i32) (result i64) (local f32 i64)
            (nop) (if (local.get 0) (then (local.set 2 (i64.const 4)))) (local.get 2)))",
    );
    assert_eq!(operators(&function, ENTRY), ["I64Const { value: 0 }"]);
    let zero = function.instruction(function.block(ENTRY).instructions[0]);
    assert_eq!(zero.origin, u32::MAX);
    assert_eq!(function.value(zero.results[0]).origin, Origin::Zero(2));
}

#[test]
fn a_zero_that_nothing_needs_is_not_made() {
    let function = function(
        "(module (func (param i32) (local i32)
            (loop (drop (local.get 1)) (local.set 1 (i32.const 2)) (br_if 0 (local.get 0)))))",
    );
    assert_eq!(operators(&function, ENTRY), [""; 0]);
    assert_eq!(origins(&function), []);
}

#[test]
fn results_of_a_block_are_parameters_where_ways_meet() {
    let function = body(
        "(i32.const 7) (drop (block (result i32) (drop (br_if 0 (i32.const 8) (local.get 0)))
            (i32.const 9))) ",
    );
    assert_eq!(origins(&function), [], "they are dropped");
    let function = body(
        "(i32.add (local.get 1) (block (result i32) (drop (br_if 0 (i32.const 8) (local.get 0)))
            (i32.const 9)))",
    );
    // local.get, block, i32.const, local.get, br_if, drop, i32.const, end, i32.add
    assert_eq!(origins(&function), [Origin::Stack { operator: 8, depth: 1 }]);
}

#[test]
fn the_result_of_a_single_way_is_passed_on() {
    let function = body("(block (result i32) (br 0 (local.get 1)))");
    assert_eq!(origins(&function), []);
}

#[test]
fn parameters_of_a_loop_are_parameters_of_its_header() {
    let function = function(
        "(module (type $t (func (param i32 i64) (result i64))) (func (param i32 i64) (result i64)
            (local.get 0) (local.get 1)
            (loop (type $t) (local.set 1) (local.set 0)
                (i32.sub (local.get 0) (i32.const 1)) (local.get 1) (local.get 0) (br_if 0)
                (local.set 1) (drop) (local.get 1))))",
    );
    assert_eq!(origins(&function), [Origin::Stack { operator: 3, depth: 0 }]);
}

#[test]
fn an_if_has_its_parameters_in_both_arms() {
    let function = function(
        "(module (func (param i32) (result i32) (i32.const 3) (local.get 0)
            (if (param i32) (result i32) (then (i32.const 1) (i32.add)) (else (i32.eqz)))))",
    );
    assert_eq!(origins(&function), [Origin::Stack { operator: 8, depth: 0 }]);
}

#[test]
fn ways_out_of_the_function_return() {
    let function = body("(br_if 0 (i32.const 4) (local.get 0)) (drop) (return (local.get 1))");
    assert_eq!(function.blocks.len(), 3);
    let TerminatorKind::Branch { taken, otherwise, .. } = &function.terminator(ENTRY).kind else {
        panic!("a branch")
    };
    assert_eq!(returned(&function, taken.block), [function.instructions[0].results[0]]);
    assert_eq!(returned(&function, otherwise.block), [ValueId(1)]);
}

#[test]
fn a_table_repeats_its_ways_and_leads_out_of_the_function_through_one_block() {
    let function = body(
        "(block $a (block $b (br_table $a $b $a $a $a (local.get 0))) (return (i32.const 2)))
         (i32.const 3)",
    );
    let TerminatorKind::Switch { targets, default, .. } = &function.terminator(ENTRY).kind else {
        panic!("a switch")
    };
    assert_eq!(targets.len(), 4);
    assert_eq!(targets[0], targets[2]);
    assert_eq!(targets[0], *default);
    let function = body("(br_table 0 0 0 (local.get 0) (local.get 1))");
    let TerminatorKind::Switch { targets, default, .. } = &function.terminator(ENTRY).kind else {
        panic!("a switch")
    };
    assert_eq!(targets[0], targets[1]);
    assert_eq!(targets[0], *default);
    assert_eq!(function.blocks.len(), 2);
}

#[test]
fn unreachable_code_makes_nothing() {
    let function = body(
        "(return (local.get 0)) (i32.add) (drop) (br_if 0) (drop)
         (loop (unreachable) (if (then (unreachable) (call 0) (drop)) (else (br 1))))
         (block (result i32) (unreachable) (br_table 0 0))",
    );
    assert_eq!(function.blocks.len(), 1);
    assert_eq!(function.instructions.len(), 0);
}

#[test]
fn a_body_that_starts_with_a_loop_has_an_entry() {
    let function = body("(loop (br 0)) (unreachable)");
    assert_eq!(function.blocks.len(), 2);
    assert!(
        matches!(function.terminators[1].kind, TerminatorKind::Jump(ref way) if way.block.0 == 1)
    );
}

#[test]
fn references_that_branch_are_made_on_their_way() {
    let function = function(
        "(module (func (param anyref i32) (result i32)
            (block $l (result i32 (ref i31))
                (i32.const 7)
                (br_on_cast $l anyref (ref i31) (local.get 0))
                (drop) (return))
            (drop)))",
    );
    let TerminatorKind::BranchOn { taken, otherwise, .. } = &function.terminator(ENTRY).kind else {
        panic!("a branch on a reference")
    };
    assert_eq!((taken.made, otherwise.made), (1, 1));
    let made = function.block(taken.block).parameters[0];
    assert_eq!(function.value(made).ty.to_string(), "(ref i31)");
    let left = function.block(otherwise.block).parameters[0];
    assert_eq!(function.value(left).ty.to_string(), "anyref");
    for (operator, made) in [("br_on_null", [0, 1]), ("br_on_non_null", [1, 0])] {
        let function = crate::function(&format!(
            "(module (func (param anyref) (result i32)
                (block {} ({operator} 0 (local.get 0)) {}) {} (i32.const 1)))",
            if made[0] == 1 { "(result (ref any))" } else { "" },
            if made[0] == 1 { "(return (i32.const 2))" } else { "(drop)" },
            if made[0] == 1 { "(drop)" } else { "" },
        ));
        let ways = function.terminator(ENTRY).targets();
        assert_eq!([ways[0].made, ways[1].made], made, "{operator}");
    }
}

const EXCEPTIONS: &str =
    "(module (tag $a (param i32)) (tag $b) (import \"\" \"f\" (func $f (result i64)))
    (func (param i32) (result i32)
        (block $out (result i32 exnref)
            (block $all
                (try_table (catch_ref $a $out) (catch_all $all)
                    (try_table (catch $b $all) (catch $a 3)
                        BODY))
                (return (i32.const 1)))
            (return (i32.const 2)))
        (drop)))";

#[test]
fn calls_in_try_tables_lead_to_what_catches() {
    let wat = EXCEPTIONS.replace("BODY", "(drop (call $f))");
    let function = function(&wat);
    let TerminatorKind::Try { normal: Some(normal), handlers, .. } =
        &function.terminator(ENTRY).kind
    else {
        panic!("a call that can be caught")
    };
    assert_eq!(normal.made, 1);
    // The outer clause for $a comes behind the inner one.
    let clauses: Vec<_> =
        handlers.iter().map(|handler| (handler.tag, handler.operator, handler.clause)).collect();
    assert_eq!(clauses, [(Some(1), 3, 0), (Some(0), 3, 1), (None, 2, 1)]);
    let made: Vec<_> = handlers.iter().map(|handler| handler.target.made).collect();
    assert_eq!(made, [0, 1, 0]);
}

#[test]
fn a_throw_is_caught_by_the_first_clause_for_its_tag() {
    let wat = EXCEPTIONS.replace("BODY", "(throw $b)");
    let function = function(&wat);
    let TerminatorKind::Try { normal: None, handlers, .. } = &function.terminator(ENTRY).kind
    else {
        panic!("a throw that is caught")
    };
    assert_eq!(handlers.len(), 1);
}

#[test]
fn a_module_of_random_bytes_builds() {
    arbtest::arbtest(|u| {
        let config = wasm_smith::Config {
            exceptions_enabled: true,
            gc_enabled: u.arbitrary()?,
            reference_types_enabled: true,
            tail_call_enabled: true,
            threads_enabled: true,
            simd_enabled: true,
            relaxed_simd_enabled: true,
            memory64_enabled: true,
            multi_value_enabled: true,
            wide_arithmetic_enabled: true,
            extended_const_enabled: true,
            max_memories: 4,
            max_tables: 3,
            min_funcs: 1,
            max_funcs: 20,
            min_types: 3,
            max_instructions: u.int_in_range(20..=1000)?,
            ..wasm_smith::Config::default()
        };
        let module = wasm_smith::Module::new(config, u)?;
        let wasm = module.to_bytes();
        let module = Module::parse(&wasm).expect("a valid module");
        for function in build_all(&module).expect("every function builds") {
            check(&module, &function);
        }
        Ok(())
    })
    .budget(Duration::from_secs(4));
}

/// All modules below `$WF_CORPUS`.
fn corpus() -> Vec<(PathBuf, Vec<u8>)> {
    let mut pending: Vec<PathBuf> =
        std::env::var_os("WF_CORPUS").into_iter().map(Into::into).collect();
    let mut modules = Vec::new();
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "wasm") {
            modules.push((path.clone(), std::fs::read(path).unwrap()));
        }
    }
    modules.sort();
    modules
}

#[test]
fn the_corpus_builds() {
    for (path, wasm) in corpus() {
        let module = Module::parse(&wasm).unwrap();
        for function in build_all(&module).unwrap() {
            verify(&module, &function)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
    }
}

/// Prints operators per second: a measurement.
#[test]
#[ignore = "a measurement: set WF_CORPUS, and use --release"]
fn operators_per_second() {
    for (path, wasm) in corpus() {
        let module = Module::parse(&wasm).unwrap();
        let mut operators = 0;
        for number in 0..module.bodies.len() as u32 {
            operators += module.operators(number).unwrap().into_iter().count();
        }
        let start = Instant::now();
        let functions = build_all(&module).unwrap();
        let took = start.elapsed().as_secs_f64();
        let values: usize = functions.iter().map(|function| function.values.len()).sum();
        let parameters: usize = functions.iter().map(|function| parameters(function).len()).sum();
        println!(
            "{}: {operators} operators, {values} values, {parameters} parameters, {:.1} M operators/s",
            path.display(),
            operators as f64 / took / 1e6
        );
    }
}

/// A module whose only function has a parameter of type i32, `locals` more locals, and the body that
/// `write` writes.
fn encoded(locals: u32, write: impl FnOnce(&mut Vec<Instruction<'static>>)) -> Vec<u8> {
    let mut instructions = Vec::new();
    write(&mut instructions);
    let mut types = wasm_encoder::TypeSection::new();
    types.ty().function([wasm_encoder::ValType::I32], []);
    let mut functions = wasm_encoder::FunctionSection::new();
    functions.function(0);
    let mut body = wasm_encoder::Function::new([(locals, wasm_encoder::ValType::I32)]);
    for instruction in &instructions {
        body.instruction(instruction);
    }
    body.instruction(&Instruction::End);
    let mut code = wasm_encoder::CodeSection::new();
    code.function(&body);
    let mut module = wasm_encoder::Module::new();
    module.section(&types).section(&functions).section(&code);
    module.finish()
}

/// The fastest of a few times that building and verifying the module's function takes.
fn time(wasm: &[u8]) -> Duration {
    let module = Module::parse(wasm).unwrap();
    let run = |_| {
        let start = Instant::now();
        verify(&module, &build(&module, 0).unwrap()).unwrap();
        start.elapsed()
    };
    (0..3).map(run).min().unwrap()
}

/// Twice as much takes about twice as long.
fn is_linear(n: u32, module: impl Fn(u32) -> Vec<u8>) {
    let (small, large) = (time(&module(n)), time(&module(2 * n)));
    // Other tests run at the same time.
    let bound = 5 * small + Duration::from_millis(200);
    assert!(large <= bound, "{n} took {small:?}, {} took {large:?}", 2 * n);
    assert!(large < Duration::from_secs(5), "{large:?}");
}

fn repeat(
    instructions: &mut Vec<Instruction<'static>>,
    count: u32,
    mut some: impl FnMut(u32) -> Vec<Instruction<'static>>,
) {
    instructions.extend((0..count).flat_map(&mut some));
}

#[test]
fn nested_blocks_take_linear_time() {
    is_linear(50_000, |n| {
        encoded(4, |body| {
            repeat(body, n, |i| {
                let block = match i % 2 {
                    0 => Instruction::Block(BlockType::Empty),
                    _ => Instruction::Loop(BlockType::Empty),
                };
                vec![block, Instruction::LocalGet(i % 4), Instruction::LocalSet(1 + i % 4)]
            });
            repeat(body, n, |i| {
                let read = Instruction::LocalGet(i % 5);
                vec![read, Instruction::BrIf(i % (n - i)), Instruction::End]
            });
        })
    });
}

#[test]
fn a_chain_of_branches_takes_linear_time() {
    is_linear(50_000, |n| {
        encoded(8, |body| {
            body.push(Instruction::Block(BlockType::Empty));
            repeat(body, n, |i| {
                let (read, write) =
                    (Instruction::LocalGet(i % 7), Instruction::LocalSet(1 + i % 8));
                vec![read, write, Instruction::LocalGet(0), Instruction::BrIf(0)]
            });
            body.push(Instruction::End);
            repeat(body, 8, |i| vec![Instruction::LocalGet(i), Instruction::Drop]);
        })
    });
}

#[test]
fn reading_many_locals_behind_many_joins_takes_linear_time() {
    is_linear(10_000, |n| {
        encoded(n, |body| {
            repeat(body, n, |i| vec![Instruction::I32Const(1), Instruction::LocalSet(1 + i)]);
            repeat(body, 1000, |i| {
                let one = Instruction::I32Const(i as i32);
                let open = Instruction::If(BlockType::Empty);
                vec![
                    Instruction::LocalGet(0),
                    open,
                    one,
                    Instruction::LocalSet(0),
                    Instruction::End,
                ]
            });
            repeat(body, n, |i| vec![Instruction::LocalGet(1 + i), Instruction::LocalSet(0)]);
        })
    });
}

#[test]
fn a_large_table_takes_linear_time() {
    is_linear(25_000, |n| {
        encoded(4, |body| {
            repeat(body, 1000, |_| vec![Instruction::Block(BlockType::Empty)]);
            let targets: Vec<u32> = (0..n).map(|i| i % 1000).collect();
            body.extend([Instruction::LocalGet(0), Instruction::BrTable(targets.into(), 1000)]);
            repeat(body, 1000, |i| {
                vec![
                    Instruction::End,
                    Instruction::LocalGet(i % 5),
                    Instruction::LocalSet((i + 1) % 5),
                ]
            });
        })
    });
}

#[test]
fn deep_ifs_take_linear_time() {
    is_linear(25_000, |n| {
        encoded(4, |body| {
            repeat(body, n, |i| {
                let open = Instruction::If(BlockType::Empty);
                vec![
                    Instruction::LocalGet(i % 5),
                    open,
                    Instruction::I32Const(3),
                    Instruction::LocalSet(i % 5),
                ]
            });
            repeat(body, n, |i| {
                vec![
                    Instruction::Else,
                    Instruction::LocalGet(i % 5),
                    Instruction::LocalSet((i + 2) % 5),
                    Instruction::End,
                ]
            });
        })
    });
}

/// Builds a function with more arguments than the limit, and tells what is said of it.
fn refused(wasm: &[u8]) -> String {
    let module = Module::parse(wasm).unwrap();
    let error = build(&module, 0).expect_err("too many arguments");
    let slicer::Error::Limit { found, limit: MAX_ARGUMENTS, .. } = error else {
        panic!("{error:?}");
    };
    assert!(found > MAX_ARGUMENTS, "{error:?}");
    error.to_string()
}

#[test]
fn too_many_locals_where_ways_meet_are_refused_by_name() {
    // Each of 3000 locals is another one on each of 20,000 ways.
    let wasm = encoded(3000, |body| {
        body.push(Instruction::Block(BlockType::Empty));
        repeat(body, 20_000, |i| {
            let write = Instruction::LocalSet(1 + i % 3000);
            vec![Instruction::LocalGet(0), write, Instruction::LocalGet(0), Instruction::BrIf(0)]
        });
        body.push(Instruction::End);
        repeat(body, 3000, |i| vec![Instruction::LocalGet(1 + i), Instruction::Drop]);
    });
    assert!(refused(&wasm).contains(&MAX_ARGUMENTS.to_string()));
}

#[test]
fn too_many_operands_are_refused_by_name() {
    // Each branch takes a thousand operands and leaves them.
    let text = |branches: usize| {
        let many = "i32 ".repeat(1000);
        let branches = "(br_if 0 (local.get 0))".repeat(branches);
        format!(
            "(module
               (func (param i32) (block (result {many}) (call 1) {branches}) unreachable)
               (func (result {many}) unreachable))"
        )
    };
    let within = wat::parse_str(text(16_000)).expect("valid text");
    build(&Module::parse(&within).unwrap(), 0).expect("within the limit");
    let beyond = wat::parse_str(text(17_000)).expect("valid text");
    assert!(refused(&beyond).contains(&MAX_ARGUMENTS.to_string()));
}
