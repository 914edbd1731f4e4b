//! What holds of every module that wasm-smith makes: properties for fuzzing, which the tests try for some
//! seconds as well.
//!
//! A generator makes a module of any bytes, a property panics where it does not hold of the module.

use arbitrary::{Result, Unstructured};
use formats::plan::Plan;
use formats::{codec, plan_check};
use recorder::{Instrumented, Slices};
use slicer::ir::{emit, round_trip, simplify};
use wasm_smith::{Config, Module};
use wasmparser::types::EntityType;
use wasmparser::{ValType, Validator, WasmFeatures};

use crate::engine;
use crate::exact::{self, Options, Summary};
use crate::models::{self, SplitMix};
use crate::oracle::counter;
use crate::program::{Call, Program, Value};
use crate::recorded::RING_BYTES;

/// How many loop iterations and calls a module may make. As a depth of recursion it is far from
/// where any engine's stack ends, with the larger frames of instrumented functions too.
const TERMINATION_FUEL: u32 = 500;
/// Bytes that a random module's memory may grow to, so that a test needs little memory.
const MAX_MEMORY_BYTES: u32 = 16 << 16;
/// Calls of each module.
const MAX_CALLS: usize = 6;

/// Every proposal of Wasm 3.0, threads and wide arithmetic; for every other module only those that
/// wasmi knows too.
fn config(u: &mut Unstructured<'_>) -> Result<Config> {
    let everything = u.arbitrary()?;
    Ok(Config {
        exceptions_enabled: everything,
        gc_enabled: everything,
        threads_enabled: everything,
        tail_call_enabled: true,
        memory64_enabled: true,
        simd_enabled: true,
        // Two correct runs may differ in what relaxed operators give, unless the engine is asked
        // not to; and wasmi makes another choice than Wasmtime.
        relaxed_simd_enabled: false,
        wide_arithmetic_enabled: true,
        extended_const_enabled: true,
        custom_page_sizes_enabled: false,
        canonicalize_nans: true,
        // Most random programs trap soon, unless their operands are tamed.
        disallow_traps: u.arbitrary()?,
        min_funcs: 1,
        max_funcs: u.int_in_range(1..=12)?,
        max_memories: 3,
        max_tables: 3,
        max_instructions: u.int_in_range(20..=400)?,
        max_memory32_bytes: MAX_MEMORY_BYTES.into(),
        max_memory64_bytes: MAX_MEMORY_BYTES.into(),
        memory_max_size_required: true,
        max_table_elements: 1_000,
        table_max_size_required: true,
        export_everything: true,
        ..Config::default()
    })
}

/// A valid module, with imports.
///
/// # Errors
///
/// When there are too few bytes.
pub fn any_module(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let config = Config { custom_page_sizes_enabled: u.arbitrary()?, ..config(u)? };
    let config = Config { relaxed_simd_enabled: true, max_funcs: 40, ..config };
    Ok(Module::new(config, u)?.to_bytes())
}

/// A program that ends, and whether its operators are tamed so that few of them trap; `None` when it
/// exports no function.
///
/// # Errors
///
/// When there are too few bytes.
///
/// # Panics
///
/// Never: all bodies are generated.
pub fn any_program(u: &mut Unstructured<'_>) -> Result<Option<(Program, bool)>> {
    let config = Config { max_imports: 0, ..config(u)? };
    let tamed = config.disallow_traps;
    let mut module = Module::new(config, u)?;
    module.ensure_termination(TERMINATION_FUEL).expect("every body was generated");
    let wasm = module.to_bytes();
    let calls = random_calls(&wasm, u.arbitrary()?);
    let program = Program { is_brief: true, ..Program::calls("random", wasm, calls) };
    Ok((!program.invocations().is_empty()).then_some((program, tamed)))
}

