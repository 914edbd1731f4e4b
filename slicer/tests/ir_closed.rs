//! Loops in closed form compute what the loops compute: run beside each other, under wasmi.

use arbtest::arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use slicer::ir::closed::{Closed, close_loops};
use slicer::ir::emit::Options;
use slicer::ir::round_trip;
use wasmi::{Config, Engine, Linker, Module, Store, Val};

/// The module with its functions in closed form, and what became of the loops of the last one.
fn closed(wasm: &[u8]) -> (Vec<u8>, Closed) {
    let found = std::sync::Mutex::new(Closed::default());
    let options = Options { select_as_branch: true };
    let wasm = round_trip::module_with(wasm, &options, |module, function| {
        *found.lock().expect("no panic") = close_loops(function);
        slicer::ir::verify::verify(module, function).expect("well formed");
    });
    (wasm.expect("it was valid"), found.into_inner().expect("no panic"))
}

/// Runs the export `f`; gives its result and the steps it took, or `None` when it takes more than
/// `limit` steps.
fn run(wasm: &[u8], arguments: &[Val], limit: u64) -> Option<(i64, u64)> {
    let mut config = Config::default();
    config.consume_fuel(true);
    let engine = Engine::new(&config);
    let module = Module::new(&engine, wasm).expect("valid");
    let mut store = Store::new(&engine, ());
    store.set_fuel(limit).expect("metered");
    let instance =
        Linker::new(&engine).instantiate_and_start(&mut store, &module).expect("no imports");
    let function = instance.get_func(&store, "f").expect("exported");
    let mut results = [Val::I64(0)];
    function.call(&mut store, arguments, &mut results).ok()?;
    let steps = limit - store.get_fuel().expect("metered");
    Some((results[0].i64().expect("an i64"), steps))
}

/// A nest of three loops around each other that counts its innermost iterations.
const CUBE: &str = r#"(module (func (export "f") (param $n i32) (result i64)
    (local $i i32) (local $j i32) (local $k i32) (local $sum i64)
    (loop $outer
      (local.set $j (i32.const 0))
      (loop $middle
        (local.set $k (i32.const 0))
        (loop $inner
          (local.set $sum (i64.add (local.get $sum) (i64.const 1)))
          (local.set $k (i32.add (local.get $k) (i32.const 1)))
          (br_if $inner (i32.lt_u (local.get $k) (local.get $n))))
        (local.set $j (i32.add (local.get $j) (i32.const 1)))
        (br_if $middle (i32.ne (local.get $j) (local.get $n))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $outer (i32.lt_s (local.get $i) (local.get $n))))
    (local.get $sum)))"#;

#[test]
fn loops_around_each_other_become_straight_code() {
    let wasm = wat::parse_str(CUBE).expect("valid");
    let (short, found) = closed(&wasm);
    assert_eq!(found, Closed { closed: 3, left: 0 });
    let (cube, long_steps) = run(&wasm, &[Val::I32(100)], 1 << 32).expect("ends");
    assert_eq!(cube, 1_000_000);
    assert_eq!(run(&short, &[Val::I32(100)], 1 << 20).expect("ends").0, 1_000_000);
    let (cube, steps) = run(&short, &[Val::I32(1000)], 1 << 20).expect("ends");
    assert_eq!(cube, 1_000_000_000);
    assert!(long_steps > 1_000_000 && steps < 1000, "{long_steps} steps and {steps}");
}

#[test]
fn any_number_of_loops_beside_each_other_becomes_straight_code() {
    let inner = "(local.set $j (i32.const 0))
        (loop $inner
          (local.set $sum (i64.add (local.get $sum) (i64.const 1)))
          (local.set $j (i32.add (local.get $j) (i32.const 1)))
          (br_if $inner (i32.lt_u (local.get $j) (local.get $n))))";
    let text = format!(
        "(module (func (export \"f\") (param $n i32) (result i64)
           (local $i i32) (local $j i32) (local $sum i64)
           (loop $outer {}
             (local.set $i (i32.add (local.get $i) (i32.const 1)))
             (br_if $outer (i32.lt_u (local.get $i) (local.get $n))))
           (local.get $sum)))",
        inner.repeat(40)
    );
    let (short, found) = closed(&wat::parse_str(text).expect("valid"));
    assert_eq!(found, Closed { closed: 41, left: 0 });
    assert_eq!(run(&short, &[Val::I32(1000)], 1 << 20).expect("ends").0, 40_000_000);
}

