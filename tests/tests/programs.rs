//! Real programs, compiled from C and C++: `programs/*.c`, with their build command in
//! `programs/build.sh`. Each runs under all oracles; what it prints and how it ends is known.

use std::path::Path;

use tests::exact::{self, Options, Summary};
use tests::models;
use tests::observation::Ending;
use tests::program::{Command, Program, Run};
use wasmtime::Trap;

/// A committed program with its surroundings.
fn program(name: &str, command: Command) -> Program {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs").join(format!("{name}.wasm"));
    let wasm = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Program { run: Run::Command(command), ..Program::command(name, wasm) }
}

fn with_arguments(name: &str, arguments: &[&str]) -> Program {
    let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
    program(name, Command { arguments, ..Command::default() })
}

/// Checks a program, and that it ends as it must and prints what it must.
#[track_caller]
fn check(program: &Program, ending: Ending, stdout: &str) -> Summary {
    let summary = exact::assert_exact(program);
    assert_eq!(summary.wasmi_refused, None, "{}: a second engine must check it", program.name);
    let printed = String::from_utf8_lossy(&summary.recorded.stdout);
    assert_eq!(printed, stdout, "{}", program.name);
    assert_eq!(summary.recorded.endings, [ending], "{}", program.name);
    summary
}

/// Checks a program that returns from `main` with 0.
#[track_caller]
fn check_returning(name: &str, stdout: &str) -> Summary {
    check(&with_arguments(name, &[]), Ending::Return(Vec::new()), stdout)
}

#[test]
fn words_of_arguments_and_of_standard_input() {
    let expected = "     3 the\n     2 and\n     1 cat\n     1 dog\n     1 end\n";
    let words = ["the cat", "and the dog", "and the end"];
    check(&with_arguments("words", &words), Ending::Exit(5), expected);
    let stdin = format!("{}\n", words.join(", ")).into_bytes();
    let piped = program("words", Command { stdin, ..Command::default() });
    check(&piped, Ending::Exit(5), expected);
    check(&with_arguments("words", &[]), Ending::Return(Vec::new()), "");
}

#[test]
fn exit_deep_in_the_stack() {
    let stdout = "leaving at depth 1000 with seed 2417995068\n";
    let summary = check(&with_arguments("deep_exit", &[]), Ending::Exit(42), stdout);
    assert_eq!(summary.reports[0].outcome.code, 42);
}

/// Each trap, at three depths: the frames above the innermost one are exact, and the total is exact
/// or an interval that contains what the counters say.
#[test]
fn traps_deep_in_recursion() {
    let traps = [
        ("unreachable", Trap::UnreachableCodeReached),
        ("divide", Trap::IntegerDivisionByZero),
        ("overflow", Trap::IntegerOverflow),
        ("convert", Trap::IntegerOverflow),
        ("bounds", Trap::MemoryOutOfBounds),
        ("null", Trap::IndirectCallToNull),
        ("type", Trap::BadSignature),
    ];
    for (how, trap) in traps {
        for depth in ["0", "1", "700"] {
            let program = with_arguments("deep_trap", &[how, depth]);
            let stdout = format!("about to trap: {how}\n");
            let summary = check(&program, Ending::Trap(trap), &stdout);
            for report in &summary.reports {
                let width = report.fuel.high - report.fuel.low;
                // One frame's paths, not the whole run.
                assert!(width < 100_000, "{how} {depth}: {width} wide");
                let exact = matches!(how, "unreachable" | "null" | "type");
                assert!(!exact || width == 0, "{how} {depth}: {width} wide");
            }
        }
    }
}

/// The program's own depth counter, in its memory, gives the expected total: `_start` and what it
/// calls cost a constant, and every activation of `descend` costs the same up to its call.
#[test]
fn the_total_after_a_stack_overflow_follows_from_the_depth() {
    let overflow = program("overflow", Command::default());
    let options = Options { models: models::builtin(), fuel_models: 1, ..Options::default() };
    let summary = exact::assert_exact_with(&overflow, &options);
    assert_eq!(summary.recorded.endings, [Ending::Trap(Trap::StackOverflow)]);
    let descend = 7;
    for report in &summary.reports {
        let calls = |index| {
            let function = report.functions.iter().find(|function| function.index == index);
            function.expect("it was called").calls
        };
        let depth = calls(descend);
        assert!(depth > 1000, "{depth}");
        // Ten operators up to and with the call: see `overflow.c`. Before: entering `_start`,
        // i32.const, i32.load, br_if, i32.const, i32.const, i32.store, call, entering the
        // constructors, call, entering `main`, i32.const, call: 13. The model `unit` has two
        // `block`s and the `end` of the constructors in place of the three entries.
        let level = if report.cost_model.name == "unit" { 10 } else { 11 };
        let expected = 13 + level * depth;
        assert_eq!((report.fuel.low, report.fuel.high), (expected, expected));
    }
}

