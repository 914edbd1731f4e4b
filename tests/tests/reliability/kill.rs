//! `kill -9` of the recorder at random moments: what was flushed can be read and priced, is what the
//! whole recording has there, and is never taken for the whole.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use analyzer::estimate::Goal;
use analyzer::{AnalyzeOptions, analyze};
use formats::cost_model::CostModel;
use formats::report::Report;
use formats::trace::{Ending, Trace, TraceError};
use tests::models::SplitMix;

use crate::binaries::{Runs, wf_record};
use crate::child::{Running, quietly};
use crate::folder::{Folder, program};
use crate::load;

/// What to kill: a module and its arguments.
struct Victim {
    name: &'static str,
    wasm: Vec<u8>,
    detail: &'static str,
}

fn victims() -> Vec<Victim> {
    let committed = |name| std::fs::read(program(name)).expect("the program is committed");
    let mixed = wat::parse_str(load::mixed(8_000_000)).expect("the text form parses");
    vec![
        Victim { name: "quicksort.wasm", wasm: committed("quicksort.wasm"), detail: "full" },
        Victim { name: "mixed.wasm", wasm: mixed.clone(), detail: "full" },
        Victim { name: "trees.wasm", wasm: committed("trees.wasm"), detail: "full" },
        Victim { name: "counted.wasm", wasm: mixed, detail: "counts" },
    ]
}

fn price(trace: &Trace, goal: Option<Goal>) -> Result<Report, analyzer::Error> {
    let model = CostModel::builtin("unit").expect("it is built in");
    let options =
        AnalyzeOptions { goal, jobs: Some(1), allow_partial: true, ..AnalyzeOptions::default() };
    analyze(trace, &model, &options).map(|analysis| analysis.report)
}

/// What became of the kills.
#[derive(Debug, Default)]
struct Tally {
    /// Before there was a whole header: the reader says so.
    no_header: usize,
    /// With a part of the events.
    truncated: usize,
    /// After the trace was closed.
    closed: usize,
    segments: usize,
    /// Estimates of what is there, and those of them whose interval does not hold it.
    estimates: usize,
    missed: usize,
    /// The least and the largest part of the fuel that was there.
    least_share: f64,
    most_share: f64,
}

#[test]
fn a_recorder_killed_at_any_moment_leaves_what_was_flushed() {
    let victims = victims();
    let rounds = load::rounds(3, 75);
    let mut random = SplitMix(9);
    let mut tally = Tally { least_share: 1.0, ..Tally::default() };
    for victim in &victims {
        let folder = Folder::new();
        folder.write(victim.name, &victim.wasm);
        let started = Instant::now();
        let arguments = ["-q", "--ring-size", "64K", "--detail", victim.detail];
        let record = |name: &str| {
            let mut command = wf_record(folder.path());
            command.args(arguments).args(["--deterministic", "-o", name, victim.name]);
            command
        };
        record("whole.trace").stdout(Stdio::null()).run::<&str>([]).exits(0);
        let takes = started.elapsed();
        let whole = Trace::open(folder.file("whole.trace")).expect("a trace");
        let exact = price(&whole, None).expect("it is whole");
        for _ in 0..rounds {
            let recorder = Running::start(quietly(&mut record("killed.trace")));
            let after = Duration::from_nanos(random.bits() % takes.as_nanos() as u64);
            thread::sleep(after);
            recorder.kill();
            check(&folder.file("killed.trace"), &whole, &exact, &mut tally);
        }
    }
    println!("{} kills: {tally:?}", rounds * victims.len());
    assert!(tally.truncated > 0, "{tally:?}");
    // An interval misses the truth one time in twenty; three standard deviations more are an accident.
    let expected = tally.estimates as f64 * (1.0 - Goal::default().confidence);
    assert!(tally.missed as f64 <= expected + 3.0 * expected.sqrt(), "{tally:?}");
}

fn check(path: &std::path::Path, whole: &Trace, exact: &Report, tally: &mut Tally) {
    let killed = match Trace::open(path) {
        Ok(trace) => trace,
        Err(TraceError::Truncated { segments: 0, .. }) => {
            tally.no_header += 1;
            return;
        }
        // It was killed before it created the file.
        Err(TraceError::Io { .. }) if !path.exists() => {
            tally.no_header += 1;
            return;
        }
        Err(error) => panic!("{error}"),
    };
    if killed.is_complete() {
        tally.closed += 1;
        assert_eq!(price(&killed, None).expect("it is whole").fuel, exact.fuel);
    } else {
        assert!(matches!(killed.ending(), Ending::Truncated { .. }), "{:?}", killed.ending());
        tally.truncated += 1;
        check_part(&killed, whole, exact, tally);
    }
    std::fs::remove_file(path).expect("it was there");
}

/// The segments are the first ones of the whole recording, and what they cost is labelled as a part.
fn check_part(killed: &Trace, whole: &Trace, exact: &Report, tally: &mut Tally) {
    let there = killed.segments().len();
    tally.segments += there;
    for number in 0..there {
        let read = |trace: &Trace| trace.read_segment(number).expect("it is whole");
        assert_eq!(read(killed), read(whole), "segment {number}");
    }
    let part = price(killed, None).expect("what is there can be priced");
    assert!(!part.complete, "a part is taken for the whole");
    assert!(part.fuel.low <= exact.fuel.total, "{:?} of {:?}", part.fuel, exact.fuel);
    let share = part.fuel.total as f64 / exact.fuel.total as f64;
    tally.least_share = tally.least_share.min(share);
    tally.most_share = tally.most_share.max(share);
    if there > 0 {
        let goal = Goal { seed: tally.estimates as u64, ..Goal::default() };
        let estimate = price(killed, Some(goal)).expect("it can be estimated");
        assert!(!estimate.complete, "an estimate of a part is taken for one of the whole");
        tally.estimates += 1;
        let interval = estimate.fuel.low..=estimate.fuel.high;
        tally.missed += usize::from(!interval.contains(&part.fuel.total));
    }
    assert_eq!(killed.dropped_events(), 0);
}