#[test]
fn a_sum_of_a_counter_has_a_closed_form() {
    // The sum of 0, 1, … n - 1.
    let text = r#"(module (func (export "f") (param $n i64) (result i64)
        (local $i i64) (local $sum i64)
        (loop $again
          (local.set $sum (i64.add (local.get $sum) (local.get $i)))
          (local.set $i (i64.add (local.get $i) (i64.const 1)))
          (br_if $again (i64.ne (local.get $i) (local.get $n))))
        (local.get $sum)))"#;
    let (wasm, found) = closed(&wat::parse_str(text).expect("valid"));
    assert_eq!(found, Closed { closed: 1, left: 0 });
    let sum = |n: i64| run(&wasm, &[Val::I64(n)], 1000).expect("ends").0;
    assert_eq!((sum(1), sum(10), sum(1 << 33)), (0, 45, (1_i64 << 32).wrapping_mul((1 << 33) - 1)));
}

#[test]
fn a_counter_that_may_step_over_its_bound_is_checked() {
    // Steps of 4 meet the bound only when it is a multiple of 4.
    let text = r#"(module (func (export "f") (param $n i32) (result i64)
        (local $i i32) (local $sum i64)
        (loop $again
          (local.set $sum (i64.add (local.get $sum) (i64.const 7)))
          (local.set $i (i32.add (local.get $i) (i32.const 4)))
          (br_if $again (i32.ne (local.get $i) (local.get $n))))
        (local.get $sum)))"#;
    let wasm = wat::parse_str(text).expect("valid");
    let (wasm, found) = closed(&wasm);
    assert_eq!(found, Closed { closed: 1, left: 1 });
    assert_eq!(run(&wasm, &[Val::I32(4000)], 1000).expect("ends").0, 7000);
    // As the loop does, which goes on for ever.
    assert_eq!(run(&wasm, &[Val::I32(4001)], 100_000), None);
}

#[test]
fn loops_with_effects_or_several_ways_stay() {
    for body in [
        "(i64.store (i32.const 0) (local.get $sum))",
        "(if (i32.and (local.get $i) (i32.const 1))
            (then (local.set $sum (i64.add (local.get $sum) (i64.const 5)))))",
        "(local.set $sum (i64.mul (local.get $sum) (local.get $sum)))",
    ] {
        let text = format!(
            r#"(module (memory 1) (func (export "f") (param $n i32) (result i64)
            (local $i i32) (local $sum i64)
            (loop $again {body}
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br_if $again (i32.ne (local.get $i) (local.get $n))))
            (local.get $sum)))"#
        );
        let (_, found) = closed(&wat::parse_str(&text).expect("valid"));
        assert_eq!(found, Closed { closed: 0, left: 1 }, "{body}");
    }
}

const EDGES_32: &[i64] =
    &[0, 1, -1, 2, 7, 30, -30, i32::MAX as i64, i32::MIN as i64, i32::MAX as i64 - 9, 100];
const EDGES_64: &[i64] = &[0, 1, -1, 2, 7, 30, -30, i64::MAX, i64::MIN, i64::MAX - 9, 100];

