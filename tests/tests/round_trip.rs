//! Modules whose bodies went through the slicer's SSA form and back do what they did before, also
//! when each function was simplified on the way.
//!
//! What is compared are all bits but those of NaNs that the specification leaves open: a simplified
//! function computes no float in another way, but two equal computations may become one.

#[allow(dead_code)]
#[path = "spec/script.rs"]
mod script;
#[path = "spec/spectest.rs"]
mod spectest;
#[path = "spec/values.rs"]
mod values;
#[allow(dead_code)]
#[path = "spec/world.rs"]
mod world;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use arbtest::arbtest;
use slicer::ir::emit::Options;
use slicer::ir::{Function, round_trip, simplify, verify};
use slicer::module::Module;
use tests::observation::Ending;
use tests::program::{Command, Program, Run, Value};
use tests::properties::{any_program, round_trips_behave};
use tests::{corpus, engine};
use wasmparser::Operator;

use script::{THREAD_STACK_BYTES, Verdict, play, scripts};
use world::{Change, Treatment, Workshop};

/// Both ways to write a body.
const OPTIONS: [Options; 2] =
    [Options { select_as_branch: false }, Options { select_as_branch: true }];

/// The ways through the SSA form: written in both ways, and simplified.
fn ways(sizes: &Arc<Sizes>) -> [(Options, Change); 3] {
    let sizes = Arc::clone(sizes);
    let [plain, branching] = OPTIONS;
    [
        (plain, Arc::new(|_, _| ())),
        (branching, Arc::new(|_, _| ())),
        (plain, Arc::new(move |module, function| sizes.simplify(module, function))),
    ]
}

/// How much smaller functions get when they are simplified.
#[derive(Default)]
struct Sizes {
    functions: AtomicUsize,
    before: Size,
    after: Size,
}

#[derive(Default)]
struct Size {
    blocks: AtomicUsize,
    constants: AtomicUsize,
    /// All but constants.
    others: AtomicUsize,
}

impl Size {
    fn add(&self, function: &Function<'_>) {
        self.blocks.fetch_add(function.blocks.len(), Ordering::Relaxed);
        for &id in function.blocks.iter().flat_map(|block| &block.instructions) {
            let count = match function.instruction(id).operator {
                Operator::I32Const { .. }
                | Operator::I64Const { .. }
                | Operator::F32Const { .. }
                | Operator::F64Const { .. }
                | Operator::V128Const { .. } => &self.constants,
                _ => &self.others,
            };
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Sizes {
    /// Simplifies a function, which is well formed then.
    fn simplify(&self, module: &Module<'_>, function: &mut Function<'_>) {
        self.functions.fetch_add(1, Ordering::Relaxed);
        self.before.add(function);
        simplify::simplify(function);
        verify::verify(module, function).expect("it stays well formed");
        self.after.add(function);
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = (&self.before, &self.after);
        write!(f, "{} functions, simplified", self.functions.load(Ordering::Relaxed))?;
        for (what, before, after) in [
            ("instructions", &before.others, &after.others),
            ("constants", &before.constants, &after.constants),
            ("blocks", &before.blocks, &after.blocks),
        ] {
            let [before, after] = [before, after].map(|count| count.load(Ordering::Relaxed));
            write!(f, ", {before} {what} to {after}")?;
        }
        Ok(())
    }
}

/// Found by fuzzing: `y = x` stood before the `x = n + 1` that the condition computes.
#[test]
fn a_value_that_is_clamped_and_used_unclamped_too() {
    let wat = r#"(module (func (export "f") (param i32) (result i32) (local i32 i32)
        (local.set 1 (i32.add (local.get 0) (i32.const 1)))
        (local.set 2 (local.get 1))
        (if (i32.gt_s (local.get 1) (i32.const 10)) (then (local.set 2 (i32.const 0))))
        (i32.mul (local.get 1) (local.get 2))))"#;
    for n in [4, 20] {
        round_trips_behave(&Program::text("clamp", wat, &[("f", &[Value::I32(n)])]));
    }
}

#[test]
fn every_assertion_of_the_specification_holds() {
    let scripts = scripts();
    let shop = |treatment| Workshop::new(treatment).expect("an engine");
    let plain = shop(Treatment::Plain);
    let sizes = Arc::default();
    let treated = ways(&sizes).map(|(options, change)| shop(Treatment::RoundTrip(options, change)));
    let (next, held) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failures = Mutex::new(Vec::new());
    let work = || {
        while let Some((name, file)) = scripts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (count, mut found) = check_script(&plain, &treated, name, file.raw());
            held.fetch_add(count, Ordering::Relaxed);
            failures.lock().expect("no thread panics with the lock").append(&mut found);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let thread = std::thread::Builder::new().stack_size(THREAD_STACK_BYTES);
            thread.spawn_scoped(scope, work).expect("a thread");
        }
    });
    let (failures, held) = (failures.into_inner().expect("no thread panicked"), held.into_inner());
    println!("{} scripts, {held} directives hold as they do plainly", scripts.len());
    println!("{sizes}");
    assert!(held > 0, "nothing was compared");
    assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
}

