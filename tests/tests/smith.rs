//! Random modules: what wasm-smith generates is recorded exactly.
//!
//! Each property draws modules until its time is up. `WF_SMITH_MS` sets another time for each, in
//! milliseconds. A failure prints the seed that repeats it, and leaves the module as text in the
//! test's temporary directory.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use arbtest::arbitrary::{self, Unstructured};
use arbtest::arbtest;
use recorder::Slices;
use tests::exact::{self, Options};
use tests::models::{self, SplitMix};
use tests::observation::Ending;
use tests::oracle::counter;
use tests::program::{Call, Program, Value};
use tests::recorded::RING_BYTES;
use wasm_smith::{Config, Module};
use wasmparser::{Validator, WasmFeatures};
use wasmtime::{ExternType, ValType};

/// Time for each property.
const BUDGET_MS: u64 = 5_000;
/// How many loop iterations and calls a module may make. As a depth of recursion it is far from
/// where any engine's stack ends, with the larger frames of instrumented functions too.
const TERMINATION_FUEL: u32 = 500;
/// Bytes that a random module's memory may grow to, so that a test needs little memory.
const MAX_MEMORY_BYTES: u32 = 16 << 16;
/// Calls of each module.
const MAX_CALLS: usize = 6;

fn budget_ms() -> u64 {
    std::env::var("WF_SMITH_MS").ok().and_then(|ms| ms.parse().ok()).unwrap_or(BUDGET_MS)
}

/// Every proposal of Wasm 3.0, threads and wide arithmetic; for every other module only those that
/// wasmi knows too.
fn config(u: &mut Unstructured<'_>) -> arbitrary::Result<Config> {
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

#[test]
fn rewritten_modules_are_valid() {
    let made = AtomicUsize::new(0);
    arbtest(|u| {
        let config = Config { custom_page_sizes_enabled: u.arbitrary()?, ..config(u)? };
        let config = Config { relaxed_simd_enabled: true, max_funcs: 40, ..config };
        let wasm = Module::new(config, u)?.to_bytes();
        guarded(&wasm, || {
            for slices in [Slices::Min, Slices::Max, Slices::Chosen] {
                let recorded = recorder::Instrumented::new(wasm.clone(), slices, RING_BYTES)
                    .expect("the recorder accepts every valid module");
                validate("instrumented", &recorded.wasm);
            }
            let counted = counter::rewrite(&wasm, &models::builtin()).expect("it can be counted");
            validate("counting", &counted.wasm);
        });
        made.fetch_add(1, Ordering::Relaxed);
        Ok(())
    })
    .budget_ms(budget_ms())
    .run();
    println!("{} modules are valid after rewriting", made.into_inner());
}

fn validate(what: &str, wasm: &[u8]) {
    if let Err(error) = Validator::new_with_features(WasmFeatures::all()).validate_all(wasm) {
        panic!("the {what} module is not valid: {error}");
    }
}

#[test]
fn random_programs_are_exact() {
    let counts: [AtomicUsize; 5] = Default::default();
    let [made, exact, returned, in_wasmi, overflowed] = &counts;
    // The default model and one in which every operator has a price of its own.
    let models = vec![models::random(7), models::builtin().remove(0)];
    let options = Options { models, fuel_models: 1, ..Options::default() };
    arbtest(|u| {
        let config = Config { max_imports: 0, ..config(u)? };
        // wasm-smith tames divisions by `i32.const 1, x, x, i32.eqz, select`, for which wasmi
        // 2.0.0 gives 0 when x is 0.
        let options = Options { wasmi: !config.disallow_traps, ..options.clone() };
        let mut module = Module::new(config, u)?;
        module.ensure_termination(TERMINATION_FUEL).expect("every body was generated");
        let wasm = module.to_bytes();
        let calls = calls(&wasm, u.arbitrary()?);
        if calls.is_empty() {
            return Ok(());
        }
        let program = Program::calls("random", wasm.clone(), calls);
        made.fetch_add(1, Ordering::Relaxed);
        guarded(&wasm, || match exact::check(&program, &options) {
            Ok((summary, differences)) => {
                assert!(differences.is_empty(), "not exact:\n{differences}");
                exact.fetch_add(1, Ordering::Relaxed);
                let endings = &summary.recorded.endings;
                let return_count = endings.iter().filter(|end| matches!(end, Ending::Return(_)));
                returned.fetch_add(return_count.count(), Ordering::Relaxed);
                in_wasmi.fetch_add(summary.wasmi_refused.is_none().into(), Ordering::Relaxed);
                overflowed.fetch_add((!summary.comparable).into(), Ordering::Relaxed);
            }
            // Segments out of bounds, and memories that the machine does not give.
            Err(error) if error.to_string() == "running it plainly" => {}
            Err(error) => panic!("{error:#}"),
        });
        Ok(())
    })
    .budget_ms(budget_ms())
    .run();
    println!(
        "{} modules made, {} exact ({} of them under wasmi too, {} overflowed the stack), {} calls \
         returned",
        made.load(Ordering::Relaxed),
        exact.load(Ordering::Relaxed),
        in_wasmi.load(Ordering::Relaxed),
        overflowed.load(Ordering::Relaxed),
        returned.load(Ordering::Relaxed),
    );
    assert!(exact.load(Ordering::Relaxed) > 0, "no module could be run");
}

/// Calls of the module's exported functions with random arguments.
fn calls(wasm: &[u8], seed: u64) -> Vec<Call> {
    let Ok(engine) = tests::engine::engine(|_| ()) else { return Vec::new() };
    let Ok(module) = wasmtime::Module::new(&engine, wasm) else { return Vec::new() };
    let mut random = SplitMix(seed);
    let mut calls = Vec::new();
    for export in module.exports() {
        let ExternType::Func(ty) = export.ty() else { continue };
        let arguments: Vec<_> = ty.params().map(|ty| argument(&ty, &mut random)).collect();
        calls.push(Call::new(export.name(), &arguments));
    }
    calls.truncate(MAX_CALLS);
    calls
}

fn argument(ty: &ValType, random: &mut SplitMix) -> Value {
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

/// Runs a property of `wasm`; when it fails, leaves the module where it can be looked at.
fn guarded(wasm: &[u8], property: impl FnOnce()) {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(property));
    if let Err(panic) = result {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("smith-failure.wat");
        let text = wasmprinter::print_bytes(wasm).expect("wasm-smith makes valid modules");
        match std::fs::write(&path, text) {
            Ok(()) => eprintln!("the module is in {}", path.display()),
            Err(error) => eprintln!("the module could not be written: {error}"),
        }
        std::panic::resume_unwind(panic);
    }
}