/// A random loop at nesting depth `depth`, which counts local `$c{depth}`.
fn random_loop(u: &mut Unstructured<'_>, depth: usize, wide: bool) -> Result<String> {
    let ty = if wide { "i64" } else { "i32" };
    let edges = if wide { EDGES_64 } else { EDGES_32 };
    let counter = format!("$c{depth}");
    let get = format!("(local.get {counter})");
    let parameter = if wide { "(local.get $q)" } else { "(local.get $p)" };
    let outer = if depth > 0 { format!("(local.get $c{})", depth - 1) } else { parameter.into() };
    let constant = |u: &mut Unstructured<'_>| Ok(format!("({ty}.const {})", u.choose(edges)?));
    let start = match u.int_in_range(0..=3)? {
        0 => parameter.to_string(),
        1 => constant(u)?,
        _ => format!("({ty}.const 0)"),
    };
    let bound = match u.int_in_range(0..=3)? {
        0 => constant(u)?,
        1 => outer,
        _ => parameter.to_string(),
    };
    let step = u.int_in_range(1..=7)?;
    let step = if u.arbitrary()? { step } else { 1 };
    let (down, before, swapped): (bool, bool, bool) =
        (u.arbitrary()?, u.arbitrary()?, u.arbitrary()?);
    let operation = if down { "sub" } else { "add" };
    let count = format!("(local.set {counter} ({ty}.{operation} {get} ({ty}.const {step})))");
    let comparisons = ["ne", "eq", "lt_s", "lt_u", "le_s", "le_u", "gt_s", "gt_u", "ge_s", "ge_u"];
    let comparison = u.choose(&comparisons)?;
    let condition = match swapped {
        true => format!("({ty}.{comparison} {bound} {get})"),
        false => format!("({ty}.{comparison} {get} {bound})"),
    };
    let condition = if u.ratio(1, 8)? { format!("({ty}.eqz {get})") } else { condition };
    let condition =
        if u.ratio(1, 4)? { format!("(i32.eqz (i32.eqz {condition}))") } else { condition };
    let mut body = String::from("(local.set $a (i64.add (local.get $a) (i64.const 3)))");
    if u.ratio(1, 3)? {
        body += "(local.set $b (i64.sub (local.get $b) (local.get $a)))";
    }
    if wide && u.ratio(1, 3)? {
        body += &format!("(local.set $b (i64.add (local.get $b) {get}))");
    }
    if depth < 2 && u.ratio(1, 2)? {
        for _ in 0..u.int_in_range(1..=3)? {
            body += &random_loop(u, depth + 1, wide)?;
        }
    }
    Ok(match before {
        true => format!(
            "(local.set {counter} {start}) (block $out{depth} (loop $l{depth}
                (br_if $out{depth} (i32.eqz {condition})) {body} {count} (br $l{depth})))"
        ),
        false => format!(
            "(local.set {counter} {start}) (loop $l{depth} {body} {count}
                (br_if $l{depth} {condition}))"
        ),
    })
}

#[test]
fn closed_forms_compute_what_the_loops_do() {
    let figures = std::sync::Mutex::new((0, 0, 0));
    arbtest(|u| {
        let wide = u.arbitrary()?;
        let ty = if wide { "i64" } else { "i32" };
        let nest = random_loop(u, 0, wide)?;
        let sum = |counter: usize| match wide {
            true => format!("(local.get $c{counter})"),
            false => format!("(i64.extend_i32_u (local.get $c{counter}))"),
        };
        let result = (0..3)
            .fold("(i64.mul (local.get $a) (local.get $b))".to_string(), |all, c| {
                format!("(i64.add (i64.mul {all} (i64.const 31)) {})", sum(c))
            });
        let text = format!(
            r#"(module (func (export "f") (param $p i32) (param $q i64) (result i64)
                (local $c0 {ty}) (local $c1 {ty}) (local $c2 {ty}) (local $a i64) (local $b i64)
                {nest} (i64.add {result} (local.get $a))))"#
        );
        let wasm = wat::parse_str(&text).expect(&text);
        let (short, found) = closed(&wasm);
        let mut figures = figures.lock().expect("no panic");
        figures.1 += found.closed;
        for _ in 0..3 {
            let arguments = [Val::I32(*u.choose(EDGES_32)? as i32), Val::I64(*u.choose(EDGES_64)?)];
            let Some((expected, steps)) = run(&wasm, &arguments, 100_000) else { continue };
            figures.0 += 1;
            let found = run(&short, &arguments, 400_000);
            let found = found.unwrap_or_else(|| panic!("it doesn't end:\n{text}\n{arguments:?}"));
            assert_eq!(found.0, expected, "\n{text}\n{arguments:?}");
            figures.2 += u32::from(found.1 < steps);
        }
        Ok(())
    })
    .budget_ms(5_000)
    .run();
    let (runs, closed, shorter) = figures.into_inner().expect("no panic");
    println!("{runs} runs are equal, {shorter} of them shorter; {closed} loops were closed");
    assert!(runs > 200 && closed > 100 && shorter > 50, "{runs} {closed} {shorter}");
}