/// Instrumented and counting modules validate, and plans come back from their bytes.
///
/// # Panics
///
/// Where that does not hold.
pub fn rewrites_validate(wasm: &[u8]) {
    for slices in [Slices::Min, Slices::Max, Slices::Chosen] {
        let recorded = Instrumented::new(wasm.to_vec(), slices, RING_BYTES)
            .expect("the recorder accepts every valid module");
        validate("instrumented", &recorded.wasm);
        plan_check::check(&recorded.plan).expect("plans are as their readers want them");
        let again: Plan = codec::decode(&codec::encode(&recorded.plan)).expect("we wrote it");
        assert_eq!(again, recorded.plan);
    }
    let counted = counter::rewrite(wasm, &models::builtin()).expect("it can be counted");
    validate("counting", &counted.wasm);
}

fn validate(what: &str, wasm: &[u8]) {
    if let Err(error) = Validator::new_with_features(WasmFeatures::all()).validate_all(wasm) {
        panic!("the {what} module is not valid: {error}");
    }
}

/// Recorded, the program does what it does plainly, and its price is what all oracles say. `None` when
/// it can't be run at all.
///
/// # Panics
///
/// Where that does not hold.
pub fn is_exact(program: &Program, tamed: bool, options: &Options) -> Option<Summary> {
    // wasm-smith tames divisions by `i32.const 1, x, x, i32.eqz, select`, for which wasmi 2.0.0 gives 0
    // when x is 0.
    let options = Options { wasmi: !tamed, ..options.clone() };
    match exact::check(program, &options) {
        Ok((summary, differences)) => {
            assert!(differences.is_empty(), "not exact:\n{differences}");
            Some(summary)
        }
        // Segments out of bounds, and memories that the machine does not give.
        Err(error) if error.to_string() == "running it plainly" => None,
        Err(error) => panic!("{error:#}"),
    }
}

/// A program does the same after its functions went through the SSA form, simplified and not.
///
/// # Panics
///
/// Where that does not hold.
pub fn round_trips_behave(program: &Program) {
    let Ok(plain) = engine::run_plain(program) else { return };
    let options = emit::Options::default();
    for simplified in [false, true] {
        let wasm = match simplified {
            false => round_trip::module(&program.wasm),
            true => round_trip::module_with(&program.wasm, &options, simplified_function),
        };
        let wasm = wasm.expect("every valid module has an SSA form");
        let again = Program { wasm, ..program.clone() };
        let again = engine::run_plain(&again).expect("it runs as the original does");
        if plain.overflowed_the_stack() && again.overflowed_the_stack() {
            continue;
        }
        let differences = plain.differences(&again);
        assert!(differences.is_empty(), "simplified: {simplified}\n{differences}");
    }
}

fn simplified_function(_: &slicer::module::Module<'_>, function: &mut slicer::ir::Function<'_>) {
    simplify::simplify(function);
}

/// Calls of the exported functions of the module `wasm`, the first ones, with random arguments.
///
/// # Panics
///
/// When it is not valid.
fn random_calls(wasm: &[u8], seed: u64) -> Vec<Call> {
    let types = Validator::new_with_features(WasmFeatures::all()).validate_all(wasm);
    let types = types.expect("modules are made valid");
    let types = types.as_ref();
    let mut random = SplitMix(seed);
    let exports = types.core_exports().into_iter().flatten();
    let calls = exports.filter_map(|(name, ty)| {
        let EntityType::Func(ty) = ty else { return None };
        let parameters = types[ty].unwrap_func().params();
        let arguments: Vec<_> = parameters.iter().map(|&ty| argument(ty, &mut random)).collect();
        Some(Call::new(name, &arguments))
    });
    calls.take(MAX_CALLS).collect()
}

fn argument(ty: ValType, random: &mut SplitMix) -> Value {
    let bits = match random.below(3) {
        0 => u64::from(random.below(10)),
        1 => random.bits() | 1 << 63,
        _ => random.bits() >> random.below(64),
    };
    match ty {
        ValType::I32 => Value::I32(bits as i32),
        ValType::I64 => Value::I64(bits as i64),
        ValType::F32 => Value::F32(bits as u32).canonical(),
        ValType::F64 => Value::F64(bits).canonical(),
        ValType::V128 => Value::V128(u128::from(bits) << 32),
        ValType::Ref(_) => Value::Reference { null: true },
    }
}
