//! Random modules: what wasm-smith generates is recorded exactly.
//!
//! Each property draws modules until its time is up; `WF_SMITH_MS` sets another time for each, in
//! milliseconds. With `WF_SMITH_MODULES` it tries so many numbers instead, however long that takes: those
//! from `WF_SMITH_FIRST` on, or from 0. A number stands for the same module in every run, or for none, so
//! that one run can go on where another one stopped. A failure prints the seed that repeats it, and leaves
//! the module as text in the test's temporary directory.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use arbtest::arbitrary::{self, Unstructured};
use arbtest::arbtest;
use tests::exact::{Options, Summary};
use tests::models::{self, SplitMix};
use tests::observation::Ending;
use tests::properties::{any_module, any_program, is_exact, rewrites_validate};

/// Time for each property.
const BUDGET_MS: u64 = 5_000;
/// How many numbers are tried between two accounts of what became of their modules.
const NUMBERS_PER_REPORT: u64 = 1_000;

fn asked_for(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|number| number.parse().ok())
}

/// The seed of the module with this number: 32 random bits, and how many bytes the module is made of.
/// wasm-smith hardly ever uses more than 2 KiB.
fn seed(number: u64) -> u64 {
    let mut random = SplitMix(number);
    let longest = 64 << random.below(10);
    let bytes = 32 + random.below(longest);
    random.bits() << 32 | u64::from(bytes)
}

/// Tries `property` until its time is up, or for all numbers that are asked for; `report` tells what
/// became of the modules so far.
fn search(
    mut property: impl FnMut(&mut Unstructured<'_>) -> arbitrary::Result<()>,
    report: impl Fn(),
) {
    match asked_for("WF_SMITH_MODULES") {
        None => arbtest(property).budget_ms(asked_for("WF_SMITH_MS").unwrap_or(BUDGET_MS)).run(),
        Some(modules) => {
            let first = asked_for("WF_SMITH_FIRST").unwrap_or(0);
            for number in first..first + modules {
                arbtest(|u| {
                    // A module that takes more bytes than there are is none.
                    let _ = property(u);
                    Ok(())
                })
                .seed(seed(number))
                .run();
                if (number + 1 - first).is_multiple_of(NUMBERS_PER_REPORT) {
                    println!("numbers {first} to {number}:");
                    report();
                }
            }
        }
    }
    report();
}

#[test]
fn rewritten_modules_are_valid() {
    let made = AtomicUsize::new(0);
    let property = |u: &mut Unstructured<'_>| {
        let wasm = any_module(u)?;
        guarded(&wasm, || rewrites_validate(&wasm));
        made.fetch_add(1, Ordering::Relaxed);
        Ok(())
    };
    search(property, || {
        println!("{} modules are valid after rewriting", made.load(Ordering::Relaxed));
    });
}

/// What became of the modules so far.
#[derive(Debug, Default)]
struct Counts {
    /// Modules that wasm-smith made and that export a function.
    made: AtomicUsize,
    /// Those of them that could be instantiated.
    run: AtomicUsize,
    /// Those whose every total is a number, and those for which one is an interval after a trap.
    exact: AtomicUsize,
    interval: AtomicUsize,
    /// Those that ran under wasmi too.
    in_wasmi: AtomicUsize,
    /// Those that overflowed a stack, so that counts can't be compared.
    overflowed: AtomicUsize,
    /// Calls that returned, of all.
    returned: AtomicUsize,
}

impl Counts {
    fn add(&self, summary: &Summary) {
        let add = |counter: &AtomicUsize, number| counter.fetch_add(number, Ordering::Relaxed);
        let is_exact = summary.reports.iter().all(|report| report.fuel.low == report.fuel.high);
        add(&self.run, 1);
        add(if is_exact { &self.exact } else { &self.interval }, 1);
        add(&self.in_wasmi, summary.wasmi_refused.is_none().into());
        add(&self.overflowed, (!summary.comparable).into());
        let endings = &summary.recorded.endings;
        add(&self.returned, endings.iter().filter(|end| matches!(end, Ending::Return(_))).count());
    }
}

#[test]
fn random_programs_are_exact() {
    let counts = Counts::default();
    // A model in which every operator has a price of its own, and the default one: each module is priced
    // by one of them, because pricing takes longer than all else.
    let models = [models::random(7), models::builtin().remove(0)];
    let options =
        models.map(|model| Options { models: vec![model], fuel_models: 1, ..Options::default() });
    let property = |u: &mut Unstructured<'_>| {
        let Some((program, tamed)) = any_program(u)? else { return Ok(()) };
        counts.made.fetch_add(1, Ordering::Relaxed);
        guarded(&program.wasm, || {
            if let Some(summary) = is_exact(&program, tamed, &options[program.wasm.len() % 2]) {
                counts.add(&summary);
            }
        });
        Ok(())
    };
    search(property, || println!("{counts:?}"));
    assert!(counts.run.into_inner() > 0, "no module could be run");
}

/// Found by `random_programs_are_exact`, in 100 seconds of it: `memory.grow`, and then a trap of which the
/// engine says only the function, which had no path event yet.
#[test]
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
