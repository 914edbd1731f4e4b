//! Measures one program in all ways.

use std::time::{Duration, Instant};

use wasmtime::error::Context;
use wasmtime::{Engine, Module, ensure};

use super::figures::{Derived, Figures, Peaks, PerWay, Seconds};
use super::memory;
use crate::programs::Program;
use crate::statistics::{median, smallest};
use crate::ways::{self, Compiled, Output, Run, Way};

/// Turns of short programs go on until they took so long, without what lies around the runs, …
const SHORT_PROGRAM: Duration = Duration::from_millis(500);

/// … or until there were so many.
const MOST_TURNS: usize = 51;

/// The figures of `program`, of at least so many turns; `discard` says whether events are thrown away.
pub(super) fn measure(program: &Program, runs: u32, discard: bool) -> wasmtime::Result<Figures> {
    let context = || program.name.clone();
    let preparation = Preparation::measure(program, runs).with_context(context)?;
    let turns = Turns::run(program, runs as usize, discard)?;
    let peak_bytes = peaks(program).with_context(context)?;
    let operators = Compiled::counting(program).and_then(|counting| counting.run());
    let operators = operators.with_context(context)?.fuel;

    let recording = &turns.last[Way::Recording as usize];
    let drained = recording.drained.as_ref().expect("it was recorded");
    let close = turns.drains.iter().map(|&(close, _)| close.as_secs_f64());
    let stalled = turns.drains.iter().map(|&(_, stalled)| stalled.as_secs_f64());
    let seconds = PerWay::of(|way| turns.times.seconds(way));
    let plain = seconds.plain;
    let figures = Figures {
        name: program.name.clone(),
        runs: turns.times.0.len(),
        ratios: PerWay::of(|way| turns.times.ratio(way)),
        min_ratios: PerWay::of(|way| seconds.get(way).min / plain.min),
        seconds,
        operators,
        events: drained.report.events,
        raw_bytes: drained.report.ring_bytes,
        stored_bytes: drained.report.trace_bytes,
        header_bytes: turns.header_bytes,
        instrument_seconds: preparation.instrument,
        compile_seconds: preparation.compile,
        module_bytes: program.wasm.len() as u64,
        instrumented_bytes: turns.instrumented_bytes,
        peak_bytes,
        close_seconds: median(close),
        stalled_seconds: median(stalled),
        derived: Derived::default(),
    };
    Ok(figures.derive())
}

/// What comes before a run: medians, in seconds.
struct Preparation {
    instrument: f64,
    compile: f64,
}

impl Preparation {
    /// Instruments and compiles in turns.
    fn measure(program: &Program, runs: u32) -> wasmtime::Result<Preparation> {
        let engine = Engine::new(&recorder::engine::config())?;
        let (mut instrument, mut compile) = (Vec::new(), Vec::new());
        for _ in 0..runs {
            instrument.push(seconds_of(|| ways::instrument(program).map(drop))?);
            compile.push(seconds_of(|| Module::new(&engine, &program.wasm).map(drop))?);
        }
        Ok(Preparation { instrument: median(instrument), compile: median(compile) })
    }
}

fn seconds_of(work: impl FnOnce() -> wasmtime::Result<()>) -> wasmtime::Result<f64> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64())
}

/// The runs of a program.
struct Turns {
    times: Times,
    /// Of each turn's recording, how long closing the trace took, and how long the guest waited.
    drains: Vec<(Duration, Duration)>,
    last: [Run; 4],
    header_bytes: u64,
    instrumented_bytes: u64,
}

impl Turns {
    fn run(program: &Program, runs: usize, discard: bool) -> wasmtime::Result<Turns> {
        let compile = |way| Compiled::new(program, way).with_context(|| place(program, way));
        let [plain, fuel, epoch, recording] = Way::ALL.map(compile);
        let mut compiled = [plain?, fuel?, epoch?, recording?];
        if discard {
            compiled[Way::Recording as usize].discard();
        }
        let instrumented = compiled[Way::Recording as usize].instrumented();
        let instrumented_bytes = instrumented.expect("it is recorded").wasm.len() as u64;
        let header_bytes = compiled[Way::Recording as usize].header_bytes()?;
        // The warm-up.
        let mut last = turn(program, &compiled)?;
        let (mut times, mut drains, mut total) = (Vec::new(), Vec::new(), Duration::ZERO);
        while times.len() < runs || (total < SHORT_PROGRAM && times.len() < MOST_TURNS) {
            last = turn(program, &compiled)?;
            times.push([0, 1, 2, 3].map(|way: usize| last[way].time));
            total += last.iter().map(|run| run.whole_time).sum::<Duration>();
            let drained = last[Way::Recording as usize].drained.as_ref();
            let drained = drained.expect("it was recorded");
            drains.push((drained.close_time, drained.report.stalled));
        }
        Ok(Turns { times: Times(times), drains, last, header_bytes, instrumented_bytes })
    }
}

/// Times of each turn, in the order of [`Way::ALL`].
struct Times(Vec<[Duration; 4]>);

impl Times {
    fn seconds(&self, way: Way) -> Seconds {
        let times = self.0.iter().map(|turn| turn[way as usize].as_secs_f64());
        Seconds { min: smallest(times.clone()), median: median(times) }
    }

    /// The median of the turns' ratios. Runs of one turn have the machine in the same mood, so it is
    /// steadier than the ratio of medians.
    fn ratio(&self, way: Way) -> f64 {
        let ratios = self.0.iter().map(|turn| {
            let [plain, this] = [Way::Plain, way].map(|way| turn[way as usize].as_secs_f64());
            this / plain
        });
        median(ratios)
    }
}

