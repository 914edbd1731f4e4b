//! The official specification test suite, in four worlds.
//!
//! Every script is played under plain Wasmtime, with every module counting, with Wasmtime's fuel,
//! and recorded. A directive that holds in the plain world must hold in the others, with the same
//! results; what an invocation costs by the counter is what Wasmtime's fuel says, where that is
//! exact; and the trace of every instance prices to what the instance counted. What Wasmtime itself
//! does not run is counted and printed.

mod script;
mod spectest;
mod values;
mod world;

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use formats::cost_model::CostModel;
use recorder::Slices;
use tests::exact;
use tests::models;
use tests::observation::Ending;
use tests::oracle::fuel;
use tests::recorded;
use wasmtime::Trap;

use script::{Played, Step, THREAD_STACK_BYTES, Verdict, play, scripts};
use world::{Remains, Treatment, Workshop};

/// What was compared.
#[derive(Debug, Default)]
struct Tally {
    scripts: usize,
    directives: usize,
    fuel_compared: usize,
    instances_compared: usize,
    instances_exact: usize,
    /// How often each thing was not tried, by reason.
    skipped: BTreeMap<String, usize>,
    /// Directives that do not hold under plain Wasmtime, by script.
    beyond_wasmtime: BTreeMap<String, usize>,
    failures: Vec<String>,
}

impl Tally {
    fn skip(&mut self, why: impl Into<String>) {
        *self.skipped.entry(why.into()).or_default() += 1;
    }

    fn absorb(&mut self, other: Tally) {
        self.scripts += other.scripts;
        self.directives += other.directives;
        self.fuel_compared += other.fuel_compared;
        self.instances_compared += other.instances_compared;
        self.instances_exact += other.instances_exact;
        for (why, count) in other.skipped {
            *self.skipped.entry(why).or_default() += count;
        }
        for (script, count) in other.beyond_wasmtime {
            *self.beyond_wasmtime.entry(script).or_default() += count;
        }
        self.failures.extend(other.failures);
    }
}

/// The worlds that every script is played in.
struct Worlds {
    models: Vec<CostModel>,
    plain: Workshop,
    counted: Workshop,
    fuel: Workshop,
    /// One for each kind of slices.
    recorded: [(&'static str, Workshop); 3],
}

impl Worlds {
    fn new() -> Worlds {
        // The last model is the one that invocations are measured by: one price for each operator.
        let mut models = models::builtin();
        models.push(models::random(2026));
        let last = models.last().expect("one was pushed").clone();
        let shop = |treatment| Workshop::new(treatment).expect("an engine");
        Worlds {
            plain: shop(Treatment::Plain),
            counted: shop(Treatment::Counted(models.clone())),
            fuel: shop(Treatment::Fuel(last)),
            recorded: [
                ("recorded for chosen slices", shop(Treatment::Recorded(Slices::Chosen))),
                ("recorded for min slices", shop(Treatment::Recorded(Slices::Min))),
                ("recorded for max slices", shop(Treatment::Recorded(Slices::Max))),
            ],
            models,
        }
    }
}

#[test]
fn every_assertion_holds_under_instrumentation_with_equal_fuel() {
    // One part of the suite: `WF_SPEC=gc/ cargo test --test spec`.
    let only = std::env::var("WF_SPEC").unwrap_or_default();
    let scripts: Vec<_> = scripts().into_iter().filter(|(name, _)| name.contains(&only)).collect();
    let worlds = Worlds::new();
    let total = Mutex::new(Tally::default());
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let work = || {
                while let Some((name, file)) = scripts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let tally = check(&worlds, name, file.raw());
                    total.lock().expect("no thread panics with the lock").absorb(tally);
                }
            };
            std::thread::Builder::new()
                .stack_size(THREAD_STACK_BYTES)
                .spawn_scoped(scope, work)
                .expect("a thread");
        }
    });
    report(&total.into_inner().expect("no thread panicked"));
}

/// Prints what was compared and fails when something differs.
fn report(tally: &Tally) {
    println!(
        "{} scripts, {} directives; {} invocations with equal fuel; {} instances priced, {} of \
         them exactly",
        tally.scripts,
        tally.directives,
        tally.fuel_compared,
        tally.instances_compared,
        tally.instances_exact
    );
    for (why, count) in &tally.skipped {
        println!("not tried: {count} × {why}");
    }
    for (script, count) in &tally.beyond_wasmtime {
        println!("not held by plain Wasmtime: {count} × {script}");
    }
    assert!(tally.instances_compared > 0, "nothing was compared");
    const SHOWN: usize = 60;
    let shown = tally.failures.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n");
    assert!(tally.failures.is_empty(), "{} differences:\n{shown}", tally.failures.len());
}

