//! Whole modules through the SSA form and back: valid, and about as large.
//!
//! `WF_CORPUS=folder` adds all `.wasm` files below a folder; `WF_SMITH_MS` sets the time for random
//! modules, in milliseconds.

use std::path::{Path, PathBuf};
use std::time::Instant;

use arbtest::arbtest;
use slicer::ir::emit::Options;
use slicer::ir::round_trip;
use slicer::module::{FEATURES, Module};
use wasm_smith::Config;
use wasmparser::{Parser, Payload, Validator};

/// Time for random modules.
const BUDGET_MS: u64 = 5_000;

/// Takes a module through the SSA form and back.
#[track_caller]
fn round_trip(name: &str, wasm: &[u8], options: Options) -> Vec<u8> {
    let back = round_trip::module_with(wasm, &options, |_, _| ())
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    if let Err(error) = Validator::new_with_features(FEATURES).validate_all(&back) {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("round-trip-failure.wasm");
        std::fs::write(&path, wasm).expect("the target folder is writable");
        panic!("{name}: {error}; the original is in {}", path.display());
    }
    back
}

/// Bytes of all bodies.
fn code_bytes(wasm: &[u8]) -> usize {
    let module = Module::parse(wasm).expect("it was validated");
    module.bodies.iter().map(|body| body.range().len()).sum()
}

fn check(name: &str, wat: &str) {
    let wasm = wat::parse_str(wat).unwrap_or_else(|error| panic!("{name}: {error}"));
    round_trip(name, &wasm, Options::default());
    round_trip(name, &wasm, Options { select_as_branch: true });
}

macro_rules! valid_after_round_trip {
    ($($name:ident: $wat:literal;)*) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name), $wat);
            }
        )*
    };
}

valid_after_round_trip! {
    loop_with_two_ways_out: "(module (func (param i32 i32) (result i32)
        (loop $l
            (br_if 1 (local.get 1) (local.get 0)) drop
            (local.set 0 (i32.add (local.get 0) (i32.const 1)))
            (br_if $l (local.get 0)))
        (local.get 0)))";
    value_on_the_stack_below_an_if: "(module (func (param i32 i32) (result i32)
        local.get 0
        local.get 1
        (if (result i32) (then (i32.const 1)) (else (i32.const 2)))
        i32.add))";
    br_table_with_values: "(module (func (param i32) (result i64)
        (block $a (result i64)
            (block $b (result i64)
                (block $c (result i64)
                    (br_table $a $b $c $b $a (i64.const 7) (local.get 0)))
                i64.eqz i64.extend_i32_u)
            i64.clz)))";
    several_results: "(module
        (func $f (param i32) (result i32 i64 f32) local.get 0 i64.const 1 f32.const 2)
        (func (param i32) (result f32 i32)
            (call $f (local.get 0))
            (block $b (param i32 i64 f32) (result f32 i32)
                (if (param i64 f32) (result f32 i64) (local.get 0)
                    (then drop drop f32.const 4 i64.const 5)
                    (else (local.set 0 (i32.trunc_f32_s)) drop
                        (f32.const 3) (local.get 0) (br $b)))
                drop
                (local.set 0 (i32.const 1))
                (local.set 0 (i32.trunc_f32_s))
                drop
                (f32.const 1) (local.get 0)
                (br_if $b (local.get 0))
                (br 1))))";
    non_nullable_references: "(module
        (type $f (func))
        (elem declare func $g)
        (func $g)
        (func (param i32 (ref $f)) (result (ref $f))
            (local $x (ref $f))
            (local.set $x (ref.func $g))
            (loop $l
                (if (local.get 0) (then (local.set $x (local.get 1))))
                (call_ref $f (local.get $x))
                (br_if $l (local.get 0)))
            (local.get $x)))";
    branches_on_references: "(module
        (type $s (struct (field i32)))
        (func (param anyref i32) (result i32)
            (block $null
                (block $other (result anyref)
                    (block $cast (result (ref $s))
                        (br_on_null $null (local.get 0))
                        (br_on_cast $cast anyref (ref $s))
                        (br_on_cast_fail $other anyref (ref null i31))
                        (return (i31.get_u)))
                    (return (struct.get $s 0)))
                drop)
            (local.get 1)))";
    branch_on_non_null: "(module
        (func (param funcref i32) (result i32)
            (block $b (result (ref func))
                (loop $l
                    (br_on_non_null $b (local.get 0))
                    (br_if $l (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
                (return (i32.const 0)))
            drop (local.get 1)))";
    caught_calls: "(module
        (tag $t (param i32 i64)) (tag $u)
        (func $f (param i32 f32) (result i32 i32) (throw $t (local.get 0) (i64.const 1)))
        (func (param i32) (result i32)
            (local $x i32)
            (block $h (result i32 i64)
                (block $all
                    (block $ref (result i32 i64 exnref)
                        (try_table (catch_ref $t $ref) (catch $t $h) (catch_all $all)
                            (local.set $x (i32.const 1))
                            (call $f (local.get 0) (f32.const 1))
                            (call $f (f32.convert_i32_s))
                            (local.set $x)
                            (local.set 0)
                            (throw $u))
                        unreachable)
                    throw_ref)
                (return (local.get $x)))
            drop))";
    caught_in_a_loop: "(module
        (import \"\" \"f\" (func $f (param i32) (result i32)))
        (func (param i32) (result i32)
            (loop $l (result i32)
                (block $h
                    (try_table (catch_all $h)
                        (local.set 0 (call $f (local.get 0)))
                        (br_if $l (local.get 0))))
                (br_if $l (i32.eqz (local.get 0)))
                (local.get 0))))";
    rethrown: "(module
        (tag $t)
        (func $f)
        (func
            (block $b (result exnref)
                (try_table (catch_all_ref $b) (call $f))
                (return))
            (throw_ref)))";
    endless: "(module
        (func (result i32) (loop $l (result i32) (br $l))) (func (loop $l (br $l))))";
    unreachable_code: "(module (func (result i32) (block (result i32) (return (i32.const 1)) )
        (drop) (unreachable) (i32.add) (if (result i32) (then (i32.const 1)) (else (unreachable)))))";
    unused_locals: "(module (func (local i32 i64 f32 f64 funcref)))";
    ifs_that_end_with_a_block: "(module (func (param i32 i32)
        (block $b
            (if (local.get 0) (then
                (br_if $b (local.get 1))
                (local.set 0 (i32.const 1))
                (br_if $b (local.get 0))
                (unreachable))))))";
    tail_calls: "(module (type $t (func (param i32) (result i32))) (table 1 funcref)
        (func $f (param i32) (result i32)
            (if (local.get 0) (then (return_call $f (i32.const 0))))
            (return_call_indirect (type $t) (local.get 0) (i32.const 0))))";
}