#[test]
fn megabytes_copied() {
    let megabyte = "1048576 bytes, checksum 80b93cb9\n";
    let summary = check_returning("copy", megabyte);
    let fuel = |model: &str| {
        let report = summary.reports.iter().find(|report| report.cost_model.name == model);
        report.expect("the built-in models are checked").fuel.total
    };
    // Nearly all of it is in the bytes, which `wasmtime-45` does not charge.
    assert!(fuel("wasmtime-48") > 16_000_000);
    assert!(fuel("wasmtime-45") < 1_000_000);
    let other = with_arguments("copy", &["100000"]);
    let summary = exact::assert_exact(&other);
    assert!(summary.recorded.stdout.starts_with(b"100000 bytes, checksum "));
}

#[test]
fn function_pointers() {
    check_returning("dispatch", "-646443328, 819997 steps left\n");
}

#[test]
fn a_big_switch() {
    let stdout = "508091 steps; the longest sequence below 1000 starts at 871 and has 178 steps\n";
    check_returning("interpreter", stdout);
}

#[test]
fn floating_point() {
    check_returning("nbody", "-0.169289903\n-0.169234148\n");
}

#[test]
fn recursion() {
    check_returning("quicksort", "322593 .. 2152199975 .. 4294890283\n");
}

#[test]
fn allocation() {
    let stdout = "7168 nodes in trees of depth 2\n8128 nodes in trees of depth 6\n\
                  8188 nodes in trees of depth 10\n2047 nodes in the lasting tree\n";
    check_returning("trees", stdout);
}

#[test]
fn guaranteed_tail_calls() {
    check_returning("tail_calls", "1811404501\n");
}

#[test]
fn vectors() {
    check_returning("vectors", "-6880.0 -12280.0 6200.0 -2440.0 10444800\n");
}

#[test]
fn global_constructors_and_destructors() {
    let stdout = "before all objects: 0\nconstructed first\nconstructed second\n\
                  constructed third\nin main: 3335750657\ndestroyed third\ndestroyed second\n\
                  destroyed first\n";
    check(&with_arguments("constructors", &[]), Ending::Exit(3), stdout);
}

#[test]
fn arguments_environment_and_exit_code() {
    let command = Command {
        arguments: vec!["one".to_owned(), "2".to_owned()],
        environment: vec![("GREETING".to_owned(), "hello".to_owned())],
        ..Command::default()
    };
    let stdout = "argument 1: one\nargument 2: 2\ngreeting: hello\n";
    let summary = check(&program("show", command), Ending::Exit(2), stdout);
    assert_eq!(summary.recorded.stderr, b"show: 2 arguments\n");
}

#[test]
fn files_of_a_preopened_folder() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("files");
    std::fs::create_dir_all(&folder).expect("the target folder is writable");
    std::fs::write(folder.join("in.txt"), "stressed").expect("it is writable");
    let command = Command {
        arguments: vec!["in.txt".to_owned(), "out.txt".to_owned()],
        directories: vec![(folder.clone(), ".".to_owned())],
        ..Command::default()
    };
    check(&program("files", command), Ending::Return(Vec::new()), "");
    let written = std::fs::read(folder.join("out.txt")).expect("the program wrote it");
    assert_eq!(written, b"desserts");
}

/// Clocks and random numbers are fixed in every run, so the oracles see the run that was recorded.
#[test]
fn clocks_and_chance() {
    let summary = exact::assert_exact(&with_arguments("dice", &[]));
    assert!(summary.recorded.stdout.starts_with(b"dice "));
}

#[test]
fn the_readme_example() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/mandelbrot.wasm");
    let wasm = std::fs::read(&path).expect("the example is committed");
    let summary = exact::assert_exact(&Program::command("mandelbrot", wasm));
    assert_eq!(summary.recorded.endings, [Ending::Return(Vec::new())]);
    let names: Vec<&str> =
        summary.reports[0].functions.iter().map(|function| function.name.as_str()).collect();
    for name in ["escape_time", "shade", "draw_row"] {
        assert!(names.contains(&name), "no {name} in {names:?}");
    }
}

/// Every program is built from a source beside it, and used by a test here.
#[test]
fn every_program_has_its_source() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    let mut programs = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            programs += 1;
            let has_source =
                path.with_extension("c").exists() || path.with_extension("cpp").exists();
            assert!(has_source, "{} has no source", path.display());
        }
    }
    assert!(programs >= 15, "only {programs} programs");
}