/// How many directives that hold plainly hold in each other world, and those that don't.
fn check_script(
    plain: &Workshop,
    others: &[Workshop],
    name: &str,
    text: &str,
) -> (usize, Vec<String>) {
    let (mut held, mut failures) = (0, Vec::new());
    // A script that doesn't parse is another test's concern: `spec` counts them.
    let Ok(plain) = play(plain, name, text) else { return (held, failures) };
    for other in others {
        let other = match play(other, name, text) {
            Ok(other) => other,
            Err(error) => {
                failures.push(format!("{name}: {error:#}"));
                continue;
            }
        };
        for (plain, other) in plain.steps.iter().zip(&other.steps) {
            if plain.verdict != Verdict::Holds {
                continue;
            }
            if other.verdict == Verdict::Holds && plain.ending == other.ending {
                held += 1;
            } else {
                failures.push(format!("{name}:{}: {other:?}", plain.line));
            }
        }
    }
    (held, failures)
}

/// Runs a program as it is and through the SSA form, and compares all that can be observed.
fn check(program: &Program, ways: &[(Options, Change)]) -> Result<(), String> {
    let run = |program: &Program| engine::run_plain(program).map_err(|error| format!("{error:#}"));
    let Ok(plain) = run(program) else { return Ok(()) };
    for (way, (options, change)) in ways.iter().enumerate() {
        let wasm = round_trip::module_with(&program.wasm, options, &**change)
            .map_err(|error| error.to_string())?;
        let other = run(&Program { wasm, ..program.clone() })?;
        if plain.overflowed_the_stack() && other.overflowed_the_stack() {
            continue;
        }
        let differences = plain.differences(&other);
        if !differences.is_empty() {
            return Err(format!("way {way}: {differences}"));
        }
    }
    Ok(())
}

#[test]
fn programs_print_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut programs = corpus::find(&root.join("programs")).expect("the programs are committed");
    programs.extend(corpus::find(&root.join("../examples")).expect("the example is committed"));
    let sizes = Arc::default();
    let ways = ways(&sizes);
    for path in programs {
        let wasm = std::fs::read(&path).expect("it was listed");
        for arguments in [&[][..], &["1", "the cat and the dog"]] {
            let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
            let command = Command {
                arguments,
                stdin: b"the cat, and the dog\n".to_vec(),
                ..Command::default()
            };
            let program = Program::command(path.display().to_string(), wasm.clone());
            let program = Program { run: Run::Command(command), ..program };
            check(&program, &ways).unwrap_or_else(|error| panic!("{}: {error}", program.name));
        }
    }
    println!("{sizes}");
}

/// Names the folder of the corpus.
const CORPUS: &str = "WF_CORPUS";

#[test]
fn the_corpus_prints_the_same() {
    let Some(folder) = std::env::var_os(CORPUS).map(PathBuf::from) else {
        println!("NOT CHECKED, because {CORPUS} does not name a folder");
        return;
    };
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR")).join("round_trip");
    for path in corpus::find(&folder).expect("the corpus has programs") {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let started = Instant::now();
        let sizes = Arc::default();
        for (options, change) in ways(&sizes) {
            let mut program = corpus::program(&path, &temporary).expect("its folder is copied");
            program.wasm = round_trip::module_with(&program.wasm, &options, &*change)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let observed =
                engine::run_plain(&program).unwrap_or_else(|error| panic!("{name}: {error:#}"));
            let ending = &observed.endings[..];
            assert!(matches!(ending, [Ending::Return(_) | Ending::Exit(0)]), "{name}: {ending:?}");
            corpus::compare_output(&path, &observed)
                .unwrap_or_else(|error| panic!("{name}: {error:#}"));
        }
        println!("{name}: prints what is expected; {:.1} s", started.elapsed().as_secs_f64());
        println!("{name}: {sizes}");
    }
}

/// Time for random programs; `WF_SMITH_MS` sets another, in milliseconds.
const BUDGET_MS: u64 = 5_000;

#[test]
fn random_programs_do_the_same() {
    let budget = std::env::var("WF_SMITH_MS").ok().and_then(|ms| ms.parse().ok());
    let (mut programs, mut all_calls) = (0, 0);
    let sizes = Arc::default();
    let ways = ways(&sizes);
    arbtest(|u| {
        let Some((program, _)) = any_program(u)? else { return Ok(()) };
        programs += 1;
        all_calls += program.invocations().len();
        if let Err(differences) = check(&program, &ways) {
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("round-trip-failure.wasm");
            std::fs::write(&path, &program.wasm).expect("the target folder is writable");
            panic!("{differences}\nthe module is in {}", path.display());
        }
        Ok(())
    })
    .budget_ms(budget.unwrap_or(BUDGET_MS))
    .run();
    println!("{all_calls} calls of {programs} random programs; {sizes}");
    assert!(programs > 0);
}
