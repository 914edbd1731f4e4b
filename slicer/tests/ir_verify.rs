//! The verifier finds what is wrong with a function, and says where.

use slicer::ir::build::build;
use slicer::ir::verify::{Problem, VerifyError, verify};
use slicer::ir::{
    BlockId, Definition, ENTRY, Function, InstructionId, Target, TerminatorKind, ValueId,
};
use slicer::module::Module;
use wasmparser::{Operator, ValType};

/// ```text
/// entry(v0: i32, v1: i64): i0 v2 = i64.const 5; if v0 then 1 else 2(v1)
/// 1: jump 2(v2)
/// 2(v5: i64): i1 v3 = i64.const 1; i2 v4 = i64.add v5 v3; return v4
/// ```
const JOIN: &str = "(module (func (param i32 i64) (result i64)
    (if (local.get 0) (then (local.set 1 (i64.const 5))))
    (i64.add (local.get 1) (i64.const 1))))";

const TRY: &str =
    "(module (import \"\" \"f\" (func $f (param i32) (result i32))) (tag $t (param i32))
    (func (param i32) (result i32)
        (block $l (result i32)
            (try_table (result i32) (catch $t $l) (call $f (local.get 0))))))";

const CAST: &str = "(module (func (param anyref) (result (ref i31))
    (br_on_cast 0 anyref (ref i31) (local.get 0)) (unreachable)))";