fn check(worlds: &Worlds, name: &str, text: &str) -> Tally {
    let mut tally = Tally { scripts: 1, ..Tally::default() };
    let plain = match play(&worlds.plain, name, text) {
        Ok(plain) => plain,
        Err(error) => {
            tally.skip(format!("{name} does not parse: {}", first_line(&error.to_string())));
            return tally;
        }
    };
    tally.directives = plain.steps.len();
    for step in &plain.steps {
        match &step.verdict {
            Verdict::Holds => {}
            Verdict::Fails(_) => *tally.beyond_wasmtime.entry(name.to_owned()).or_default() += 1,
            Verdict::Skipped(why) => tally.skip(*why),
        }
    }
    let mut play_in = |world: &str, workshop: &Workshop| match play(workshop, name, text) {
        Ok(played) => {
            same_steps(name, world, &plain, &played, &mut tally);
            Some(played)
        }
        Err(error) => {
            tally.failures.push(format!("{name}: {world}: {error:#}"));
            None
        }
    };
    let (counted, fuel) = (play_in("counted", &worlds.counted), play_in("fuel", &worlds.fuel));
    let recorded: Vec<_> = worlds
        .recorded
        .iter()
        .filter_map(|(world, workshop)| Some((*world, play_in(world, workshop)?)))
        .collect();
    if let (Some(counted), Some(fuel)) = (counted, fuel) {
        let model = worlds.models.last().expect("there is one");
        same_fuel(name, model, &counted, &fuel, &mut tally);
        for (number, (world, recorded)) in recorded.into_iter().enumerate() {
            let name = format!("{name}: {world}");
            same_prices(&name, worlds, &counted, recorded, number == 0, &mut tally);
        }
    }
    tally
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// What holds plainly holds in the other world too, with the same result.
fn same_steps(name: &str, world: &str, plain: &Played, other: &Played, tally: &mut Tally) {
    for (plain, other) in plain.steps.iter().zip(&other.steps) {
        if plain.verdict == Verdict::Holds
            && (other.verdict != Verdict::Holds || plain.ending != other.ending)
        {
            let mut text = format!("{name}:{}: {world}: ", plain.line);
            let _ = match &other.verdict {
                Verdict::Fails(why) => write!(text, "{why}"),
                _ => write!(text, "{:?} instead of {:?}", other.ending, plain.ending),
            };
            tally.failures.push(text);
        }
    }
}

fn is_comparable(step: &Step) -> bool {
    step.ending.as_ref().is_some_and(fuel::is_exact_after)
}

/// Each invocation consumed the fuel that was counted.
fn same_fuel(name: &str, model: &CostModel, counted: &Played, fuel: &Played, tally: &mut Tally) {
    for (counted, consumed) in counted.steps.iter().zip(&fuel.steps) {
        if !is_comparable(counted) || !is_comparable(consumed) {
            continue;
        }
        let fuel = fuel::with_entries(consumed.measure.cost, counted.measure.calls, model);
        if fuel > counted.measure.cost && counted.haunted {
            tally.skip("fuel that functions of a failed instantiation may have consumed");
            continue;
        }
        tally.fuel_compared += 1;
        if fuel != counted.measure.cost {
            tally.failures.push(format!(
                "{name}:{}: Wasmtime's fuel is {fuel}, the counter says {} ({:?})",
                counted.line, counted.measure.cost, counted.ending
            ));
        }
    }
}

/// The trace of each instance prices to what the instance counted.
fn same_prices(
    name: &str,
    worlds: &Worlds,
    counted: &Played,
    recorded: Played,
    all_models: bool,
    tally: &mut Tally,
) {
    let overflowed: HashSet<usize> = recorded
        .steps
        .iter()
        .filter(|step| step.ending == Some(Ending::Trap(Trap::StackOverflow)))
        .map(|step| step.line)
        .collect();
    for ((member, counted), (_, recorded)) in counted.remains.iter().zip(recorded.remains) {
        let (Remains::Counts(counts), Remains::Trace(trace)) = (counted, recorded) else {
            continue;
        };
        if member.overflowed || overflowed.contains(&member.line) {
            tally.skip("totals of instances whose stack overflowed");
            continue;
        }
        tally.instances_compared += 1;
        let mut fail = |what: String| {
            tally.failures.push(format!("{name}:{}: {what}", member.line));
        };
        let trace = match recorded::read(trace) {
            Ok(trace) => trace,
            Err(error) => {
                fail(format!("{error:#}"));
                continue;
            }
        };
        let imported = trace.header().plan.imported_functions;
        let mut exact = true;
        // What was recorded is right or wrong whatever the prices: the first world is asked for all of
        // them, the others for the one that has another price for each operator.
        let models = worlds.models.iter().zip(counts);
        let skipped = if all_models { 0 } else { worlds.models.len() - 1 };
        for (model, count) in models.skip(skipped) {
            match recorded::price(&trace, model, Some(1)) {
                Ok(report) => {
                    exact &= report.fuel.low == report.fuel.high;
                    exact::compare(&report, count, imported, &mut fail);
                }
                Err(error) => fail(format!("{error:#}")),
            }
        }
        tally.instances_exact += usize::from(exact);
    }
}