/// Runs the program once in each way, and compares what that leaves behind.
fn turn(program: &Program, compiled: &[Compiled<'_>; 4]) -> wasmtime::Result<[Run; 4]> {
    let [plain, fuel, epoch, recording] =
        Way::ALL.map(|way| compiled[way as usize].run().with_context(|| place(program, way)));
    let runs = [plain?, fuel?, epoch?, recording?];
    for (way, run) in Way::ALL.into_iter().zip(&runs) {
        same_output(program, way, &run.output, &runs[Way::Plain as usize].output)?;
    }
    Ok(runs)
}

fn same_output(
    program: &Program,
    way: Way,
    output: &Output,
    plain: &Output,
) -> wasmtime::Result<()> {
    if let Some(what) = output.difference(plain) {
        wasmtime::bail!("{}: its {what} differs from that of the plain run", place(program, way));
    }
    Ok(())
}

fn place(program: &Program, way: Way) -> String {
    format!("{}, {}", program.name, way.name())
}

fn peaks(program: &Program) -> wasmtime::Result<Option<Peaks>> {
    if !cfg!(target_os = "linux") {
        return Ok(None);
    }
    let plain = memory::peak_bytes(program, Way::Plain)?;
    let recording = memory::peak_bytes(program, Way::Recording)?;
    ensure!(plain > 0 && recording > 0, "a process without memory");
    Ok(Some(Peaks { plain, recording }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(text: &str) -> Program {
        Program::of_text("sample", text).unwrap()
    }

    /// Calls the function `work` between `bench.start` and `bench.end`, if it calls them.
    fn timed(work: &str, calls: [&str; 2]) -> Program {
        let [start, end] = calls;
        program(&format!(
            "(module
                (import \"bench\" \"start\" (func $start))
                (import \"bench\" \"end\" (func $end))
                (func (export \"_start\") {start} {work} {end}))"
        ))
    }

    #[test]
    fn a_difference_names_program_and_way() {
        let program = program("(module)");
        let plain =
            || Output { stdout: b"a".to_vec(), stderr: Vec::new(), exit: "return".to_owned() };
        let error = |change: fn(&mut Output)| {
            let mut output = plain();
            change(&mut output);
            let result = same_output(&program, Way::Epoch, &output, &plain());
            result.map_err(|error| error.to_string())
        };
        assert_eq!(error(|_| ()), Ok(()));
        let place = |what: &str| {
            Err(format!("sample, epoch: its {what} differs from that of the plain run"))
        };
        assert_eq!(error(|output| output.stdout.push(0)), place("stdout"));
        assert_eq!(error(|output| output.stderr.push(0)), place("stderr"));
        assert_eq!(error(|output| output.exit.clear()), place("exit"));
    }

    #[test]
    fn a_turn_compares_what_its_runs_leave_behind() {
        let (program, other) = (timed("", ["", ""]), timed("unreachable", ["", ""]));
        let compile = |program, way| Compiled::new(program, way).unwrap();
        let compiled = Way::ALL.map(|way| match way {
            Way::Recording => compile(&other, way),
            _ => compile(&program, way),
        });
        let error = turn(&program, &compiled).err().unwrap().to_string();
        assert_eq!(error, "sample, recording: its exit differs from that of the plain run");
    }

    #[test]
    fn all_ways_end_alike_however_a_program_ends() {
        let exits = [
            ("", "return"),
            ("unreachable", "wasm `unreachable` instruction executed"),
            ("(drop (i32.div_u (i32.const 1) (i32.const 0)))", "wasm trap: integer divide by zero"),
        ];
        for (work, exit) in exits {
            let program = timed(work, ["(call $start)", "(call $end)"]);
            let turns = Turns::run(&program, 1, false).unwrap();
            assert!(turns.times.0.len() > 1, "short programs run more often");
            for (way, run) in Way::ALL.into_iter().zip(&turns.last) {
                assert!(run.output.exit.contains(exit), "{way:?}: {}", run.output.exit);
                assert_eq!(run.drained.is_some(), way == Way::Recording);
                assert_eq!(run.fuel > 0, way == Way::Fuel);
            }
        }
    }

    #[test]
    fn only_the_time_between_the_calls_counts() {
        let spin = "(loop (br_if 0 (i32.lt_u
            (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 50000000))))";
        let time_of = |program: &Program| {
            let run = Compiled::new(program, Way::Plain).unwrap().run().unwrap();
            (run.time, run.whole_time)
        };
        let inside = timed(&format!("(local i32) (call $start) {spin} (call $end)"), ["", ""]);
        let (time, whole) = time_of(&inside);
        assert!(time < whole && time > whole / 2, "{time:?} {whole:?}");
        let outside = timed(&format!("(local i32) (call $start) (call $end) {spin}"), ["", ""]);
        let (time, whole) = time_of(&outside);
        assert!(time < whole / 2, "{time:?} {whole:?}");
        // Without the second call there is nothing between them.
        let (time, whole) = time_of(&timed("", ["(call $start)", ""]));
        assert_eq!(time, whole);
    }

    #[test]
    fn ratios_are_of_each_turn() {
        let turns = [[2, 4, 2, 2], [10, 10, 10, 11], [3, 9, 3, 3]];
        let times = Times(turns.map(|turn| turn.map(Duration::from_secs)).to_vec());
        assert_eq!(times.ratio(Way::Plain), 1.0);
        // The medians of the times have the ratio 3.
        assert_eq!(times.ratio(Way::Fuel), 2.0);
        assert_eq!(times.ratio(Way::Recording), 1.0);
        assert_eq!(times.seconds(Way::Recording), Seconds { min: 2.0, median: 3.0 });
    }
}