/// What is wrong with the function of a module after `break_it`.
fn broken(wat: &str, break_it: impl FnOnce(&mut Function<'_>)) -> VerifyError {
    let wasm = wat::parse_str(wat).unwrap();
    let module = Module::parse(&wasm).unwrap();
    let mut function = build(&module, 0).unwrap();
    verify(&module, &function).expect("it is good before it is broken");
    break_it(&mut function);
    verify(&module, &function).expect_err("it is broken")
}

fn jump<'f>(function: &'f mut Function<'_>, block: usize) -> &'f mut Target {
    match &mut function.terminators[block].kind {
        TerminatorKind::Jump(target) => target,
        kind => panic!("a jump: {kind:?}"),
    }
}

/// The block that other blocks join in, and its parameter.
fn join(function: &Function<'_>) -> (BlockId, ValueId) {
    let is_join = |block: &BlockId| !function.block(*block).parameters.is_empty();
    let block = function.block_ids().skip(1).find(is_join).unwrap();
    (block, function.block(block).parameters[0])
}

#[test]
fn a_function_without_blocks() {
    let error = broken(JOIN, |function| *function = Function { index: 7, ..Function::default() });
    assert_eq!(error.problem, Problem::NoBlocks);
    assert_eq!(error.to_string(), "function 7: it has no blocks");
}

#[test]
fn a_block_without_terminator() {
    let error = broken(JOIN, |function| drop(function.terminators.pop()));
    assert_eq!(error.problem, Problem::Terminators { blocks: 3, terminators: 2 });
}

#[test]
fn ids_that_name_nothing() {
    let error = broken(JOIN, |function| jump(function, 1).block = BlockId(9));
    assert_eq!(error.problem, Problem::UnknownBlock(BlockId(9)));
    assert_eq!(error.place.block, Some(BlockId(1)));
    let error = broken(JOIN, |function| jump(function, 1).arguments[0] = ValueId(99));
    assert_eq!((error.problem, error.place.value), (Problem::UnknownValue, Some(ValueId(99))));
    let error = broken(JOIN, |function| function.blocks[0].instructions.push(InstructionId(50)));
    assert_eq!(error.problem, Problem::UnknownInstruction);
    assert_eq!(error.place.instruction, Some(InstructionId(50)));
}

#[test]
fn an_edge_to_the_entry() {
    let error = broken(JOIN, |function| {
        jump(function, 1).block = ENTRY;
    });
    assert_eq!(error.problem, Problem::LeadsToEntry);
}

#[test]
fn a_block_that_cannot_be_reached() {
    let error = broken(JOIN, |function| _ = function.add_block(0));
    assert_eq!((error.problem, error.place.block), (Problem::Unreachable, Some(BlockId(3))));
}

#[test]
fn several_ways_to_a_made_parameter() {
    let error = broken(TRY, |function| {
        let TerminatorKind::Try { normal, handlers, .. } = &mut function.terminators[0].kind else {
            panic!("a try")
        };
        handlers[0].target = normal.clone().unwrap();
    });
    // The handler's block can't be reached any longer, or has two ways: whichever is found first.
    assert!(
        matches!(error.problem, Problem::SeveralWays { ways: 2 } | Problem::Unreachable),
        "{error}"
    );
    let error = broken(TRY, |function| {
        let TerminatorKind::Try { normal, handlers, .. } = &mut function.terminators[0].kind else {
            panic!("a try")
        };
        handlers.push(handlers[0].clone());
        assert!(normal.is_some());
    });
    assert_eq!(error.problem, Problem::SeveralWays { ways: 2 });
}

#[test]
fn an_instruction_that_is_listed_twice() {
    let error = broken(JOIN, |function| {
        let listed = function.blocks[2].instructions[0];
        function.blocks[2].instructions.push(listed);
    });
    assert_eq!(error.problem, Problem::ListedTwice);
}

#[test]
fn a_list_that_a_definition_does_not_name() {
    let error = broken(JOIN, |function| {
        let (_, value) = join(function);
        function.values[value.0 as usize].definition =
            Definition::Parameter { block: BlockId(1), index: 0 };
    });
    assert!(matches!(error.problem, Problem::WrongDefinition(_)), "{error}");
    let error = broken(JOIN, |function| {
        let result = function.instructions[1].results[0];
        function.values[result.0 as usize].definition =
            Definition::Result { instruction: InstructionId(1), index: 1 };
    });
    assert!(matches!(error.problem, Problem::WrongDefinition(_)), "{error}");
}

#[test]
fn a_value_that_nothing_defines() {
    let error = broken(JOIN, |function| _ = function.blocks[2].instructions.remove(0));
    assert!(matches!(error.problem, Problem::Undefined(_)), "{error}");
    assert!(error.place.value.is_some() && error.place.instruction.is_some());
}

#[test]
fn a_value_that_is_used_before_it_is_made() {
    let error = broken(JOIN, |function| function.blocks[2].instructions.swap(0, 1));
    assert_eq!(error.problem, Problem::NotDominated);
}

#[test]
fn a_value_that_is_not_made_on_all_ways() {
    // The constant of the arm, behind the arm.
    let error = broken(JOIN, |function| {
        let constant = jump(function, 1).arguments[0];
        function.instructions[2].arguments = [constant, constant].into_iter().collect();
        let last = function.instructions.len() - 1;
        for argument in &mut function.instructions[last].arguments {
            *argument = constant;
        }
    });
    assert_eq!(error.problem, Problem::NotDominated);
    // A terminator, too.
    let error = broken(JOIN, |function| {
        let constant = jump(function, 1).arguments[0];
        let TerminatorKind::Branch { otherwise, .. } = &mut function.terminators[0].kind else {
            panic!("a branch")
        };
        otherwise.arguments[0] = constant;
    });
    assert_eq!(error.problem, Problem::NotDominated);
    assert_eq!((error.place.block, error.place.instruction), (Some(ENTRY), None));
}

#[test]
fn a_target_with_too_few_or_too_many_arguments() {
    let error = broken(JOIN, |function| jump(function, 1).arguments.clear());
    let block = BlockId(2);
    assert_eq!(error.problem, Problem::ArgumentCount { block, expected: 1, found: 0 });
    let error = broken(JOIN, |function| {
        let target = jump(function, 1);
        target.arguments.push(target.arguments[0]);
    });
    assert_eq!(error.problem, Problem::ArgumentCount { block, expected: 1, found: 2 });
}

#[test]
fn a_target_that_passes_another_type() {
    let error = broken(JOIN, |function| jump(function, 1).arguments[0] = ValueId(0));
    assert_eq!(error.problem, Problem::Type { expected: ValType::I64, found: ValType::I32 });
    assert_eq!(error.place.value, Some(ValueId(0)));
}

#[test]
fn operators_that_take_or_make_something_else() {
    let operator = |operator: Operator<'static>| {
        broken(JOIN, |function| function.instructions.last_mut().unwrap().operator = operator)
    };
    assert!(matches!(operator(Operator::I32Add).problem, Problem::Operator(_)));
    assert!(matches!(operator(Operator::Drop).problem, Problem::Misplaced));
    // It takes one of the two.
    let error = operator(Operator::I64Clz);
    assert_eq!(error.problem, Problem::Count { what: "results", expected: 2, found: 1 });
    let error = operator(Operator::I64Eq);
    assert_eq!(error.problem, Problem::Type { expected: ValType::I32, found: ValType::I64 });
    let unknown = operator(Operator::GlobalGet { global_index: 4 });
    assert!(matches!(unknown.problem, Problem::Operator(_)), "{unknown}");
}