/// Everything that the slicer accepts, as wasm-smith makes it.
#[test]
fn random_modules() {
    let budget = std::env::var("WF_SMITH_MS").ok().and_then(|ms| ms.parse().ok());
    let mut modules = 0;
    let mut functions = 0;
    arbtest(|u| {
        let config = Config {
            exceptions_enabled: true,
            gc_enabled: true,
            threads_enabled: true,
            tail_call_enabled: true,
            memory64_enabled: true,
            simd_enabled: true,
            relaxed_simd_enabled: true,
            wide_arithmetic_enabled: true,
            extended_const_enabled: true,
            custom_page_sizes_enabled: u.arbitrary()?,
            min_funcs: 1,
            max_funcs: u.int_in_range(1..=40)?,
            max_instructions: u.int_in_range(20..=1_000)?,
            max_memories: 3,
            max_tables: 3,
            ..Config::default()
        };
        let wasm = wasm_smith::Module::new(config, u)?.to_bytes();
        round_trip("random", &wasm, Options { select_as_branch: u.arbitrary()? });
        modules += 1;
        functions += Module::parse(&wasm).expect("it was parsed").bodies.len();
        Ok(())
    })
    .budget_ms(budget.unwrap_or(BUDGET_MS))
    .run();
    println!("{functions} functions of {modules} modules");
    assert!(functions > 0);
}

/// What is emitted is about as compact as what compilers make, and usually more so.
#[test]
fn programs_stay_compact() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut programs = wasm_files(&root.join("tests/programs"));
    programs.extend(wasm_files(&root.join("examples")));
    assert!(programs.len() >= 15, "the programs are committed");
    let corpus = std::env::var_os("WF_CORPUS").map(PathBuf::from);
    programs.extend(corpus.iter().flat_map(|folder| wasm_files(folder)));
    for program in programs {
        let wasm = std::fs::read(&program).expect("it was listed");
        let name = program.display().to_string();
        let start = Instant::now();
        let back = round_trip(&name, &wasm, Options::default());
        let took = start.elapsed();
        let (before, after) = (code_bytes(&wasm), code_bytes(&back));
        let percent = 100.0 * after as f64 / before as f64 - 100.0;
        println!("{before:>8} bytes of code, {percent:+6.2} %, {took:>8.1?}: {name}");
        assert!(percent < MOST_GROWTH_PERCENT, "{name} grows by {percent} %");
        round_trip(&name, &wasm, Options { select_as_branch: true });
    }
}

/// How much the code of a program may grow.
const MOST_GROWTH_PERCENT: f64 = 2.0;

fn wasm_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "wasm") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

#[test]
fn custom_sections_other_than_names_go() {
    let wasm =
        wat::parse_str("(module (func $named) (@custom \"metadata.code.branch_hint\" \"\\00\"))")
            .expect("the test's text form parses");
    let back = round_trip("custom", &wasm, Options::default());
    let names: Vec<_> = Parser::new(0)
        .parse_all(&back)
        .filter_map(|payload| match payload {
            Ok(Payload::CustomSection(section)) => Some(section.name().to_owned()),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["name"]);
}
