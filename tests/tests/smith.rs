//! Random modules: what wasm-smith generates is recorded exactly.
//!
//! Each property draws modules until its time is up. `WF_SMITH_MS` sets another time for each, in
//! milliseconds. A failure prints the seed that repeats it, and leaves the module as text in the
//! test's temporary directory.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use arbtest::arbtest;
use tests::exact::Options;
use tests::models;
use tests::observation::Ending;
use tests::properties::{any_module, any_program, is_exact, rewrites_validate};

/// Time for each property.
const BUDGET_MS: u64 = 5_000;

fn budget_ms() -> u64 {
    std::env::var("WF_SMITH_MS").ok().and_then(|ms| ms.parse().ok()).unwrap_or(BUDGET_MS)
}

#[test]
fn rewritten_modules_are_valid() {
    let made = AtomicUsize::new(0);
    arbtest(|u| {
        let wasm = any_module(u)?;
        guarded(&wasm, || rewrites_validate(&wasm));
        made.fetch_add(1, Ordering::Relaxed);
        Ok(())
    })
    .budget_ms(budget_ms())
    .run();
    println!("{} modules are valid after rewriting", made.into_inner());
}

#[test]
fn random_programs_are_exact() {
    let counts: [AtomicUsize; 5] = Default::default();
    let [made, exact, returned, in_wasmi, overflowed] = &counts;
    // The default model and one in which every operator has a price of its own.
    let models = vec![models::random(7), models::builtin().remove(0)];
    let options = Options { models, fuel_models: 1, ..Options::default() };
    arbtest(|u| {
        let Some((program, tamed)) = any_program(u)? else { return Ok(()) };
        made.fetch_add(1, Ordering::Relaxed);
        guarded(&program.wasm, || {
            let Some(summary) = is_exact(&program, tamed, &options) else { return };
            exact.fetch_add(1, Ordering::Relaxed);
            let endings = &summary.recorded.endings;
            let return_count = endings.iter().filter(|end| matches!(end, Ending::Return(_)));
            returned.fetch_add(return_count.count(), Ordering::Relaxed);
            in_wasmi.fetch_add(summary.wasmi_refused.is_none().into(), Ordering::Relaxed);
            overflowed.fetch_add((!summary.comparable).into(), Ordering::Relaxed);
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

/// Found by `random_programs_are_exact`, in 100 seconds of it: `memory.grow`, and then a trap of which the
/// engine doesn't say where it was, in a function that had no path event yet.
#[test]
#[ignore = "a function that traps where the engine gives no place is not counted as called"]
fn fuel_that_is_in_functions_is_in_contexts() {
    let models = vec![models::random(7), models::builtin().remove(0)];
    let options = Options { models, fuel_models: 1, ..Options::default() };
    arbtest(|u| {
        if let Some((program, tamed)) = any_program(u)? {
            guarded(&program.wasm, || drop(is_exact(&program, tamed, &options)));
        }
        Ok(())
    })
    .seed(0x592f_41b4_0001_0000)
    .run();
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