#[test]
fn conditions_and_results_of_other_types() {
    let error = broken(JOIN, |function| function.terminators[0].kind.condition(ValueId(1)));
    assert!(matches!(error.problem, Problem::Type { expected: ValType::I32, .. }), "{error}");
    let error = broken(JOIN, |function| {
        function.terminators[2].kind = TerminatorKind::Return(vec![ValueId(0)]);
    });
    assert!(matches!(error.problem, Problem::Type { expected: ValType::I64, .. }), "{error}");
    let error = broken(JOIN, |function| {
        function.terminators[2].kind = TerminatorKind::Return(Vec::new());
    });
    assert_eq!(error.problem, Problem::Count { what: "returned values", expected: 1, found: 0 });
}

trait Condition {
    fn condition(&mut self, value: ValueId);
}

impl Condition for TerminatorKind<'_> {
    fn condition(&mut self, value: ValueId) {
        match self {
            TerminatorKind::Branch { condition, .. } => *condition = value,
            kind => panic!("a branch: {kind:?}"),
        }
    }
}

#[test]
fn terminators_that_make_something_else() {
    let error = broken(JOIN, |function| {
        let TerminatorKind::Branch { taken, .. } = &mut function.terminators[0].kind else {
            panic!("a branch")
        };
        taken.made = 1;
        function.add_parameter(BlockId(1), ValType::I32, slicer::ir::Origin::Made);
    });
    assert_eq!(error.problem, Problem::MadeCount { block: BlockId(1), expected: 0, found: 1 });
    let error = broken(TRY, |function| {
        let TerminatorKind::Try { handlers, .. } = &mut function.terminators[0].kind else {
            panic!("a try")
        };
        handlers[0].reference = true;
    });
    assert!(matches!(error.problem, Problem::MadeCount { expected: 2, found: 1, .. }), "{error}");
    let error = broken(TRY, |function| {
        let TerminatorKind::Try { handlers, .. } = &mut function.terminators[0].kind else {
            panic!("a try")
        };
        handlers[0].tag = Some(5);
    });
    assert_eq!(error.problem, Problem::UnknownTag(5));
    let error = broken(CAST, |function| {
        let TerminatorKind::BranchOn { operator, .. } = &mut function.terminators[0].kind else {
            panic!("a branch on a reference")
        };
        *operator = Operator::BrOnNonNull { relative_depth: 0 };
    });
    assert!(matches!(error.problem, Problem::Type { .. } | Problem::MadeCount { .. }), "{error}");
    let error = broken(CAST, |function| {
        let TerminatorKind::BranchOn { operator, .. } = &mut function.terminators[0].kind else {
            panic!("a branch on a reference")
        };
        *operator = Operator::I32Add;
    });
    assert_eq!(error.problem, Problem::Misplaced);
}
